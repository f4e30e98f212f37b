"""Batches: how far they are read, what became of their files, and what a clerk has to know about their sheets."""

from __future__ import annotations

import datetime as dt
import itertools
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.intake import OPEN, Batch, BatchState, FileState, FormState, PaperForm, ScanFile, ScanPage, TwinWhy
from counter.models.worker import Worker

LATEST = 50
RECENT = 21
"""Pages that the pace is taken from: the machine may have other work than a quarter of an hour ago."""
ALIVE = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading is. `pages` counts what is known: files that were not opened yet (`unopened`) may have more.

    `left`: seconds at the pace of the last pages; None while nobody can say. `ahead`: pages of the ward that come first.
    """

    files: int
    waiting: int
    pages: int
    read: int
    unopened: int
    left: int | None
    ahead: int
    state: str
    alive: bool

    @property
    def finished(self) -> bool:
        return self.waiting == 0

    @property
    def going(self) -> bool:
        return not self.finished and self.state == BatchState.RUNNING


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch in the list of batches."""

    id: str
    counter_date: dt.date
    created_at: dt.datetime
    source: str
    state: str
    files: int
    waiting: int
    asking: int
    """files that a clerk must say something about: held or failed"""
    pages: int
    forms: int
    open: int


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that is not simply read. `number` counts from one; `again`: its original is still there."""

    id: str
    number: int
    state: str
    reason: str | None
    again: bool
    twin_batch: str | None = None
    twin_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Twin:
    """The form that another may be over again."""

    id: str
    procedure: str | None
    state: str
    created_at: dt.datetime


TWINS = {
    TwinWhy.SAME_PAGE: "同じ用紙が、もう読み取られています",
    TwinWhy.COPIED_SERIAL: "用紙番号が同じで、記入がちがいます（コピーした用紙かもしれません）",
    TwinWhy.LATE_PAGE: "確認が始まった申請書の、続きの紙かもしれません",
    TwinWhy.OTHER_SHEET: "同じ用紙番号が、別の様式で読み取られています",
    TwinWhy.ALIKE: "記入がよく似た用紙が、もう読み取られています",
}


def batches(session: Session) -> list[BatchRow]:
    """The latest of the ward."""
    latest = session.scalars(sa.select(Batch).order_by(Batch.created_at.desc(), Batch.id).limit(LATEST)).all()
    ids = [batch.id for batch in latest]
    files = _counts(session, ScanFile.batch_id, ScanFile.state, ids)
    forms = _counts(session, PaperForm.batch_id, PaperForm.state, ids)
    pages = _counts(session, ScanPage.batch_id, ScanPage.found, ids)
    return [
        BatchRow(
            batch.id,
            batch.counter_date,
            batch.created_at,
            batch.source,
            batch.state,
            sum(files[batch.id].values()),
            files[batch.id].get(FileState.WAITING, 0),
            files[batch.id].get(FileState.HELD, 0) + files[batch.id].get(FileState.FAILED, 0),
            sum(pages[batch.id].values()),
            sum(forms[batch.id].values()),
            sum(forms[batch.id].get(state, 0) for state in OPEN),
        )
        for batch in latest
    ]


def _counts(session: Session, of: object, by: object, ids: Sequence[str]) -> Mapping[str, dict[object, int]]:
    found: dict[str, dict[object, int]] = defaultdict(dict)
    rows = session.execute(sa.select(of, by, sa.func.count()).where(of.in_(ids)).group_by(of, by))  # type: ignore[attr-defined,call-overload]
    for batch_id, value, count in rows:
        found[batch_id][value] = count
    return found


def progress(session: Session, found: Batch, now: dt.datetime) -> Progress:
    got = sa.select(ScanPage.file_id, sa.func.count().label("got")).where(ScanPage.batch_id == found.id)
    pages = got.group_by(ScanPage.file_id).subquery()
    rows = session.execute(
        sa.select(ScanFile.state, ScanFile.pages, sa.func.coalesce(pages.c.got, 0).label("got"))
        .outerjoin(pages, pages.c.file_id == ScanFile.id)
        .where(ScanFile.batch_id == found.id)
    ).all()
    waiting = [row for row in rows if row.state == FileState.WAITING]
    read = sum(row.got for row in rows)
    known = sum(max(row.pages or row.got, row.got) if row.state == FileState.WAITING else row.got for row in rows)
    beat = session.scalar(sa.select(sa.func.max(Worker.beat_at)))
    return Progress(
        files=len(rows),
        waiting=len(waiting),
        pages=known,
        read=read,
        unopened=sum(row.pages is None for row in waiting),
        left=_left(session, found, known - read) if waiting else None,
        ahead=_ahead(session, found) if waiting and not read else 0,
        state=found.state,
        alive=beat is not None and beat > now - ALIVE,
    )


def _left(session: Session, found: Batch, pages: int) -> int | None:
    """The middle of the last gaps between pages: a pause or a slow page does not spoil it."""
    moments = session.scalars(
        sa.select(ScanPage.created_at)
        .where(ScanPage.batch_id == found.id)
        .order_by(ScanPage.created_at.desc())
        .limit(RECENT)
    ).all()
    gaps = [(one - two).total_seconds() for one, two in itertools.pairwise(moments)]
    return max(1, round(statistics.median(gaps) * pages)) if len(gaps) >= 2 else None


def _ahead(session: Session, found: Batch) -> int:
    return (
        session.scalar(
            sa.select(sa.func.sum(sa.func.coalesce(ScanFile.pages, 1)))
            .join(Batch, sa.and_(Batch.ward == ScanFile.ward, Batch.id == ScanFile.batch_id))
            .where(
                ScanFile.state == FileState.WAITING,
                Batch.state == BatchState.RUNNING,
                Batch.created_at < found.created_at,
            )
        )
        or 0
    )


def files(session: Session, batch_id: str) -> list[FileRow]:
    """Those that were not simply read, in their order."""
    rows = session.scalars(
        sa.select(ScanFile)
        .where(
            ScanFile.batch_id == batch_id,
            ScanFile.state.in_((FileState.FAILED, FileState.HELD, FileState.CANCELLED)),
        )
        .order_by(ScanFile.position)
    ).all()
    twins = session.execute(
        sa.select(ScanFile.id, Batch.id.label("batch_id"), Batch.created_at)
        .join(Batch, sa.and_(Batch.ward == ScanFile.ward, Batch.id == ScanFile.batch_id))
        .where(ScanFile.id.in_([row.twin_id for row in rows if row.twin_id]))
    )
    known = {row.id: row for row in twins}
    return [
        FileRow(
            row.id,
            row.position + 1,
            row.state,
            row.reason,
            row.blob is not None,
            known[row.twin_id].batch_id if row.twin_id in known else None,
            known[row.twin_id].created_at if row.twin_id in known else None,
        )
        for row in rows
    ]


def page_numbers(session: Session, batch_id: str) -> Mapping[str, tuple[int, ...]]:
    """Form → the pages it has, wherever they came from, for the forms of a batch."""
    rows = session.execute(
        sa.select(ScanPage.form_id, ScanPage.page)
        .join(PaperForm, sa.and_(PaperForm.ward == ScanPage.ward, PaperForm.id == ScanPage.form_id))
        .where(PaperForm.batch_id == batch_id)
        .order_by(ScanPage.page)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[row.form_id].append(row.page)
    return {form_id: tuple(pages) for form_id, pages in found.items()}


def joined(session: Session, batch_id: str) -> list[tuple[str, str, str | None, int]]:
    """Pages of this batch that completed forms of another: form, its batch, its procedure, how many pages."""
    rows = session.execute(
        sa.select(PaperForm.id, PaperForm.batch_id, PaperForm.procedure, sa.func.count().label("pages"))
        .join(ScanPage, sa.and_(ScanPage.ward == PaperForm.ward, ScanPage.form_id == PaperForm.id))
        .where(ScanPage.batch_id == batch_id, PaperForm.batch_id != batch_id)
        .group_by(PaperForm.id, PaperForm.batch_id, PaperForm.procedure)
        .order_by(PaperForm.id)
    )
    return [(row.id, row.batch_id, row.procedure, row.pages) for row in rows]


def twins(session: Session, ids: Iterable[str]) -> dict[str, Twin]:
    rows = session.execute(
        sa.select(PaperForm.id, PaperForm.procedure, PaperForm.state, PaperForm.created_at).where(
            PaperForm.id.in_(sorted(set(ids)))
        )
    )
    return {row.id: Twin(row.id, row.procedure, row.state, row.created_at) for row in rows}


def unknown(session: Session, batch_id: str) -> Sequence[tuple[PaperForm, ScanPage | None]]:
    """Forms of a batch of which nobody knows what they are, each with its (first) page, in the order of the stack."""
    rows = session.execute(
        sa.select(PaperForm, ScanPage)
        .join(ScanPage, sa.and_(ScanPage.ward == PaperForm.ward, ScanPage.form_id == PaperForm.id))
        .where(
            PaperForm.batch_id == batch_id,
            PaperForm.state == FormState.MANUAL,
            PaperForm.procedure.is_(None),
            PaperForm.answers.is_(None),
        )
        .order_by(PaperForm.created_at, PaperForm.id, ScanPage.position)
    ).all()
    first: dict[str, tuple[PaperForm, ScanPage | None]] = {}
    for form, page in rows:
        first.setdefault(form.id, (form, page))
    return list(first.values())
