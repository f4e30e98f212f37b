"""書かない窓口: a clerk's session with the person before them, from its beginning to 次の方へ, which leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, tenancy, vault
from counter.models.base import now as moment
from counter.models.bundle import Channel
from counter.models.counter_session import CounterSession
from counter.services import applications, audit, drafts, guessing, once, take_away
from counter.services.drafts import Draft
from counter.services.receipts import Receipt
from forms.model import Procedure

LONGEST = dt.timedelta(hours=3)
SCREEN = dt.timedelta(minutes=10)  # within which the second screen must be opened
HOW = {"screen": "第二画面で見た", "print": "印刷したものを見て署名した", "read": "読み上げて聞いた"}
IDENTITY = {
    "my-number-card": "マイナンバーカード",
    "residence-card": "在留カード・特別永住者証明書",
    "driving-licence": "運転免許証",
    "passport": "旅券（パスポート）",
    "two-documents": "その他の書類 2点",
}


class NotReady(Exception):
    """What is still missing before the clerk may submit; the reason is written for the clerk."""


def begin(session: Session, ward: str, actor: str, now: dt.datetime) -> CounterSession:
    """The next person sits down. A session that was left open ends first: nobody sees two people's things."""
    end_all(session, ward, actor, now, "next")
    made = CounterSession(ward=ward, id=ids.new_id(), actor=actor, began_at=now, until=now + LONGEST)
    session.add(made)
    session.flush()
    audit.record(session, ward, actor, "assisted.begin", made.id)
    return made


def current(session: Session, ward: str, actor: str, session_id: str) -> CounterSession | None:
    """The clerk's session, while it lasts."""
    with tenancy.tenant(session, ward):
        found = session.get(CounterSession, (ward, session_id))
    if found is None or found.actor != actor or found.ended_at is not None or found.until <= moment():
        return None
    return found


def owner_of(counter: CounterSession) -> str:
    """As whom the session holds its drafts; no cookie can say this, for tokens of cookies have no colon."""
    return f"counter:{counter.id}"


def take_over(session: Session, counter: CounterSession, written: str, now: dt.datetime) -> str | None:
    """Go on with the draft of a code that was made at home. From here on its owner only looks on."""
    found = take_away.use(session, written, owner_of(counter), f"staff:{counter.actor}", now)
    if found is None:
        return None
    attend(session, counter, found)
    audit.record(session, counter.ward, counter.actor, "assisted.take-over", counter.id, {"draft": found})
    return found


def attend(session: Session, counter: CounterSession, draft_id: str) -> None:
    """This draft is what the session works on now, and what its second screen shows."""
    if counter.draft_id != draft_id:
        counter.draft_id = draft_id
        _unchecked(counter)
    drafts.hold(session, draft_id, counter.id, counter.until)
    session.flush()


def look(session: Session, counter: CounterSession, draft_id: str, page: str) -> None:
    """Every look of a clerk at a client's draft."""
    audit.record(session, counter.ward, counter.actor, "assisted.look", counter.id, {"draft": draft_id, "page": page})


def checked(session: Session, counter: CounterSession, draft: Draft, how: str, identity: str, now: dt.datetime) -> None:
    """本人が確認した: what exactly was looked over is this version of the draft and no later one."""
    counter.checked_at, counter.checked_how, counter.identity = now, how, identity
    counter.checked_version, counter.draft_id = draft.version, draft.id
    session.flush()
    detail = {"draft": draft.id, "how": how, "identity": identity, "version": draft.version}
    audit.record(session, counter.ward, counter.actor, "assisted.checked", counter.id, detail)


def is_checked(counter: CounterSession, draft: Draft) -> bool:
    """Whether the client has looked over just what stands there now."""
    return counter.draft_id == draft.id and counter.checked_version == draft.version


def submit(
    session: Session,
    counter: CounterSession,
    draft: Draft,
    procedures: tuple[Procedure, ...],
    *,
    language: str,
    provenance: Mapping[str, Any] | None,
    now: dt.datetime,
) -> Receipt:
    """Through the one door. Identity was checked here, so what needs a visit arrives at once too."""
    if not is_checked(counter, draft):
        raise NotReady("本人の確認を記録してから申請してください。確認のあとで内容が変わったときは、もう一度必要です。")
    if not counter.identity:
        raise NotReady("本人確認書類を記録してから申請してください。")
    if not procedures:
        raise NotReady("この下書きの手続は、もう受け付けています。")
    receipt = applications.submit_bundle(
        session,
        procedures=procedures,
        answers=draft.answers,
        channel=Channel.COUNTER,
        nonce=draft.nonce,
        language=language,
        provenance=provenance,
        received_at=now,
        actor=counter.actor,
    )
    once.note(session, draft.nonce, [procedure.code for procedure in procedures], receipt.bundle_id, now)
    audit.record(session, counter.ward, counter.actor, "assisted.submit", counter.id, {"bundle": receipt.bundle_id})
    return receipt


def end(session: Session, counter: CounterSession, now: dt.datetime, how: str, *, by: str | None = None) -> None:
    """次の方へ: drafts go back to whoever brought them; what was begun here and taken home by nobody is erased."""
    owner = owner_of(counter)
    while held := drafts.mine(session, owner):  # a few at a time, until none is left
        for draft in held:
            drafts.hold(session, draft.id, None)
            drafts.release(session, draft.id, owner)
    counter.ended_at, counter.how = now, how
    counter.screen_hash = counter.screen_until = counter.draft_id = None
    session.flush()
    audit.record(session, counter.ward, by or counter.actor, "assisted.end", counter.id, {"how": how})


def end_all(session: Session, ward: str, actor: str, now: dt.datetime, how: str) -> None:
    """Whatever this clerk left open."""
    with tenancy.tenant(session, ward):
        still = sa.select(CounterSession).where(
            CounterSession.ward == ward, CounterSession.actor == actor, CounterSession.ended_at.is_(None)
        )
        for counter in session.scalars(still).all():
            end(session, counter, now, how)


def take_back(session: Session, draft: Draft, now: dt.datetime) -> None:
    """The person at home goes on alone: the counter's session with this draft ends."""
    if draft.counter_session is None:
        return
    with tenancy.all_wards(session, "a resident knows no ward of the counter that holds the draft"):
        counter = session.scalars(
            sa.select(CounterSession).where(CounterSession.id == draft.counter_session)
        ).one_or_none()
        if counter is not None and counter.ended_at is None:
            end(session, counter, now, "taken", by="resident")


def screen_code(session: Session, counter: CounterSession, now: dt.datetime) -> str:
    """A code for the second screen of this one client; it opens once, within minutes."""
    code = ids.new_id()
    counter.screen_hash, counter.screen_until = _hash(session, code), now + SCREEN
    session.flush()
    audit.record(session, counter.ward, counter.actor, "assisted.screen", counter.id)
    return ids.grouped(code)


def open_screen(session: Session, written: str, throttle_key: str, now: dt.datetime) -> str | None:
    """The counter session that a second screen may look at from now on; None alike for any wrong code."""
    counted = guessing.keys(session, address=f"screen:{throttle_key}")
    guessing.refuse(session, counted, now)
    code = ids.normalise(written.rpartition("#")[2][:60]) or ""
    with tenancy.all_wards(session, "a second screen knows no ward before its code"):
        live = sa.select(CounterSession).where(
            CounterSession.screen_hash == _hash(session, code),
            CounterSession.screen_until > now,
            CounterSession.ended_at.is_(None),
        )
        counter = session.scalars(live).one_or_none()
        if counter is None:
            guessing.count(session, counted, now)
            return None
        counter.screen_hash = None
        session.flush()
    audit.record(session, counter.ward, "screen", "assisted.screen-opened", counter.id)
    return counter.id


def on_screen(session: Session, session_id: str) -> tuple[CounterSession, Draft | None] | None:
    """What a second screen shows: None once the session is over."""
    with tenancy.all_wards(session, "a second screen was let in by its code"):
        counter = session.scalars(sa.select(CounterSession).where(CounterSession.id == session_id)).one_or_none()
    if counter is None or counter.ended_at is not None or counter.until <= moment():
        return None
    draft = drafts.load(session, counter.draft_id, owner_of(counter)) if counter.draft_id else None
    return counter, draft


def _unchecked(counter: CounterSession) -> None:
    counter.checked_at = counter.checked_how = counter.checked_version = counter.identity = None


def _hash(session: Session, code: str) -> bytes:
    return hmac.digest(vault.of(session).derive("second-screen"), code.encode(), "sha256")
