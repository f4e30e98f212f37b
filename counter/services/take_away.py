"""持ち帰り番号: a code that opens a draft on another device or at a counter; shown once, kept as a keyed hash."""

from __future__ import annotations

import datetime as dt
import hmac

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, vault
from counter.models.draft import Draft as Row
from counter.models.draft import TakeAway
from counter.services import drafts, guessing
from counter.services.drafts import Draft

KEEP = dt.timedelta(days=7)
USES = 3  # a page that did not load must not cost the only one
MOST = 5  # live codes of one draft; the oldest makes room


def make(session: Session, draft: Draft, now: dt.datetime) -> tuple[str, dt.datetime]:
    """A new code for this draft, and when it ends. It is nowhere to be read again."""
    live = session.scalars(
        sa.select(TakeAway).where(TakeAway.draft_id == draft.id).order_by(TakeAway.made_at.desc(), TakeAway.code_hash)
    ).all()
    for place, old in enumerate(live):
        if place >= MOST - 1 or old.expires_at <= now or old.uses_left < 1:
            session.delete(old)
    code = ids.new_id()
    ends = min(now + KEEP, draft.expires_at)
    row = TakeAway(code_hash=_hash(session, code), draft_id=draft.id, made_at=now, expires_at=ends, uses_left=USES)
    session.add(row)
    session.flush()
    return ids.grouped(code), ends


def revoke(session: Session, draft: Draft) -> None:
    """Every code given out so far opens nothing any more."""
    session.execute(sa.delete(TakeAway).where(TakeAway.draft_id == draft.id))


def use(session: Session, written: str, owner: str, throttle_key: str, now: dt.datetime) -> str | None:
    """Open the draft of a code for this owner too; its id, or None alike for a wrong, an old and a used-up code.

    A failure is counted in this session, so the caller commits whatever the answer. Raises guessing.TooManyGuesses.
    """
    counted = guessing.keys(session, address=f"take-away:{throttle_key}")
    guessing.refuse(session, counted, now)
    code = ids.normalise(written.rpartition("#")[2][:60])
    given = _hash(session, code or "")  # computed either way: the time tells nothing
    live = sa.select(TakeAway).join(Row, Row.id == TakeAway.draft_id)
    live = live.where(TakeAway.code_hash == given, TakeAway.uses_left > 0, TakeAway.expires_at > now)
    row = session.scalars(live.where(Row.expires_at > now).with_for_update(of=TakeAway)).one_or_none()
    if code is None or row is None:
        guessing.count(session, counted, now)
        return None
    row.uses_left -= 1
    drafts.adopt(session, row.draft_id, owner)
    session.flush()
    return row.draft_id


def _hash(session: Session, code: str) -> bytes:
    return hmac.digest(vault.of(session).derive("take-away"), code.encode(), "sha256")
