"""The forms that wait for a clerk, and how long clerks take over them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.intake import OPEN, Batch, FormState, PaperForm, Reading, ScanPage

PAGE = 50


@dataclass(frozen=True, slots=True)
class FormRow:
    """A paper form in a list."""

    id: str
    batch_id: str
    procedure: str | None
    state: str
    reason: str | None
    pages: int
    doubtful: int
    created_at: dt.datetime
    counter_date: dt.date
    sheet_digest: str | None = None
    twin_id: str | None = None
    """the form that this one may be over again, until a clerk has said that it is another"""
    twin_why: str | None = None
    version: int = 1
    first_by: str | None = None
    """who has looked it over and may not look it over a second time"""


def batch(session: Session, batch_id: str) -> Batch | None:
    return session.scalars(sa.select(Batch).where(Batch.id == batch_id)).one_or_none()


@dataclass(frozen=True, slots=True)
class Speed:
    """How long clerks took over the sheets they confirmed."""

    sheets: int
    seconds: int
    fields: int

    @property
    def a_sheet(self) -> float:
        return self.seconds / self.sheets

    @property
    def a_field(self) -> float:
        return self.seconds / max(1, self.fields)


def speed(session: Session, since: dt.datetime) -> Speed | None:
    """Of the sheets taken in since then; None when none was confirmed."""
    row = session.execute(
        sa.select(
            sa.func.count().label("sheets"),
            sa.func.sum(PaperForm.review_seconds).label("seconds"),
            sa.func.sum(PaperForm.review_fields).label("fields"),
        ).where(PaperForm.state == FormState.CONFIRMED, PaperForm.created_at >= since, PaperForm.review_fields > 0)
    ).one()
    return Speed(row.sheets, row.seconds, row.fields) if row.sheets else None


def forms(
    session: Session,
    *,
    batch_id: str | None = None,
    after: tuple[dt.datetime, str] | None = None,
    only_open: bool = False,
) -> list[FormRow]:
    """Forms of a batch in their order, or everything open, oldest first; one page, from behind `after`."""
    pages = sa.select(ScanPage.form_id, sa.func.count().label("pages")).group_by(ScanPage.form_id).subquery()
    doubtful = (
        sa.select(Reading.form_id, sa.func.count().label("doubtful"))
        .where(Reading.accepted.is_(False), Reading.part.is_(False))
        .group_by(Reading.form_id)
        .subquery()
    )
    query = (
        sa.select(PaperForm, Batch.counter_date, pages.c.pages, doubtful.c.doubtful)
        .join(Batch, sa.and_(Batch.ward == PaperForm.ward, Batch.id == PaperForm.batch_id))
        .outerjoin(pages, pages.c.form_id == PaperForm.id)
        .outerjoin(doubtful, doubtful.c.form_id == PaperForm.id)
        .order_by(PaperForm.created_at, PaperForm.id)
    )
    if batch_id is not None:
        query = query.where(PaperForm.batch_id == batch_id)
    if only_open:
        query = query.where(PaperForm.state.in_(OPEN))
    if after is not None:
        at, form_id = after
        query = query.where(
            sa.or_(PaperForm.created_at > at, sa.and_(PaperForm.created_at == at, PaperForm.id > form_id))
        )
    if batch_id is None:
        query = query.limit(PAGE + 1)
    return [
        FormRow(
            form.id,
            form.batch_id,
            form.procedure,
            form.state,
            form.reason,
            pages or 0,
            doubts or 0,
            form.created_at,
            counter_date,
            form.sheet_digest,
            form.twin_id if form.twin_settled_by is None else None,
            form.twin_why,
            form.version,
            form.first_by,
        )
        for form, counter_date, pages, doubts in session.execute(query)
    ]


def page(session: Session, form_id: str, page_id: str) -> ScanPage | None:
    return session.scalars(sa.select(ScanPage).where(ScanPage.id == page_id, ScanPage.form_id == form_id)).one_or_none()


STATES = {
    FormState.REVIEW: "確認待ち",
    FormState.SECOND: "2人目の確認待ち",
    FormState.MANUAL: "手入力待ち",
    FormState.CONFIRMED: "受付済",
    FormState.SET_ASIDE: "対象外",
}
