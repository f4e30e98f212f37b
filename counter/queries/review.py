"""Who reviews what: the next sheet that nobody has, how a batch goes on, whose a sheet is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.intake import OPEN, FormState, PaperForm
from counter.models.staff import Staff

UNNAMED = "ほかの担当者"
FEWEST = 3
"""Sheets that must be done before the time left is guessed."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a batch is. `left`: seconds, None while too few are done to say."""

    done: int
    all: int
    left: int | None

    @property
    def minutes(self) -> int | None:
        return max(1, round(self.left / 60)) if self.left is not None else None


def pace(session: Session, form: PaperForm) -> Pace:
    """Of the batch that the form came in."""
    row = session.execute(
        sa.select(
            sa.func.count().label("all"),
            sa.func.sum(sa.case((PaperForm.state.in_(OPEN), 0), else_=1)).label("done"),
            sa.func.sum(sa.case((_TIMED, PaperForm.review_seconds), else_=0)).label("seconds"),
            sa.func.sum(sa.case((_TIMED, 1), else_=0)).label("timed"),
        ).where(PaperForm.batch_id == form.batch_id)
    ).one()
    done = int(row.done or 0)
    left = round(row.seconds / row.timed * (row.all - done)) if (row.timed or 0) >= FEWEST else None
    return Pace(done, row.all, left)


_TIMED = sa.and_(PaperForm.state == FormState.CONFIRMED, PaperForm.review_fields > 0)


def next_free(session: Session, actor: str, now: dt.datetime, *, after: PaperForm | None = None) -> str | None:
    """The oldest form that nobody else has before them and that is not this person's own first look; the batch of
    `after` comes first."""
    batch = after.batch_id if after is not None else ""
    query = (
        sa.select(PaperForm.id)
        .where(
            PaperForm.state.in_(OPEN),
            sa.or_(PaperForm.held_by.is_(None), PaperForm.held_by == actor, PaperForm.held_until < now),
            sa.or_(PaperForm.state != FormState.SECOND, PaperForm.first_by != actor),
        )
        .order_by(sa.case((PaperForm.batch_id == batch, 0), else_=1), PaperForm.created_at, PaperForm.id)
    )
    if after is not None:
        query = query.where(PaperForm.id != after.id)
    return session.scalars(query.limit(1)).one_or_none()


def holders(session: Session, form_ids: Iterable[str], actor: str, now: dt.datetime) -> dict[str, str]:
    """Of these forms, those that somebody else has before them, with that person's name."""
    query = sa.select(PaperForm.id, PaperForm.held_by).where(
        PaperForm.id.in_(list(form_ids)),
        PaperForm.state.in_(OPEN),
        PaperForm.held_by != actor,
        PaperForm.held_until >= now,
    )
    held = {form_id: holder or "" for form_id, holder in session.execute(query)}
    if not held:
        return {}
    numbers = [int(one.removeprefix("staff:")) for one in held.values() if one.removeprefix("staff:").isdigit()]
    found = session.execute(sa.select(Staff.id, Staff.name).where(Staff.id.in_(numbers)))
    names = {f"staff:{number}": name for number, name in found}
    return {form_id: names.get(one, UNNAMED) for form_id, one in held.items()}


def name_of(session: Session, actor: str | None) -> str:
    """A member of staff as colleagues know them."""
    kind, _, number = (actor or "").partition(":")
    if kind != "staff" or not number.isdigit():
        return UNNAMED
    return session.scalars(sa.select(Staff.name).where(Staff.id == int(number))).one_or_none() or UNNAMED
