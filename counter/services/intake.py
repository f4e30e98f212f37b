"""Paper comes in: files are kept sealed, read in the background, and become forms that wait for a clerk. Nothing is lost."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, vault
from counter.models.intake import (
    OPEN,
    Batch,
    BatchState,
    FileState,
    FormState,
    PaperForm,
    Reading,
    ScanFile,
    ScanPage,
)
from counter.models.keys import Key
from counter.services import audit, duplicates, grouping, memory, pictures, spot_check
from counter.services.blobs import Blobs
from counter.services.grouping import UNREADABLE

if TYPE_CHECKING:
    from ocr.results import PageReading
    from ocr.results import Reading as Read

JOB = "read-file.1"
QUEUE = "reading"
MOST_FILES = 300
TRIES = 3
PUT_OFF = dt.timedelta(seconds=60)

EMPTY = "ファイルが空でした"
GAVE_UP = "読み取りの途中で止まりました"

ONE_PAGE = (b"\xff\xd8\xff", b"\x89PNG")
"""How files begin that have one page whatever is in them."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it came: the name is what the sender's machine says, nothing more."""

    name: str
    read: Callable[[], bytes]
    """one file of many lies in memory at a time"""


@dataclass(slots=True)
class Original:
    """A file to read, and the positions of its pages that were read before (a worker may have died)."""

    name: str
    data: bytes
    done: frozenset[int]

    def take(self) -> bytes:
        """The bytes, once: who has them lets them go when they are no longer needed."""
        data, self.data = self.data, b""
        return data


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is made of a page before any transaction: our own picture, and what a second scan would show."""

    jpeg: bytes
    width: int
    height: int
    scale: float
    trace: duplicates.Trace
    scanned_before: str | None = None


def receive(
    session: Session,
    blobs: Blobs,
    *,
    ward: str,
    actor: str,
    uploads: Iterable[Upload],
    counter_date: dt.date,
    nonce: str,
    source: str = "upload",
) -> Batch:
    """Keep the files and queue their reading. The same nonce again is the same batch."""
    known = session.scalars(sa.select(Batch).where(Batch.nonce == nonce)).one_or_none()
    if known is not None:
        return known
    batch = Batch(ward=ward, id=ids.new_id(), nonce=nonce, counter_date=counter_date, created_by=actor, source=source)
    session.add(batch)
    session.flush()
    count = 0
    for upload in itertools.islice(uploads, MOST_FILES):
        keep_file(session, blobs, batch, count, upload.name, upload.read())
        count += 1
    session.flush()
    audit.record(session, ward, actor, "batch.receive", batch.id, {"files": count})
    return batch


def keep_file(
    session: Session, blobs: Blobs, batch: Batch, position: int, name: str, data: bytes, origin: bytes | None = None
) -> ScanFile:
    """Sealed on disk, and queued for reading unless the same bytes came before: then a clerk says whether to."""
    seals = vault.of(session)
    file = ScanFile(
        ward=batch.ward,
        id=ids.new_id(),
        batch_id=batch.id,
        position=position,
        size=len(data),
        pages=1 if data.startswith(ONE_PAGE) else None,
        origin=origin,
        key_id=seals.new_key(session, "scan", batch.ward),
        state=FileState.WAITING,
    )
    name = name.encode("utf-8", "replace").decode("utf-8")[-120:]
    file.name = seals.seal(session, file.key_id, f"scan_file:name:{file.id}", name)
    if data:
        file.fingerprint = duplicates.fingerprint(session, batch.ward, data)
        file.twin_id = duplicates.same_file(session, file.fingerprint)
        file.state = FileState.HELD if file.twin_id else FileState.WAITING
        file.blob = blobs.put(seals.seal_bytes(session, file.key_id, f"scan_file:blob:{file.id}", data))
    session.add(file)
    session.flush()
    if not data:
        _fail(session, file, EMPTY)
    elif file.state == FileState.WAITING:
        queue(session, file, f"read:{file.id}")
    return file


def queue(session: Session, file: ScanFile, job_id: str = "") -> None:
    """Have a waiting file read. Without a `job_id` of its own this is another go."""
    job_id = job_id or f"read:{file.id}:{ids.new_id()}"
    session.info["enqueue"](session, JOB, job_id, file.ward, file.id, queue=QUEUE)


def put_off(session: Session, file_id: str) -> None:
    """Something that is not the file's fault kept it from being read: another go a little later, if it still waits."""
    file = _file(session, file_id)
    if goes_on(session, file_id):
        session.info["enqueue"](
            session, JOB, f"read:{file.id}:{ids.new_id()}", file.ward, file.id, queue=QUEUE, delay=PUT_OFF
        )


def forgotten(session: Session) -> list[tuple[str, str]]:
    """(ward, file) that wait for a job: to be asked of every ward, when no job is left that could be theirs."""
    rows = session.execute(
        sa.select(ScanFile.ward, ScanFile.id)
        .join(Batch, sa.and_(Batch.ward == ScanFile.ward, Batch.id == ScanFile.batch_id))
        .where(ScanFile.state == FileState.WAITING, Batch.state == BatchState.RUNNING)
        .order_by(ScanFile.created_at, ScanFile.id)
    )
    return [(row.ward, row.id) for row in rows]


def to_read(session: Session, blobs: Blobs, file_id: str) -> Original | None:
    """The original, opened; None when there is nothing left to do with it."""
    file = session.scalars(sa.select(ScanFile).where(ScanFile.id == file_id)).one_or_none()
    if file is None or file.blob is None or not goes_on(session, file_id):
        return None
    if file.attempts >= TRIES:
        _fail(session, file, GAVE_UP)
        return None
    file.attempts += 1
    session.flush()
    seals = vault.of(session)
    data = seals.open_bytes(session, file.key_id, f"scan_file:blob:{file.id}", blobs.get(file.blob))
    done = frozenset(session.scalars(sa.select(ScanPage.position).where(ScanPage.file_id == file_id)))
    return Original(file_name(session, file), data, done)


def goes_on(session: Session, file_id: str) -> bool:
    """Whether the file is still to be read: a clerk may have paused or cancelled its batch."""
    found = session.execute(
        sa.select(ScanFile.state, Batch.state.label("batch"))
        .join(Batch, sa.and_(Batch.ward == ScanFile.ward, Batch.id == ScanFile.batch_id))
        .where(ScanFile.id == file_id)
    ).one_or_none()
    return found is not None and found.state == FileState.WAITING and found.batch == BatchState.RUNNING


def wanted(session: Session, file_id: str) -> bool:
    """Whether a page that was just read is kept: not when the file was cancelled meanwhile."""
    return _file(session, file_id).state == FileState.WAITING


def file_name(session: Session, file: ScanFile) -> str:
    name: str = vault.of(session).open(session, file.key_id, f"scan_file:name:{file.id}", file.name)
    return name


def counted(session: Session, file_id: str, pages: int) -> None:
    _file(session, file_id).pages = pages
    session.flush()


def failed(session: Session, file_id: str, reason: str) -> None:
    """The file cannot be read at all: a form without pages waits for a hand."""
    file = _file(session, file_id)
    if file.state == FileState.WAITING:
        _fail(session, file, reason)


def finished(session: Session, file_id: str, now: dt.datetime) -> None:
    file = _file(session, file_id)
    file.state, file.read_at = FileState.READ, now
    session.flush()


def release(session: Session, form: PaperForm) -> None:
    """Erase the originals that no open form needs any more: their keys now, the sealed bytes at the next `purge`."""
    files = sa.select(ScanPage.file_id).where(ScanPage.form_id == form.id)
    needed = (
        sa.select(ScanPage.file_id)
        .join(PaperForm, sa.and_(PaperForm.ward == ScanPage.ward, PaperForm.id == ScanPage.form_id))
        .where(PaperForm.state.in_(OPEN))
    )
    settled = session.scalars(
        sa.select(ScanFile)
        .where(sa.or_(ScanFile.id.in_(files), ScanFile.id == form.file_id), ScanFile.state != FileState.WAITING)
        .where(ScanFile.id.not_in(needed))
        .order_by(ScanFile.id)
    )
    for file in settled:
        vault.of(session).shred(session, file.key_id)


def purge(session: Session, blobs: Blobs) -> int:
    """Remove the sealed bytes of originals whose keys are gone; returns how many."""
    gone = session.scalars(
        sa.select(ScanFile)
        .join(Key, Key.id == ScanFile.key_id)
        .where(Key.shredded_at.is_not(None), ScanFile.blob.is_not(None))
        .order_by(ScanFile.id)
    ).all()
    for file in gone:
        blobs.drop(str(file.blob))
        file.blob = None
    session.flush()
    return len(gone)


def prepare(session: Session, seen: PageReading | None, image: Any, now: dt.datetime) -> Prepared:
    """What takes its time, before the transaction that keeps the page. The reader has blanked every 個人番号 in what it
    saw; a page that it lost may show one, so nothing of that is kept."""
    pixels = pictures.withheld(image) if seen is None else seen.straightened
    jpeg, width, height = pictures.encode(pixels)
    found = duplicates.trace(seen)
    before = duplicates.scanned_before(session, seen, found, now)
    return Prepared(jpeg, width, height, width / pixels.shape[1], found, before)


def record_page(
    session: Session, blobs: Blobs, file_id: str, position: int, seen: PageReading | None, ready: Prepared
) -> ScanPage:
    """Keep what was read of one page; `seen` None: the reader failed on it. Twice is no error."""
    file = _file(session, file_id)
    known = session.scalars(
        sa.select(ScanPage).where(ScanPage.file_id == file_id, ScanPage.position == position)
    ).one_or_none()
    if known is not None:
        return known
    file.attempts = 0  # it goes forward: being killed and resumed many times is not its fault
    form = grouping.form_of(session, file, seen, ready.trace, ready.scanned_before, position)
    elsewhere = form.reason == grouping.OTHER_WARD
    readings = list(seen.values.values()) if seen is not None and seen.found and not elsewhere else []
    page = ScanPage(
        ward=file.ward,
        id=ids.new_id(),
        batch_id=file.batch_id,
        file_id=file.id,
        position=position,
        form_id=form.id,
        page=(seen.page if seen is not None else None) or 1,
        width=ready.width,
        height=ready.height,
        blob="",
        found=seen is not None and seen.found,
        problems=[UNREADABLE] if seen is None else [issue.text for issue in seen.problems],
        seconds=0.0 if seen is None else float(seen.seconds),
    )
    page.blob = blobs.put(vault.of(session).seal_bytes(session, form.key_id, f"scan_page:blob:{page.id}", ready.jpeg))
    page.trace = None if elsewhere else duplicates.seal(session, form.key_id, page.id, ready.trace)
    session.add(page)
    session.flush()
    _keep_readings(session, form, page, readings, ready)
    session.flush()
    return page


def _keep_readings(
    session: Session, form: PaperForm, page: ScanPage, readings: Collection[Read], ready: Prepared
) -> None:
    whole = {reading.key for reading in readings}
    of_parts = {key.rpartition(".")[0] for key in whole} & whole
    rows: dict[str, Reading] = {}
    for reading in readings:
        part = reading.key.rpartition(".")[0] in whole
        row = _reading(session, form, page, reading, ready.scale, part=part, whole=reading.key in of_parts)
        session.add(row)
        rows[reading.key] = row
        memory.keep_lines(session, form, row, reading.lines)
    for key, row in rows.items():  # a clerk is shown fields: one with a part to check is one to check
        if row.spot_check and (field := rows.get(key.rpartition(".")[0])) is not None:
            field.accepted = False


def _reading(
    session: Session,
    form: PaperForm,
    page: ScanPage,
    reading: Read,
    scale: float,
    *,
    part: bool,
    whole: bool,
) -> Reading:
    """`part`: a zone of a field that has several; `whole`: such a field itself."""
    row = Reading(
        ward=page.ward,
        id=ids.new_id(),
        page_id=page.id,
        form_id=form.id,
        key=reading.key,
        part=part,
        confidence=round(float(reading.confidence), 4),
        accepted=bool(reading.accepted),
        reasons=list(reading.reasons),
        crop=[round(float(number) * scale) for number in reading.crop],
    )
    content = {
        "value": reading.value,
        "text": reading.text,
        "alternatives": list(reading.alternatives),
        "characters": [round(float(sure), 3) for sure in reading.char_confidences],
    }
    if row.accepted and reading.text and not whole and spot_check.drawn(row.id):
        row.accepted, row.spot_check, row.reasons = False, True, [spot_check.REASON]
    row.content = vault.of(session).seal(session, form.key_id, f"reading:content:{row.id}", content)
    return row


def _fail(session: Session, file: ScanFile, reason: str) -> None:
    file.state, file.reason = FileState.FAILED, reason[:200]
    grouping.new_form(session, file, FormState.MANUAL, reason=reason[:200])


def _file(session: Session, file_id: str) -> ScanFile:
    return session.scalars(sa.select(ScanFile).where(ScanFile.id == file_id)).one()
