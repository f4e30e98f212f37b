"""Whose hands a paper form is in: two clerks are never on one sheet, and nobody keeps one by going home."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.intake import OPEN, PaperForm
from counter.services import audit

HELD_FOR = dt.timedelta(minutes=10)
"""since the last sign of life; a page that is open says so every two minutes"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody else who has the form before them."""

    actor: str
    until: dt.datetime


def take(session: Session, form: PaperForm, actor: str, now: dt.datetime) -> Holder | None:
    """The form is this person's for a while, or stays another's: then it says whose. Not a change of the form itself."""
    free = sa.or_(PaperForm.held_by.is_(None), PaperForm.held_by == actor, PaperForm.held_until < now)
    _hold(session, form, free, actor, now)
    return held(form, actor, now)


def take_over(session: Session, form: PaperForm, actor: str, now: dt.datetime) -> None:
    """From somebody who is away; it is written down."""
    before = form.held_by
    _hold(session, form, sa.true(), actor, now)
    audit.record(session, form.ward, actor, "paper.take-over", form.id, {"from": before})


def let_go(session: Session, form: PaperForm, actor: str) -> None:
    """The next person may have it at once."""
    _write(session, form, PaperForm.held_by == actor, None, None)


def held(form: PaperForm, actor: str, now: dt.datetime) -> Holder | None:
    """Who has it, if that is somebody else."""
    if form.held_by in (None, actor) or form.held_until is None or form.held_until < now:
        return None
    return Holder(str(form.held_by), form.held_until)


def _hold(session: Session, form: PaperForm, if_: sa.ColumnElement[bool], actor: str, now: dt.datetime) -> None:
    _write(session, form, sa.and_(if_, PaperForm.state.in_(OPEN)), actor, now + HELD_FOR)


def _write(
    session: Session, form: PaperForm, if_: sa.ColumnElement[bool], actor: str | None, until: dt.datetime | None
) -> None:
    """In one statement, so that of two people one gets it; the form's version, which guards its content, stays."""
    session.execute(
        sa.update(PaperForm).where(PaperForm.id == form.id, if_).values(held_by=actor, held_until=until),
        execution_options={"synchronize_session": False},
    )
    session.refresh(form, ["held_by", "held_until"])
