"""What stands beside a case: the other ward's side of a move, the visit, and the mails that went out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counter import ids
from counter.extensions import db
from counter.models.notice import NoticeKind, NoticeState
from counter.queries import links, notices, visits
from counter.queries.links import Counterpart
from counter.queries.office import View
from forms.procedures import CATALOGUE
from forms.wards import WARDS

MAILS = {
    NoticeKind.RECEIVED: "受付", NoticeKind.VISIT_BOOKED: "来庁予約", NoticeKind.VISIT_CHANGED: "来庁予約の変更",
    NoticeKind.VISIT_CANCELLED: "来庁予約の取消", NoticeKind.VISIT_REMINDER: "来庁の前日", NoticeKind.CORRECTION: "補正依頼",
    NoticeKind.MESSAGE: "メッセージ", NoticeKind.TAKEN: "担当", NoticeKind.DECIDED: "結果", NoticeKind.WITHDRAWN: "取下げ",
}  # fmt: skip
STATES = {
    NoticeState.WAITING: "送信待ち", NoticeState.SENT: "送信済", NoticeState.REFUSED: "相手のサーバーが拒否",
    NoticeState.GIVEN_UP: "送信をあきらめました", NoticeState.OFF: "送らない設定",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Other:
    """The counterpart of a linked case in words; nothing of it can be opened from here."""

    ward: str
    title: str
    said: Counterpart


def beside(view: View) -> dict[str, Any]:
    """For the template: ``others``, ``visit``, ``mails``, ``reaches``. From this ward's own rows alone."""
    bundle_id = ids.normalise(view.row.number) or ""
    return {
        "others": [_other(each) for each in links.counterparts(db(), view.row.ward, view.row.id)],
        "visit": visits.booked(db(), view.row.ward, bundle_id),
        "mails": [
            (MAILS[NoticeKind(each.kind)], STATES[NoticeState(each.state)], each)
            for each in notices.of_application(db(), view.row.ward, view.row.id)
        ],
        "reaches": notices.reaches(db(), bundle_id),
    }


def _other(said: Counterpart) -> Other:
    known = CATALOGUE.get(said.procedure)
    return Other(WARDS[said.ward].name, known.title if known else said.procedure, said)
