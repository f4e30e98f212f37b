"""Paper comes in: files are kept sealed, read in the background, and become forms that wait for a clerk. Nothing is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, vault
from counter.models.intake import Batch, FileState, FormState, PaperForm, Reading, ScanFile, ScanPage
from counter.services import audit, pictures
from counter.services.blobs import Blobs
from forms.my_number import holds_my_number

JOB = "read-file.1"
QUEUE = "reading"
MOST_FILES = 300
TRIES = 3

EMPTY = "ファイルが空でした"
GAVE_UP = "読み取りの途中で止まりました"
UNKNOWN = "様式がわかりませんでした"
UNREADABLE = "読み取れませんでした"
BLANKED = "個人番号とみられる部分を消しました"

_NEVER_A_PERSONS_NUMBER = frozenset({"phone", "corporate_number", "invoice_number"})


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it came: the name is what the sender's machine says, nothing more."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Original:
    """A file to read, and the positions of its pages that were read before (a worker may have died)."""

    name: str
    data: bytes
    done: frozenset[int]


def receive(
    session: Session,
    blobs: Blobs,
    *,
    ward: str,
    actor: str,
    uploads: Sequence[Upload],
    counter_date: dt.date,
    nonce: str,
) -> Batch:
    """Keep the files and queue their reading. The same nonce again is the same batch."""
    known = session.scalars(sa.select(Batch).where(Batch.nonce == nonce)).one_or_none()
    if known is not None:
        return known
    batch = Batch(ward=ward, id=ids.new_id(), nonce=nonce, counter_date=counter_date, created_by=actor)
    session.add(batch)
    session.flush()
    for position, upload in enumerate(uploads[:MOST_FILES]):
        _keep(session, blobs, batch, position, upload)
    session.flush()
    audit.record(session, ward, actor, "batch.receive", batch.id, {"files": len(uploads[:MOST_FILES])})
    return batch


def _keep(session: Session, blobs: Blobs, batch: Batch, position: int, upload: Upload) -> None:
    seals = vault.of(session)
    file = ScanFile(ward=batch.ward, id=ids.new_id(), batch_id=batch.id, position=position, size=len(upload.data),
                    key_id=seals.new_key(session, "scan", batch.ward), state=FileState.WAITING)
    name = upload.name.encode("utf-8", "replace").decode("utf-8")[-120:]
    file.name = seals.seal(session, file.key_id, f"scan_file:name:{file.id}", name)
    if upload.data:
        file.blob = blobs.put(seals.seal_bytes(session, file.key_id, f"scan_file:blob:{file.id}", upload.data))
    session.add(file)
    session.flush()
    if upload.data:
        session.info["enqueue"](session, JOB, f"read:{file.id}", file.ward, file.id, queue=QUEUE)
    else:
        _fail(session, file, EMPTY)


def to_read(session: Session, blobs: Blobs, file_id: str) -> Original | None:
    """The original, opened; None when there is nothing left to do with it."""
    file = session.scalars(sa.select(ScanFile).where(ScanFile.id == file_id)).one_or_none()
    if file is None or file.blob is None or file.state != FileState.WAITING:
        return None
    if file.attempts >= TRIES:
        _fail(session, file, GAVE_UP)
        return None
    file.attempts += 1
    seals = vault.of(session)
    data = seals.open_bytes(session, file.key_id, f"scan_file:blob:{file.id}", blobs.get(file.blob))
    done = frozenset(session.scalars(sa.select(ScanPage.position).where(ScanPage.file_id == file_id)))
    return Original(file_name(session, file), data, done)


def file_name(session: Session, file: ScanFile) -> str:
    name: str = vault.of(session).open(session, file.key_id, f"scan_file:name:{file.id}", file.name)
    return name


def counted(session: Session, file_id: str, pages: int) -> None:
    _file(session, file_id).pages = pages


def failed(session: Session, file_id: str, reason: str) -> None:
    """The file cannot be read at all: a form without pages waits for a hand."""
    file = _file(session, file_id)
    if file.state == FileState.WAITING:
        _fail(session, file, reason)


def finished(session: Session, file_id: str, now: dt.datetime) -> None:
    file = _file(session, file_id)
    file.state, file.read_at = FileState.READ, now


def record_page(session: Session, blobs: Blobs, file_id: str, position: int, seen: Any, image: Any) -> ScanPage:
    """Keep what was read of one page (`seen`: ocr.reading.PageReading, None if the reader failed on it)."""
    file = _file(session, file_id)
    known = session.scalars(
        sa.select(ScanPage).where(ScanPage.file_id == file_id, ScanPage.position == position)).one_or_none()
    if known is not None:
        return known
    found = bool(seen is not None and seen.found)
    form = _form_of(session, file, seen) if found else _unknown(session, file, UNKNOWN if seen else UNREADABLE)
    readings = list(seen.values.values()) if found else []
    told = [reading for reading in readings if _tells_a_number(reading)]
    pixels = seen.straightened if seen is not None and seen.straightened is not None else image
    jpeg, width, height = pictures.encode(pixels, [reading.crop for reading in told])
    seals = vault.of(session)
    page = ScanPage(
        ward=file.ward, id=ids.new_id(), batch_id=file.batch_id, file_id=file.id, position=position, form_id=form.id,
        page=seen.page if found else 1, width=width, height=height, found=found, blob="",
        problems=[words(problem) for problem in seen.problems] if seen is not None else [UNREADABLE],
        seconds=float(seen.seconds) if seen is not None else 0.0,
    )
    page.blob = blobs.put(seals.seal_bytes(session, form.key_id, f"scan_page:blob:{page.id}", jpeg))
    session.add(page)
    session.flush()
    scale = width / pixels.shape[1]
    for reading in readings:
        session.add(_reading(session, form, page, reading, scale, hidden=reading in told))
    session.flush()
    return page


def _reading(session: Session, form: PaperForm, page: ScanPage, reading: Any, scale: float, *, hidden: bool) -> Reading:
    row = Reading(
        ward=page.ward, id=ids.new_id(), page_id=page.id, form_id=form.id, key=reading.key,
        confidence=round(float(reading.confidence), 4), accepted=bool(reading.accepted) and not hidden,
        reasons=[words(reason) for reason in reading.reasons] + ([BLANKED] if hidden else []),
        crop=[round(float(number) * scale) for number in reading.crop],
    )
    content: Mapping[str, Any] = {"value": None, "text": "", "alternatives": []} if hidden else {
        "value": reading.value, "text": reading.text, "alternatives": list(reading.alternatives)}
    row.content = vault.of(session).seal(session, form.key_id, f"reading:content:{row.id}", content)
    return row


def _form_of(session: Session, file: ScanFile, seen: Any) -> PaperForm:
    """The form of this batch that has the page's serial and still lacks this page; else a new one."""
    if seen.serial:
        candidates = session.scalars(
            sa.select(PaperForm)
            .where(PaperForm.batch_id == file.batch_id, PaperForm.serial == seen.serial,
                   PaperForm.sheet_digest == seen.sheet_digest, PaperForm.state == FormState.REVIEW,
                   PaperForm.answers.is_(None))
            .order_by(PaperForm.created_at, PaperForm.id))
        for form in candidates:
            pages = sa.select(ScanPage.id).where(ScanPage.form_id == form.id, ScanPage.page == seen.page)
            if session.scalars(pages).first() is None:
                return form
    return _new_form(session, file, FormState.REVIEW, procedure=seen.procedure, sheet_digest=seen.sheet_digest,
                     serial=seen.serial or None)


def _unknown(session: Session, file: ScanFile, reason: str) -> PaperForm:
    return _new_form(session, file, FormState.MANUAL, reason=reason)


def _new_form(session: Session, file: ScanFile, state: FormState, **values: Any) -> PaperForm:
    form = PaperForm(ward=file.ward, id=ids.new_id(), batch_id=file.batch_id, file_id=file.id, state=state,
                     key_id=vault.of(session).new_key(session, "paper", file.ward), **values)
    session.add(form)
    session.flush()
    return form


def _fail(session: Session, file: ScanFile, reason: str) -> None:
    file.state, file.reason = FileState.FAILED, reason[:200]
    _new_form(session, file, FormState.MANUAL, reason=reason[:200])


def _file(session: Session, file_id: str) -> ScanFile:
    return session.scalars(sa.select(ScanFile).where(ScanFile.id == file_id)).one()


def _tells_a_number(reading: Any) -> bool:
    """Twelve digits that are a valid 個人番号, unless they are what the field asks for: 81… phones have twelve too."""
    if reading.value and getattr(reading, "kind", "") in _NEVER_A_PERSONS_NUMBER:
        return False
    return holds_my_number(str(reading.text))


def words(reason: Any) -> str:
    """A reason of the reader in words, whatever shape it has: a Message, an issue with one, or plain text."""
    message = getattr(reason, "message", reason)
    text = getattr(message, "text", message)
    return str(text() if callable(text) else text)[:200]
