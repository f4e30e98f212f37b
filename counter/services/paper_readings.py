"""What was read of a form, field by field, opened and put together across pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import vault
from counter.models.intake import PaperForm, Reading
from counter.services.paper_records import Record, fields, put
from forms.kinds import Kind
from forms.messages import Invalid
from forms.model import Procedure, Question


@dataclass(frozen=True, slots=True)
class Part:
    """What was read in one zone of a field that has several; `name` is the part's name in its kind."""

    reading_id: str
    name: str
    text: str
    confidence: float
    accepted: bool
    spot_check: bool
    alternatives: tuple[str, ...]
    characters: tuple[float, ...]
    """how sure each character of the text is, 0…1; empty where the reader cannot say"""
    page_id: str
    crop: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of one field, its zones together. `crop` is x, y, width, height on the page's picture."""

    path: str
    reading_id: str
    value: Any
    text: str
    confidence: float
    accepted: bool
    reasons: tuple[str, ...]
    alternatives: tuple[str, ...]
    page_id: str
    crop: tuple[int, int, int, int]
    parts: tuple[Part, ...] = ()
    characters: tuple[float, ...] = ()
    spot_check: bool = False
    doubts: tuple[str, ...] = ()
    """the parts a clerk must look at, in the order of the kind"""

    @property
    def blank(self) -> bool:
        return self.value in (None, "", [], {}) and not self.text


def readings(session: Session, form: PaperForm, procedure: Procedure) -> dict[str, Seen]:
    """What was read, by record path of the field."""
    rows = session.scalars(sa.select(Reading).where(Reading.form_id == form.id).order_by(Reading.page_id, Reading.key))
    opened = [
        (row, vault.of(session).open(session, form.key_id, f"reading:content:{row.id}", row.content)) for row in rows
    ]
    by_key = {row.key: (row, content) for row, content in opened}
    found: dict[str, Seen] = {}
    for question, _ in fields(procedure):
        parts = [(row, content) for key, (row, content) in by_key.items() if key.startswith(f"{question.path}.")]
        whole = by_key.get(question.path)
        if parts and (whole is None or len({row.page_id for row, _ in parts}) > 1):
            found[question.path] = _together(question, parts)
        elif whole is not None:
            found[question.path] = _seen(question.path, question.field.kind, whole, parts)
    return found


def _together(question: Question, parts: Sequence[tuple[Reading, Any]]) -> Seen:
    """A field whose zones stand on two pages: the reader sees one page at a time."""
    raw = {row.key.removeprefix(f"{question.path}."): content["text"] or "" for row, content in parts}
    try:
        value = question.field.kind.parse(raw) if any(raw.values()) else None
    except Invalid:
        value = None
    row, _ = parts[0]
    content: dict[str, Any] = {
        "value": value,
        "text": " ".join(text for text in raw.values() if text),
        "alternatives": [],
    }
    whole = Reading(
        id=row.id,
        page_id=row.page_id,
        key=question.path,
        crop=row.crop,
        reasons=[],
        confidence=min(part.confidence for part, _ in parts),
        accepted=all(part.accepted for part, _ in parts) and (value is not None or not any(raw.values())),
    )
    return _seen(question.path, question.field.kind, (whole, content), parts)


def _seen(path: str, kind: Kind, whole: tuple[Reading, Any], parts: Sequence[tuple[Reading, Any]]) -> Seen:
    row, content = whole
    boxes = [part.crop for part, _ in parts if part.page_id == row.page_id] or [row.crop]
    labels = {part.name: part.label for part in kind.parts()}
    order = list(labels)
    parts = sorted(parts, key=lambda one: _place(order, one[0].key.removeprefix(f"{path}.")))
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    of_parts = [
        f"{labels.get(one.key.removeprefix(f'{path}.'), '')}：{'・'.join(one.reasons)}"
        for one, _ in parts
        if not one.accepted
    ]
    unsure = {one.key.removeprefix(f"{path}.") for one, _ in parts if not one.accepted}
    reasons = of_parts or (list(row.reasons) if not row.accepted else [])
    accepted = row.accepted and not unsure
    return Seen(
        path=path,
        reading_id=row.id,
        value=content["value"],
        text=content["text"] or "",
        confidence=row.confidence,
        accepted=accepted,
        reasons=tuple(dict.fromkeys(reasons)),
        alternatives=tuple(content["alternatives"]),
        page_id=row.page_id,
        crop=(left, top, right - left, bottom - top),
        doubts=tuple(name for name in labels if name in unsure),
        parts=tuple(_part(one, inner, one.key.removeprefix(f"{path}.")) for one, inner in parts),
        characters=_characters(content),
        spot_check=bool(row.spot_check) or any(one.spot_check for one, _ in parts),
    )


def _place(order: Sequence[str], name: str) -> int:
    """As the parts stand in the kind, so as they stand on the paper."""
    return order.index(name) if name in order else len(order)


def _part(row: Reading, content: Mapping[str, Any], name: str) -> Part:
    return Part(
        reading_id=row.id,
        name=name,
        text=content["text"] or "",
        confidence=row.confidence,
        accepted=row.accepted,
        spot_check=row.spot_check,
        alternatives=tuple(content["alternatives"]),
        characters=_characters(content),
        page_id=row.page_id,
        crop=_box(row),
    )


def _box(row: Reading) -> tuple[int, int, int, int]:
    x, y, width, height = row.crop
    return x, y, width, height


def _characters(content: Mapping[str, Any]) -> tuple[float, ...]:
    """Older readings did not keep them; a text that was put in form has others than were seen."""
    found = tuple(content.get("characters") or ())
    return found if len(found) == len(content["text"] or "") else ()


def record_of(seen: Mapping[str, Seen]) -> Record:
    """The record the readings make, as far as they are values."""
    record: Record = {}
    for path, one in seen.items():
        if one.value not in (None, "", [], {}):
            put(record, path, one.value)
    return record
