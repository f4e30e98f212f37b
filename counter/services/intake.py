"""Paper comes in: files are kept sealed, read in the background, and become forms that wait for a clerk. Nothing is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, vault
from counter.models.intake import OPEN, Batch, FileState, FormState, PaperForm, Reading, ScanFile, ScanPage
from counter.models.keys import Key
from counter.services import audit, pictures, spot_check
from counter.services.blobs import Blobs
from forms.my_number import holds_my_number

if TYPE_CHECKING:
    from ocr.results import PageReading
    from ocr.results import Reading as Read

JOB = "read-file.1"
QUEUE = "reading"
MOST_FILES = 300
TRIES = 3

EMPTY = "ファイルが空でした"
GAVE_UP = "読み取りの途中で止まりました"
UNREADABLE = "読み取れませんでした"
BLANKED = "個人番号とみられる部分を消しました"

BLANK = "白紙のページ"

_BLANK_PAGE = "blank-page"


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
    file = ScanFile(
        ward=batch.ward,
        id=ids.new_id(),
        batch_id=batch.id,
        position=position,
        size=len(upload.data),
        key_id=seals.new_key(session, "scan", batch.ward),
        state=FileState.WAITING,
    )
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
    session.flush()
    seals = vault.of(session)
    data = seals.open_bytes(session, file.key_id, f"scan_file:blob:{file.id}", blobs.get(file.blob))
    done = frozenset(session.scalars(sa.select(ScanPage.position).where(ScanPage.file_id == file_id)))
    return Original(file_name(session, file), data, done)


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


def record_page(
    session: Session,
    blobs: Blobs,
    file_id: str,
    position: int,
    seen: PageReading | None,
    image: Any,
    phones: Collection[str] = (),
) -> ScanPage:
    """Keep what was read of one page; `seen` None: the reader failed on it. `phones`: keys of zones for phones."""
    file = _file(session, file_id)
    known = session.scalars(
        sa.select(ScanPage).where(ScanPage.file_id == file_id, ScanPage.position == position)
    ).one_or_none()
    if known is not None:
        return known
    form = _form_of(session, file, seen)
    readings = list(seen.values.values()) if seen is not None and seen.found else []
    told = [reading for reading in readings if _tells_a_number(reading, phones)]
    pixels = image if seen is None else seen.straightened
    jpeg, width, height = pictures.encode(pixels, [reading.crop for reading in told])
    page = ScanPage(
        ward=file.ward,
        id=ids.new_id(),
        batch_id=file.batch_id,
        file_id=file.id,
        position=position,
        form_id=form.id,
        page=(seen.page if seen is not None else None) or 1,
        width=width,
        height=height,
        blob="",
        found=seen is not None and seen.found,
        problems=[UNREADABLE] if seen is None else [issue.text for issue in seen.problems],
        seconds=0.0 if seen is None else float(seen.seconds),
    )
    page.blob = blobs.put(vault.of(session).seal_bytes(session, form.key_id, f"scan_page:blob:{page.id}", jpeg))
    session.add(page)
    session.flush()
    scale = width / pixels.shape[1]
    whole = {reading.key for reading in readings}
    of_parts = {key.rpartition(".")[0] for key in whole} & whole
    for reading in readings:
        part = reading.key.rpartition(".")[0] in whole
        session.add(
            _reading(
                session, form, page, reading, scale, hidden=reading in told, part=part, whole=reading.key in of_parts
            )
        )
    session.flush()
    return page


def _reading(
    session: Session,
    form: PaperForm,
    page: ScanPage,
    reading: Read,
    scale: float,
    *,
    hidden: bool,
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
        accepted=bool(reading.accepted) and not hidden,
        reasons=[BLANKED] if hidden else list(reading.reasons),
        crop=[round(float(number) * scale) for number in reading.crop],
    )
    content: Mapping[str, Any] = (
        {"value": None, "text": "", "alternatives": []}
        if hidden
        else {
            "value": reading.value,
            "text": reading.text,
            "alternatives": list(reading.alternatives),
            "characters": [round(float(sure), 3) for sure in reading.char_confidences],
        }
    )
    if row.accepted and reading.text and not whole and spot_check.drawn(row.id):
        row.accepted, row.spot_check, row.reasons = False, True, [spot_check.REASON]
    row.content = vault.of(session).seal(session, form.key_id, f"reading:content:{row.id}", content)
    return row


def _form_of(session: Session, file: ScanFile, seen: PageReading | None) -> PaperForm:
    """The form of this batch that has the page's serial and still lacks this page; else a new one."""
    if seen is None:
        return _new_form(session, file, FormState.MANUAL, reason=UNREADABLE)
    why = next((issue for issue in seen.problems if issue.fatal), None)
    if why is not None and why.code == _BLANK_PAGE:
        return _new_form(session, file, FormState.SET_ASIDE, reason=BLANK)
    if seen.serial:
        candidates = session.scalars(
            sa.select(PaperForm)
            .where(
                PaperForm.batch_id == file.batch_id,
                PaperForm.serial == seen.serial,
                PaperForm.sheet_digest == seen.sheet_digest,
                PaperForm.state.in_(OPEN),
                PaperForm.answers.is_(None),
            )
            .order_by(PaperForm.created_at, PaperForm.id)
        )
        for form in candidates:
            pages = sa.select(ScanPage.id).where(ScanPage.form_id == form.id, ScanPage.page == seen.page)
            if session.scalars(pages).first() is None:
                form.state = FormState.REVIEW if seen.found else form.state
                return form
    return _new_form(
        session,
        file,
        FormState.REVIEW if seen.found else FormState.MANUAL,
        procedure=seen.procedure,
        sheet_digest=seen.sheet_digest,
        serial=seen.serial,
        reason=why.text[:200] if why else None,
    )


def _new_form(session: Session, file: ScanFile, state: FormState, **values: Any) -> PaperForm:
    form = PaperForm(
        ward=file.ward,
        id=ids.new_id(),
        batch_id=file.batch_id,
        file_id=file.id,
        state=state,
        key_id=vault.of(session).new_key(session, "paper", file.ward),
        **values,
    )
    session.add(form)
    session.flush()
    return form


def _fail(session: Session, file: ScanFile, reason: str) -> None:
    file.state, file.reason = FileState.FAILED, reason[:200]
    _new_form(session, file, FormState.MANUAL, reason=reason[:200])


def _file(session: Session, file_id: str) -> ScanFile:
    return session.scalars(sa.select(ScanFile).where(ScanFile.id == file_id)).one()


def _tells_a_number(reading: Read, phones: Collection[str]) -> bool:
    """Twelve digits that are a valid 個人番号, unless they are a phone where one is asked: 81… phones have twelve too."""
    if reading.key in phones and reading.value is not None:
        return False
    return any(holds_my_number(str(text)) for text in (reading.text, *reading.alternatives))
