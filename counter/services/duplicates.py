"""Paper that comes a second time: equal files by a keyed digest, equal sheets by how the ink lies in their places."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import vault
from counter.models.intake import FileState, FormState, PaperForm, ScanFile, ScanPage
from counter.models.keys import Key

if TYPE_CHECKING:
    from ocr.results import PageReading

PURPOSE = "scan-file"
CAME = (FileState.WAITING, FileState.READ, FileState.HELD)
ROWS, COLUMNS = 6, 24
"""Cells that a place is divided into: coarse enough for two scans of one sheet, fine enough for two people."""
LEAST_PLACES, LEAST_SHARED = 3, 0.7
SAME_INK, SAME_TEXT = 0.8, 0.6
DAYS = 30
MOST = 150
"""Sheets that one without a serial is compared with: those of its form that came last."""


@dataclass(frozen=True, slots=True)
class Place:
    """One filled place: what was read, and its ink in ROWS × COLUMNS cells, mean nought and length one."""

    text: str
    ink: Any


Trace = Mapping[str, Place]
"""By zone key. As personal as the handwriting itself: sealed wherever it is kept."""


def fingerprint(session: Session, ward: str, data: bytes) -> bytes:
    """Equal for equal files of a ward; tells nothing without the ward's key, unlike a plain digest of known papers."""
    return vault.of(session).blind(session, ward, PURPOSE, hashlib.sha256(data).hexdigest())


def same_file(session: Session, mark: bytes) -> str | None:
    """The first file of the ward with these bytes that was read, waits, or is held for the same reason."""
    found = sa.select(ScanFile.id).where(ScanFile.fingerprint == mark, ScanFile.state.in_(CAME))
    return session.scalars(found.order_by(ScanFile.created_at, ScanFile.id).limit(1)).one_or_none()


# -- traces -------------------------------------------------------------------------------------------------------


def trace(seen: PageReading | None) -> Trace:
    """Of the places where something was read; empty where too little is written to tell sheets apart."""
    if seen is None or not seen.found:
        return {}
    pixels = seen.straightened if seen.straightened.ndim == 2 else seen.straightened[:, :, 1]
    found = {}
    parts = {key.rpartition(".")[0] for key in seen.values}
    for key, reading in seen.values.items():
        if key in parts:
            continue  # a field of several places: each of them counts, not their sum
        x, y, width, height = (int(number) for number in reading.crop)
        patch = pixels[max(y, 0) : y + height, max(x, 0) : x + width]
        if reading.text and patch.shape[0] >= ROWS and patch.shape[1] >= COLUMNS:
            found[key] = Place(reading.text, _cells(patch))
    return found if len(found) >= LEAST_PLACES else {}


def _cells(patch: Any) -> Any:
    dark = 255.0 - patch.astype(np.float32)
    rows = np.linspace(0, dark.shape[0], ROWS, endpoint=False).astype(int)
    columns = np.linspace(0, dark.shape[1], COLUMNS, endpoint=False).astype(int)
    sums = np.add.reduceat(np.add.reduceat(dark, rows, axis=0), columns, axis=1)
    return _even(sums)


def _even(cells: Any) -> Any:
    level = cells - cells.mean()
    length = float(np.sqrt((level**2).sum()))
    return (level / length if length > 0 else level).astype(np.float32)


def alike(one: Trace, two: Trace) -> bool:
    """Whether both are scans of one sheet: most places are filled in both, with the same ink and much the same text."""
    shared = sorted(one.keys() & two.keys())
    if len(shared) < max(LEAST_PLACES, LEAST_SHARED * len(one.keys() | two.keys())):
        return False
    ink = float(np.median([(one[key].ink * two[key].ink).sum() for key in shared]))
    if ink < SAME_INK:
        return False
    return sum(_similar(one[key].text, two[key].text) for key in shared) / len(shared) >= SAME_TEXT


def _similar(one: str, two: str) -> float:
    return 1.0 if one == two else SequenceMatcher(None, one, two, autojunk=False).ratio()


def dump(found: Trace) -> dict[str, Any]:
    """As JSON, to be sealed."""
    return {
        key: [place.text, base64.b64encode((place.ink * 127).round().astype(np.int8).tobytes()).decode("ascii")]
        for key, place in found.items()
    }


def load(kept: Mapping[str, Any]) -> Trace:
    return {
        key: Place(text, _even(np.frombuffer(base64.b64decode(ink), np.int8).reshape(ROWS, COLUMNS).astype(np.float32)))
        for key, (text, ink) in kept.items()
    }


def seal(session: Session, key_id: str, page_id: str, found: Trace) -> bytes | None:
    return vault.of(session).seal(session, key_id, f"scan_page:trace:{page_id}", dump(found)) if found else None


def open_trace(session: Session, key_id: str, page: ScanPage) -> Trace:
    if page.trace is None:
        return {}
    try:
        return load(vault.of(session).open(session, key_id, f"scan_page:trace:{page.id}", page.trace))
    except vault.Shredded:  # the form was erased: nothing is known of its ink
        return {}


def scanned_before(session: Session, seen: PageReading | None, found: Trace, now: dt.datetime) -> str | None:
    """The form with a page that a page without a serial is over again. Reads only: it may take some milliseconds."""
    if seen is None or not found or seen.serial:
        return None
    rows = session.execute(
        sa.select(ScanPage, PaperForm.id.label("form_id"), PaperForm.key_id, Key)
        .join(PaperForm, sa.and_(PaperForm.ward == ScanPage.ward, PaperForm.id == ScanPage.form_id))
        .join(Key, Key.id == PaperForm.key_id)
        .where(
            PaperForm.sheet_digest == seen.sheet_digest,
            PaperForm.created_at >= now - dt.timedelta(days=DAYS),
            PaperForm.state != FormState.SET_ASIDE,
            ScanPage.page == seen.page,
            ScanPage.trace.is_not(None),
            Key.wrapped.is_not(None),
        )
        .order_by(PaperForm.created_at.desc(), PaperForm.id)
        .limit(MOST)
    ).all()
    for row in rows:
        if alike(found, open_trace(session, row.key_id, row.ScanPage)):
            return str(row.form_id)
    return None
