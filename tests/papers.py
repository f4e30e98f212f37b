"""Paper without a scanner: a reader that answers what a test wants to have been written."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from flask.testing import FlaskClient
from PIL import Image

from counter import ids
from counter.extensions import Store
from counter.jobs.read_scan import read
from counter.models.intake import FileState, PaperForm, ScanFile
from counter.services.paper_records import fields
from forms.gather import record_value
from forms.model import Procedure
from forms.paper import sheet
from forms.paper_fill import written
from forms.procedures import CATALOGUE
from ocr import problems
from ocr.compose import compose
from ocr.results import PageReading, Reading
from tests.moves import KOTO
from tests.staff import rows

_NUMBERS = itertools.count()


@dataclass
class Reader:
    """Stands in for ocr.reading.read_page: one answer a page, in order; nothing left means an unknown sheet."""

    pages: list[Any] = field(default_factory=list)

    def __call__(self, image: Any, templates: Mapping[str, Any], **_: Any) -> PageReading:
        answer = self.pages.pop(0) if self.pages else unknown()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def write(
        self,
        record: Mapping[str, Any],
        *,
        code: str = "child-allowance",
        serial: str | None = None,
        doubtful: tuple[str, ...] = (),
        misread: Mapping[str, str] | None = None,
        procedure: Procedure | None = None,
    ) -> str:
        """A whole form, page by page; `misread`: zone key → what the reader took it for. Returns its serial."""
        serial = serial or ids.new_id()
        self.pages += paper_pages(procedure or CATALOGUE[code], record, serial, doubtful, misread or {})
        return serial


def paper_pages(
    procedure: Procedure, record: Mapping[str, Any], serial: str, doubtful: tuple[str, ...], misread: Mapping[str, str]
) -> list[PageReading]:
    made = sheet(procedure)
    said = {**written(made, procedure, record, by_hand=True), **misread}
    kinds = {question.path: question.field.kind for question, _ in fields(procedure)}
    found = []
    for page in made.pages:
        zones = {zone.key: zone for zone in page.zones}
        readings = {key: _reading(zone, said.get(key, ""), key not in doubtful) for key, zone in zones.items()}
        found.append(PageReading(
            found=True, procedure=procedure.code, sheet_digest=made.sheet_digest, page=page.page, serial=serial, seconds=0.5,
            values=compose(readings, zones, kinds), problems=(), straightened=blank_page(),
        ))  # fmt: skip
    return found


def _reading(zone: Any, said: Any, accepted: bool) -> Reading:
    text = said if isinstance(said, str) else "、".join(said)
    value: Any = text or None
    if zone.codes:
        value = (
            list(said)
            if zone.kind == "choices" and said
            else (said[0] if said else None)
            if not isinstance(said, str)
            else said or None
        )
    x, y, width, height = (int(number * 2) for number in zone.cells[0])
    return Reading(zone.key, value, text, 0.99 if accepted else 0.4, accepted, () if accepted else ("確信度が低い",),
                   ("候補",) if not accepted else (), (x, y, width, height), ())  # fmt: skip


def unknown(issue: Any = problems.NO_SHEET) -> PageReading:
    return PageReading(False, None, None, None, None, 0.1, {}, (issue,), blank_page())


def blank_page() -> Any:
    return np.full((594, 420), 240, np.uint8)


def picture(pages: int = 1, kind: str = "TIFF") -> bytes:
    """An image file that any loader accepts; no two are the same."""
    frames = [Image.fromarray(np.full((150 + number, 100), 230, np.uint8)) for number in range(pages)]
    number = next(_NUMBERS)
    frames[0].putpixel((number % 100, number // 100), 0)
    out = io.BytesIO()
    more: dict[str, Any] = {"save_all": True, "append_images": frames[1:]} if pages > 1 else {}
    frames[0].save(out, kind, **more)
    return out.getvalue()


def send(desk: FlaskClient, *files: tuple[str, bytes], **data: str) -> Any:
    scans = [(io.BytesIO(content), name) for name, content in files]
    return desk.post("/desk/batches", data={"scans": scans, **data}, content_type="multipart/form-data")


def read_all(store: Store, instance: Path, ward: str = KOTO) -> list[PaperForm]:
    """What the worker would do with everything that waits; the forms that come of it, oldest first."""
    for file in sorted(rows(store, ward, ScanFile), key=lambda row: (row.batch_id, row.position)):
        if file.state == FileState.WAITING:
            read(store, instance, ward, file.id)
    return sorted(rows(store, ward, PaperForm), key=lambda row: (row.created_at, row.id))


def typed(record: Mapping[str, Any], code: str) -> dict[str, str]:
    """A record as a clerk types it into the review form: input name → text."""
    said: dict[str, str] = {}
    for question, _ in fields(CATALOGUE[code]):
        value = record_value(record, question.path)
        raw = question.field.kind.raw(value) if value is not None else {}
        if isinstance(raw, dict):
            said |= {f"{question.path}.{part}": text for part, text in raw.items()}
        else:
            said[question.path] = raw
    return said
