"""What there is to learn in a ward, and what came of it: read before a training and written after it, each in one transaction."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import vault
from counter.models.intake import Correction, FormState, PaperForm, Reading
from counter.models.memory import MemoryLine, MemoryVersion, SeenLine, Step
from counter.queries.memory import EVER, in_force, line_as, lines, newest
from counter.services import audit, sheets
from counter.services.memory import SYSTEM, contents, seen_as
from counter.services.memory_versions import Conflict, append, grown
from counter.services.paper_records import fields
from forms.kinds import Kind
from ocr.training import Confirmed, Learnt, Result, Work

MOST_FORMS = 40
"""Forms that one training takes up; the next takes the rest."""
MOST_HELD_OUT = 240
"""Places that a memory is examined with: the newest; older ones are forgotten."""
_ASIDE = 4
"""One confirmed sheet in so many is put aside."""


@dataclass(frozen=True, slots=True)
class Place:
    """One confirmed place of a sheet, and how it was confirmed."""

    confirmed: Confirmed
    form_id: str
    changed: bool
    looked: bool
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Lesson:
    """Everything a training needs. ``seen``: the newest version when this was read (0: none)."""

    seen: int
    form_ids: tuple[str, ...]
    places: tuple[Place, ...]
    work: Work


def aside(form_id: str) -> bool:
    """Whether a sheet examines the memory and never teaches it: told by its id alone, so no other sheet matters."""
    return hashlib.sha256(form_id.encode()).digest()[0] % _ASIDE == 0


def lesson(session: Session) -> Lesson | None:
    """What the session's ward has to learn; None where nothing changed since the last training."""
    now = newest(session)
    forms = session.scalars(
        sa.select(PaperForm)
        .where(PaperForm.state == FormState.CONFIRMED)
        .where(PaperForm.id.in_(sa.select(SeenLine.form_id).distinct()))
        .order_by(PaperForm.touched_at, PaperForm.id)
        .limit(MOST_FORMS)
    ).all()
    if not forms and (now is None or now.step not in (Step.FORGOTTEN, Step.SWITCHED_ON)):
        return None
    used = in_force(session, now)
    head = lines(session, now.spans) if now else []
    held = lines(session, EVER, held_out=True)[-MOST_HELD_OUT:]
    places = tuple(_places(session, forms))
    return Lesson(
        seen=now.number if now else 0,
        form_ids=tuple(form.id for form in forms),
        places=places,
        work=Work(
            places=(
                *(_examined(row, content) for row, content in contents(session, held)),
                *(place.confirmed for place in places),
            ),
            known=tuple(content for _, content in contents(session, head)),
            in_force=frozenset(row.id for row in lines(session, used.spans)) if used else frozenset(),
        ),
    )


def _places(session: Session, forms: Sequence[PaperForm]) -> Iterable[Place]:
    """What a person confirmed to stand in a place where the reader saw lines."""
    seals = vault.of(session)
    by_id = {form.id: form for form in forms}
    waiting: dict[str, list[SeenLine]] = {}
    for row in session.scalars(
        sa.select(SeenLine)
        .where(SeenLine.form_id.in_(by_id))
        .order_by(SeenLine.form_id, SeenLine.reading_id, SeenLine.position)
    ):
        waiting.setdefault(row.reading_id, []).append(row)
    found = session.execute(
        sa.select(Correction, Reading)
        .join(Reading, sa.and_(Reading.ward == Correction.ward, Reading.id == Correction.reading_id))
        .where(Correction.form_id.in_(by_id))
        .order_by(Correction.at, Reading.id)
    ).all()

    @functools.cache
    def of_sheet(digest: str | None, code: str | None) -> dict[str, Kind]:
        procedure = sheets.definition_of(session, digest, code)
        return {question.path: question.field.kind for question, _ in fields(procedure)} if procedure else {}

    for said, reading in found:
        seen, form = waiting.get(reading.id), by_id[said.form_id]
        if not seen or len({row.weights for row in seen}) > 1:
            continue
        kind, part = _kind(of_sheet(form.sheet_digest, form.procedure), said.field)
        told = seals.open(session, form.key_id, f"correction:content:{said.id}", said.content)
        read = seals.open(session, form.key_id, f"reading:content:{reading.id}", reading.content)
        text = written(kind, told["confirmed"]) if said.changed else read["text"]
        if text:
            features = tuple(seals.open_bytes(session, form.key_id, seen_as(row.id), row.content) for row in seen)
            zone = _zone_kind(kind, part) or said.kind
            yield Place(
                Confirmed(reading.id, form.id, zone, part, seen[0].weights, features, text, aside(form.id)),
                form_id=form.id,
                changed=said.changed,
                looked=said.changed or not reading.accepted or said.seconds is not None,
                at=said.at,
            )


def _kind(kinds: Mapping[str, Kind], path: str) -> tuple[Kind | None, str]:
    """The kind of a place's field, and which part of the field the place is."""
    if path in kinds:
        return kinds[path], ""
    field_path, _, part = path.rpartition(".")
    return kinds.get(field_path), part


def _zone_kind(kind: Kind | None, part: str) -> str:
    return next((cell.kind for cell in kind.cells() if cell.part == part), "") if kind is not None else ""


def written(kind: Kind | None, value: Any) -> str:
    """The text that a person says stands in a place; "" where their answer does not tell how it was written."""
    if not isinstance(value, str) and kind is not None and value is not None:
        value = kind.raw(value)
    elif kind is not None and _zone_kind(kind, "") == "ward":
        value = kind.show(value)
    return value if isinstance(value, str) else ""


def _examination(place: Confirmed) -> bytes:
    """What is kept of a place to examine with: a line of JSON, then the features of its lines one after the other."""
    said = {"part": place.part, "text": place.text}
    return json.dumps(said, ensure_ascii=False).encode() + b"\n" + b"".join(place.lines)


def _examined(row: MemoryLine, content: bytes) -> Confirmed:
    head, _, features = content.partition(b"\n")
    said = json.loads(head)
    return Confirmed(row.id, row.form_id, row.kind, said["part"], row.weights, (features,), said["text"], held_out=True)


def store(session: Session, ward: str, lesson: Lesson, result: Result, now: dt.datetime) -> MemoryVersion | None:
    """Keep what was learnt and decide what is read with from here. Forms that were forgotten meanwhile stay forgotten.

    Raises Conflict, and the caller rolls back and begins anew, when there is another version than ``lesson.seen``.
    """
    before = newest(session)
    if (before.number if before else 0) != lesson.seen:
        raise Conflict
    number = lesson.seen + 1
    taken = set(
        session.scalars(
            sa.delete(SeenLine)
            .where(SeenLine.form_id.in_(lesson.form_ids))
            .returning(SeenLine.form_id)
            .execution_options(synchronize_session=False)
        )
    )
    places = [place for place in lesson.places if place.form_id in taken]
    added, put_aside = _keep(session, ward, places, {one.id: one for one in result.learnt}, number)
    if not added and not put_aside and (before is None or before.step == Step.LEARNT):
        return None  # nothing that the reader could lay along the lines
    _drop(session, result.left_out - lesson.work.in_force)
    _drop(session, frozenset(row.id for row in lines(session, EVER, held_out=True)[:-MOST_HELD_OUT]))
    spans = grown(before.spans if before else [], number)
    use, why = decide(before, number, result)
    kept = lines(session, spans)
    held = lines(session, EVER, held_out=True)
    tried = result.trial
    made = append(
        session, ward, Step.LEARNT, by=SYSTEM, at=now, spans=spans, in_force=use, why=why[:200],
        lines=len(kept), sheets=len({row.form_id for row in kept}), added=added,
        held_lines=tried.lines, held_sheets=len({row.form_id for row in held}),
        right_before=tried.right_before, right_after=tried.right_after, won=tried.won, lost=tried.lost,
        kinds={kind: list(counts) for kind, counts in tried.kinds.items()},
        seconds=max(0.0, (now - min(place.at for place in places)).total_seconds()) if places else None,
    )  # fmt: skip
    audit.record(session, ward, SYSTEM, "memory.learn", str(number), {"lines": added, "in_force": use or 0})
    return made


def _keep(
    session: Session, ward: str, places: Sequence[Place], learnt: Mapping[str, Learnt], number: int
) -> tuple[int, int]:
    """Sealed under a key a sheet; returns how many places were learnt and put aside."""
    seals = vault.of(session)
    keys: dict[str, str] = {}
    counts = [0, 0]
    for place in places:
        said, one = place.confirmed, learnt.get(place.confirmed.id)
        if one is None and not said.held_out:
            continue
        key_id = keys.get(place.form_id)
        if key_id is None:
            key_id = keys[place.form_id] = seals.new_key(session, "memory", ward)
        labels = {"all": "", "new": ""} if one is None else {"all": one.labels, "new": one.new}
        content = _examination(said) if one is None else one.content
        row = MemoryLine(
            ward=ward,
            id=said.id,
            form_id=place.form_id,
            key_id=key_id,
            since=number,
            held_out=said.held_out,
            kind=said.kind,
            weights=said.weights,
            changed=place.changed,
            looked=place.looked,
            confirmed_at=place.at,
        )
        row.labels = seals.seal(session, key_id, line_as("labels", row.id), labels)
        row.content = seals.seal_bytes(session, key_id, line_as("content", row.id), content)
        session.add(row)
        counts[said.held_out] += 1
    session.flush()
    return counts[0], counts[1]


def _drop(session: Session, line_ids: frozenset[str]) -> None:
    """No room for these; a sheet's key goes with the last of its lines."""
    if not line_ids:
        return
    keys = set(session.scalars(sa.select(MemoryLine.key_id).where(MemoryLine.id.in_(line_ids)).distinct()))
    session.execute(
        sa.delete(MemoryLine).where(MemoryLine.id.in_(line_ids)).execution_options(synchronize_session=False)
    )
    left = set(session.scalars(sa.select(MemoryLine.key_id).where(MemoryLine.key_id.in_(keys)).distinct()))
    for key_id in sorted(keys - left):
        vault.of(session).shred(session, key_id)


WORSE = "その後の確認用の行では、使わないほうが正しく読めたため、自動で使用を止めました。"
HELD_OFF = "職員が使用を止めています。"
STAYS = "いま使っている版のほうが正しく読めるため、そのまま使います。"


def decide(before: MemoryVersion | None, number: int, result: Result) -> tuple[int | None, str]:
    """Which version is read with after this training, and why, in words for the staff."""
    trial, now = result.trial, result.now or result.trial  # what is in force may be all that is known
    current = before.in_force if before is not None else None
    if before is not None and before.held_off:
        return None, HELD_OFF
    stays = current is not None and now.lost <= now.won
    if trial.better and not (stays and now.right_after > trial.right_after):
        return number, trial.why
    if stays:
        return current, STAYS if trial.lines else trial.why
    return None, WORSE if current is not None else trial.why
