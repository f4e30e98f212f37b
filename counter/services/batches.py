"""What a clerk does with a batch while it is read: pause, go on, cancel; try a file again; read one that came before."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import vault
from counter.models.intake import Batch, BatchState, FileState, FormState, PaperForm, ScanFile, ScanPage
from counter.services import audit, intake

AGAIN = "もう一度読み取ります"
CANCELLED = "読み取りを取り消しました"
NOT_NEEDED = "前と同じファイルなので、読み取りませんでした"


class NotNow(Exception):
    """The batch or file is no longer in a state where this can be done."""


def pause(session: Session, batch: Batch, actor: str) -> None:
    """The page in hand is finished, or read again later. Raises NotNow."""
    _change(session, batch, BatchState.RUNNING, BatchState.PAUSED)
    audit.record(session, batch.ward, actor, "batch.pause", batch.id)


def resume(session: Session, batch: Batch, actor: str) -> None:
    """Goes on with the page after the last that was read. Raises NotNow."""
    _change(session, batch, BatchState.PAUSED, BatchState.RUNNING)
    for file in _files(session, batch, FileState.WAITING):
        file.attempts = 0
        intake.queue(session, file)
    audit.record(session, batch.ward, actor, "batch.resume", batch.id)


def cancel(session: Session, batch: Batch, actor: str) -> None:
    """What was read stays and waits for a clerk; originals of which nothing was read are erased. Raises NotNow."""
    if batch.state not in (BatchState.RUNNING, BatchState.PAUSED):
        raise NotNow
    _change(session, batch, BatchState(batch.state), BatchState.CANCELLED)
    read = set(session.scalars(sa.select(ScanPage.file_id).where(ScanPage.batch_id == batch.id).distinct()))
    files = _files(session, batch, FileState.WAITING)
    for file in files:
        file.state, file.reason = FileState.CANCELLED, CANCELLED
        if file.id not in read:
            vault.of(session).shred(session, file.key_id)
    session.flush()
    audit.record(session, batch.ward, actor, "batch.cancel", batch.id, {"files": len(files)})


def again(session: Session, file: ScanFile, actor: str) -> None:
    """A file that could not be read gets another go; the form that waited in its place is set aside. Raises NotNow."""
    if file.state != FileState.FAILED or file.blob is None or _shredded(session, file):
        raise NotNow
    _go(session, file)
    in_its_place = session.scalars(
        sa.select(PaperForm).where(
            PaperForm.file_id == file.id,
            PaperForm.state == FormState.MANUAL,
            PaperForm.answers.is_(None),
            PaperForm.procedure.is_(None),
            ~sa.exists().where(ScanPage.ward == PaperForm.ward, ScanPage.form_id == PaperForm.id),
        )
    )
    for form in in_its_place:
        form.state, form.reason = FormState.SET_ASIDE, AGAIN
    session.flush()
    audit.record(session, file.ward, actor, "file.again", file.id, {"batch": file.batch_id})


def read_anyway(session: Session, file: ScanFile, actor: str) -> None:
    """A clerk wants a file read although the same bytes came before. Raises NotNow."""
    if file.state != FileState.HELD:
        raise NotNow
    _go(session, file)
    audit.record(session, file.ward, actor, "file.read-anyway", file.id, {"batch": file.batch_id})


def leave(session: Session, file: ScanFile, actor: str) -> None:
    """The file came before and is not needed: its copy is erased, and the batch says so. Raises NotNow."""
    if file.state != FileState.HELD:
        raise NotNow
    file.state, file.reason = FileState.CANCELLED, NOT_NEEDED
    vault.of(session).shred(session, file.key_id)
    session.flush()
    audit.record(session, file.ward, actor, "file.leave", file.id, {"batch": file.batch_id})


def file_of(session: Session, batch: Batch, file_id: str) -> ScanFile | None:
    found = sa.select(ScanFile).where(ScanFile.id == file_id, ScanFile.batch_id == batch.id)
    return session.scalars(found).one_or_none()


def _go(session: Session, file: ScanFile) -> None:
    file.state, file.reason, file.attempts = FileState.WAITING, None, 0
    session.flush()
    batch = session.scalars(sa.select(Batch).where(Batch.id == file.batch_id)).one()
    if batch.state == BatchState.CANCELLED:
        batch.state = BatchState.RUNNING
    if batch.state == BatchState.RUNNING:
        intake.queue(session, file)  # a paused one queues its files when it goes on
    session.flush()


def _change(session: Session, batch: Batch, before: BatchState, after: BatchState) -> None:
    """At one go, so that of two clerks one is told that it was done already."""
    changed = session.execute(
        sa.update(Batch)
        .where(Batch.ward == batch.ward, Batch.id == batch.id, Batch.state == before)
        .values(state=after)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise NotNow
    session.refresh(batch)


def _files(session: Session, batch: Batch, state: FileState) -> list[ScanFile]:
    found = sa.select(ScanFile).where(ScanFile.batch_id == batch.id, ScanFile.state == state)
    return list(session.scalars(found.order_by(ScanFile.position)))


def _shredded(session: Session, file: ScanFile) -> bool:
    from counter.models.keys import Key

    key = session.get(Key, file.key_id)
    return key is None or key.wrapped is None
