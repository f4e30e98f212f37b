"""Batches, their progress, and the forms that wait for a clerk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.intake import OPEN, Batch, FileState, FormState, PaperForm, Reading, ScanFile, ScanPage

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


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading of a batch is. `pages` counts only files that were opened; `left` is a guess in seconds."""

    files: int
    files_waiting: int
    pages: int
    read: int
    left: int | None

    @property
    def finished(self) -> bool:
        return self.files_waiting == 0


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch in the list of batches."""

    id: str
    counter_date: dt.date
    created_at: dt.datetime
    files: int
    waiting: int
    forms: int
    open: int


def batch(session: Session, batch_id: str) -> Batch | None:
    return session.scalars(sa.select(Batch).where(Batch.id == batch_id)).one_or_none()


def batches(session: Session) -> list[BatchRow]:
    """The latest batches of the ward."""
    files = (
        sa.select(
            ScanFile.batch_id,
            sa.func.count().label("files"),
            sa.func.sum(sa.case((ScanFile.state == FileState.WAITING, 1), else_=0)).label("waiting"),
        )
        .group_by(ScanFile.batch_id)
        .subquery()
    )
    forms = (
        sa.select(
            PaperForm.batch_id,
            sa.func.count().label("forms"),
            sa.func.sum(sa.case((PaperForm.state.in_(OPEN), 1), else_=0)).label("open"),
        )
        .group_by(PaperForm.batch_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(
            Batch.id, Batch.counter_date, Batch.created_at, files.c.files, files.c.waiting, forms.c.forms, forms.c.open
        )
        .outerjoin(files, files.c.batch_id == Batch.id)
        .outerjoin(forms, forms.c.batch_id == Batch.id)
        .order_by(Batch.created_at.desc(), Batch.id)
        .limit(PAGE)
    )
    return [
        BatchRow(
            row.id, row.counter_date, row.created_at, row.files or 0, row.waiting or 0, row.forms or 0, row.open or 0
        )
        for row in rows
    ]


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


def progress(session: Session, found: Batch, now: dt.datetime) -> Progress:
    count = session.execute(
        sa.select(
            sa.func.count().label("files"),
            sa.func.sum(sa.case((ScanFile.state == FileState.WAITING, 1), else_=0)).label("waiting"),
            sa.func.sum(sa.func.coalesce(ScanFile.pages, 0)).label("pages"),
            sa.func.sum(sa.case((ScanFile.pages.is_(None), 1), else_=0)).label("unopened"),
        ).where(ScanFile.batch_id == found.id)
    ).one()
    read = session.execute(
        sa.select(
            sa.func.count().label("pages"),
            sa.func.min(ScanPage.created_at).label("first"),
            sa.func.max(ScanPage.created_at).label("last"),
        ).where(ScanPage.batch_id == found.id)
    ).one()
    left = None
    if count.waiting and read.pages > 1:
        each = (read.last - read.first).total_seconds() / (read.pages - 1)
        left = round(each * ((count.pages or 0) + (count.unopened or 0) - read.pages))
    return Progress(
        count.files,
        count.waiting or 0,
        max(count.pages or 0, read.pages),
        read.pages,
        max(1, left) if left is not None else None,
    )


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
