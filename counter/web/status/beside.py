"""What stands on the status page beside the offices' lines: the clock of a move, the visits, the mails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from counter.extensions import db
from counter.locales import markup
from counter.models.notice import NoticeKind, NoticeState
from counter.queries import links, visits
from counter.queries import notices as told
from counter.queries.visits import Need
from counter.services import clocks, notices
from counter.services.status import BundleStatus
from counter.web.status.words import clock
from forms.messages import N_
from forms.procedures import CATALOGUE

MAILS = {
    NoticeKind.RECEIVED: N_("受付のお知らせ"),
    NoticeKind.VISIT_BOOKED: N_("来庁の予約のお知らせ"),
    NoticeKind.VISIT_CHANGED: N_("来庁の予約を変えたお知らせ"),
    NoticeKind.VISIT_CANCELLED: N_("来庁の予約を取り消したお知らせ"),
    NoticeKind.VISIT_REMINDER: N_("来庁の前の日のお知らせ"),
    NoticeKind.CORRECTION: N_("補正をお願いするお知らせ"),
    NoticeKind.MESSAGE: N_("メッセージが届いたお知らせ"),
    NoticeKind.TAKEN: N_("担当者が決まったお知らせ"),
    NoticeKind.DECIDED: N_("結果が出たお知らせ"),
    NoticeKind.WITHDRAWN: N_("取下げのお知らせ"),
}
SENT = N_("この内容を %(address)s へ送りました（%(when)s）。")
SENDING = N_("%(address)s へ送っています。")
AGAIN = N_("%(address)s へまだ送れていません。%(when)sにもう一度送ります。")
REFUSED = N_(
    "%(address)s へは届きませんでした。メールアドレスが違うか、受け取れないようです。お知らせはこのページで見られます。"
)
GIVEN_UP = N_("%(address)s へ送れませんでした。お知らせはこのページで見られます。")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail in words."""

    what: str
    at: dt.datetime
    state: Markup


def beside(found: BundleStatus, now: dt.datetime) -> dict[str, Any]:
    """For the template: ``moves``, ``visits`` by ward, ``mails``; ``unsent``: some were kept where none is sent."""
    rows = told.of_bundle(db(), found.bundle_id)
    return {
        "moves": links.clocks(db(), found.bundle_id),
        "visits": {need.ward: need for need in visits.needs(db(), found.bundle_id)},
        "mails": _mails(found.bundle_id, rows, now),
        "unsent": any(row.state == NoticeState.OFF for row in rows),
        "window": window,
        "title_of": lambda code: CATALOGUE[code].title if code in CATALOGUE else code,
    }


def window(code: str) -> str:
    """Within which days one side of a move has to be filed, in words; "" where nothing is said."""
    triggers = CATALOGUE[code].triggers if code in CATALOGUE else ()
    return next((trigger.deadline.say for trigger in triggers if trigger.deadline), "")


def due(need: Need) -> clocks.Due | None:
    """By which day the visit has to be: the earliest of what it is for."""
    return clocks.earliest(db(), need.ward, [errand.application_id for errand in need.errands])


def _mails(bundle_id: str, rows: Sequence[told.Told], now: dt.datetime) -> list[Mail]:
    rows = [row for row in rows if row.state != NoticeState.OFF]
    if not rows:
        return []
    address = notices.address(db(), bundle_id)
    masked = notices.masked(address) if address else ""
    return [Mail(MAILS[NoticeKind(row.kind)], row.created_at, _state(row, masked, now)) for row in rows]


def _state(row: told.Told, address: str, now: dt.datetime) -> Markup:
    match NoticeState(row.state):
        case NoticeState.SENT:
            return markup(SENT) % {"address": address, "when": clock(row.ended_at or now, now)}
        case NoticeState.REFUSED:
            return markup(REFUSED) % {"address": address}
        case NoticeState.GIVEN_UP:
            return markup(GIVEN_UP) % {"address": address}
        case _ if row.attempts and row.next_attempt_at:
            return markup(AGAIN) % {"address": address, "when": clock(max(row.next_attempt_at, now), now)}
    return markup(SENDING) % {"address": address}
