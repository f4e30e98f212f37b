"""A ward's own paper in lists: versions, where they stand, and how often their sheets came in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.intake import FormState, PaperForm
from counter.models.own_form import OwnForm, OwnFormPage, OwnState

MOST = 200
STATES = {
    OwnState.PREPARING: "準備中",
    OwnState.FAILED: "開けません",
    OwnState.DRAFT: "下書き",
    OwnState.ACTIVE: "使用中",
    OwnState.REPLACED: "旧版",
    OwnState.RETIRED: "使用終了",
}
LOOKS = {
    OwnState.ACTIVE: "done", OwnState.DRAFT: "in-review", OwnState.PREPARING: "received", OwnState.FAILED: "failed",
}  # fmt: skip
"""Which of the colours of a state word it has."""


@dataclass(frozen=True, slots=True)
class Row:
    """A version of a form. `read`: sheets of it that came in, `confirmed` of them; `outdated`: its procedure has changed."""

    id: str
    title: str
    number: int
    procedure: str
    state: str
    recognised: bool
    definition_digest: str | None
    zones: int
    pages: int
    by: str | None
    at: dt.datetime
    read: int
    confirmed: int
    last_read: dt.datetime | None

    @property
    def word(self) -> str:
        return STATES[OwnState(self.state)]

    @property
    def look(self) -> str:
        return LOOKS.get(OwnState(self.state), "")


def forms(session: Session, *, line: str | None = None) -> list[Row]:
    """Those in use first, then drafts, then old ones; all versions of one paper with `line`."""
    used = (
        sa.select(
            PaperForm.sheet_digest.label("digest"),
            sa.func.count().label("read"),
            sa.func.sum(sa.case((PaperForm.state == FormState.CONFIRMED, 1), else_=0)).label("confirmed"),
            sa.func.max(PaperForm.created_at).label("last_read"),
        )
        .where(PaperForm.sheet_digest.in_(sa.select(OwnForm.sheet_digest).where(OwnForm.sheet_digest.is_not(None))))
        .group_by(PaperForm.sheet_digest)
        .subquery()
    )
    paged = sa.select(OwnFormPage.form_id, sa.func.count().label("pages")).group_by(OwnFormPage.form_id).subquery()
    order = sa.case(
        (OwnForm.state == OwnState.ACTIVE, 0),
        (OwnForm.state.in_((OwnState.REPLACED, OwnState.RETIRED)), 2),
        else_=1,
    )
    query = (
        sa.select(OwnForm, used.c.read, used.c.confirmed, used.c.last_read, paged.c.pages)
        .outerjoin(used, used.c.digest == OwnForm.sheet_digest)
        .outerjoin(paged, paged.c.form_id == OwnForm.id)
        .order_by(order, OwnForm.title, OwnForm.number.desc(), OwnForm.id)
        .limit(MOST)
    )
    if line is not None:
        query = query.where(OwnForm.line == line)
    return [
        Row(
            form.id, form.title, form.number, form.procedure, form.state, form.recognised, form.definition_digest,
            len(form.drawing.get("zones", ())), pages or 0, form.touched_by or form.created_by,
            form.touched_at or form.created_at, read or 0, confirmed or 0, last_read,
        )
        for form, read, confirmed, last_read, pages in session.execute(query)
    ]  # fmt: skip


def people(session: Session, actors: set[str]) -> dict[str, str]:
    """Actor as the audit log names them → the name of that staff member."""
    from counter.models.staff import Staff

    numbers = [int(actor.removeprefix("staff:")) for actor in actors if actor.removeprefix("staff:").isdigit()]
    found = session.execute(sa.select(Staff.id, Staff.name).where(Staff.id.in_(numbers)))
    return {f"staff:{number}": name for number, name in found}
