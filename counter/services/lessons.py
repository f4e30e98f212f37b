"""What a confirmed sheet teaches: each reading beside what a person says stands there, and how it was come by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from counter import ids, vault
from counter.models.intake import Correction, PaperForm
from counter.services.paper_readings import Seen
from counter.services.paper_records import Record, fields
from forms.gather import record_value
from forms.kinds import Kind
from forms.model import Procedure


@dataclass(frozen=True, slots=True)
class _Lesson:
    """One reading of a zone, or of a field that has but one."""

    reading_id: str
    path: str
    kind: str
    """kind of the field, with the part where it has parts: ``address.town``"""
    read: Any
    said: Any
    accepted: bool | None
    """by its rule; None where nothing was read and nothing stands, which would flatter every figure"""
    spot_check: bool
    seconds: float | None


def keep(
    session: Session,
    form: PaperForm,
    procedure: Procedure,
    seen: Mapping[str, Seen],
    record: Record,
    seconds: Mapping[str, float],
    *,
    actor: str,
    now: dt.datetime,
) -> None:
    """Rows for every reading, changed or not: only what a person confirmed teaches. Values are sealed with the form."""
    kinds = {question.path: question.field.kind for question, _ in fields(procedure)}
    for path, one in seen.items():
        value = record_value(record, path)
        raw = kinds[path].raw(value) if value is not None else {}
        said = raw if isinstance(raw, Mapping) else {}
        for lesson in _lessons(one, kinds[path], value, said, seconds.get(path)):
            _write(session, form, procedure, lesson, actor, now)


def _lessons(one: Seen, kind: Kind, value: Any, said: Mapping[str, Any], seconds: float | None) -> list[_Lesson]:
    """What the field's rules make of what was read stands beside what a clerk said: 江東区 and 東京都江東区 are one city."""
    raw = kind.raw(one.value) if one.value is not None else {}
    was = raw if isinstance(raw, Mapping) else {}
    own_row = all(part.reading_id != one.reading_id for part in one.parts)
    found = []
    if own_row and (not one.parts or one.value is not None):
        judged = None if one.parts else _judged(one.accepted or one.spot_check, one.text, value)
        found.append(
            _Lesson(
                one.reading_id, one.path, kind.code, one.value, value, judged, one.spot_check and not one.parts, seconds
            )
        )
        seconds = None  # the time belongs to the field, not to each of its zones
    for part in one.parts:
        text = said.get(part.name, "")
        judged = _judged(part.accepted or part.spot_check, part.text, text)
        path, code = f"{one.path}.{part.name}", f"{kind.code}.{part.name}"
        found.append(
            _Lesson(part.reading_id, path, code, was.get(part.name, part.text), text, judged, part.spot_check, seconds)
        )
        seconds = None
    return found


def _judged(accepted: bool, read: str, said: Any) -> bool | None:
    return accepted if read or said not in (None, "", [], {}) else None


def _write(
    session: Session, form: PaperForm, procedure: Procedure, lesson: _Lesson, actor: str, now: dt.datetime
) -> None:
    row = Correction(
        ward=form.ward,
        id=ids.new_id(),
        form_id=form.id,
        reading_id=lesson.reading_id,
        field=lesson.path,
        kind=lesson.kind,
        changed=(lesson.read or None) != (lesson.said or None),
        procedure=procedure.code,
        accepted=lesson.accepted,
        spot_check=lesson.spot_check,
        seconds=lesson.seconds,
        by=actor,
        at=now,
    )
    content = {"read": lesson.read, "confirmed": lesson.said}
    row.content = vault.of(session).seal(session, form.key_id, f"correction:content:{row.id}", content)
    session.add(row)
