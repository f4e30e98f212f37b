"""A clerk looks a paper form over: what was read beside what stands there, then the same door as the web."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from counter import ids, vault
from counter.models.bundle import Channel
from counter.models.intake import OPEN, Batch, Correction, FormState, PaperForm, Reading, ScanPage
from counter.services import applications, audit, receipts
from counter.services.receipts import Receipt
from forms.bundle import Bundle
from forms.gather import gather, record_value
from forms.kinds import Kind
from forms.messages import Invalid, Message
from forms.model import About, Ask, Field, Procedure, Question

MISSING = "必要な欄に記入がありません"
_MOST_ROWS = 30

Record = dict[str, Any]


class SomebodyElse(Exception):
    """Another clerk changed this form meanwhile; nothing of ours was kept."""


class AlreadyReceived(Exception):
    """The serial of this sheet was submitted before, on the web or on paper: a clerk decides what this one is."""


class Settled(Exception):
    """The form was confirmed or set aside; it cannot be reviewed again."""


class NotUsed(Exception):
    """Something written would not reach the office; `labels` says what, and the clerk must say so be it."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        super().__init__(f"{len(self.labels)} answers off the path")


class NotComplete(Exception):
    """The judge's problems, by record path; "" for what belongs to no field."""

    def __init__(self, problems: Mapping[str, Message]) -> None:
        self.problems = dict(problems)
        super().__init__(f"{len(self.problems)} problems")


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
    zones: tuple[tuple[str, str, str], ...] = ()
    """(reading id, part, text) of each zone of its own"""

    @property
    def blank(self) -> bool:
        return self.value in (None, "", [], {}) and not self.text


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of the form. `state`: doubtful (a clerk must look) | read | empty."""

    question: Question
    heading: str
    seen: Seen | None
    state: str
    reasons: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return self.question.path

    @property
    def label(self) -> str:
        return f"{self.heading} {self.question.field.label}".strip()


@dataclass(frozen=True, slots=True)
class Review:
    """Everything the review screen shows of one form."""

    form: PaperForm
    batch: Batch
    pages: tuple[ScanPage, ...]
    procedure: Procedure | None
    record: Record
    entries: tuple[Entry, ...] = ()
    duplicate: bool = False
    kept: Mapping[str, Any] = field(default_factory=dict)

    @property
    def doubtful(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.state == "doubtful")


# -- opening ---------------------------------------------------------------------------------------------------------
def find(session: Session, form_id: str) -> PaperForm | None:
    return session.scalars(sa.select(PaperForm).where(PaperForm.id == form_id)).one_or_none()


def open_form(
    session: Session,
    form: PaperForm,
    procedure: Procedure | None,
    *,
    record: Record | None = None,
    rows: Mapping[str, int] | None = None,
) -> Review:
    """The form as it stands: what a clerk saved, else what was read. `record` and `rows` show unsaved input instead."""
    batch = session.scalars(sa.select(Batch).where(Batch.id == form.batch_id)).one()
    pages = tuple(
        session.scalars(
            sa.select(ScanPage)
            .where(ScanPage.form_id == form.id)
            .order_by(ScanPage.page, ScanPage.position, ScanPage.id)
        )
    )
    if procedure is None:
        return Review(form, batch, pages, None, {})
    seen = readings(session, form, procedure)
    saved = _saved(session, form)
    record = record if record is not None else saved.get("record") or _record_of(seen)
    rows = dict(rows or saved.get("rows") or {})
    found = tuple(_entries(procedure, record, seen, rows))
    return Review(
        form, batch, pages, procedure, record, found, duplicate=_duplicate(session, form), kept=saved.get("kept", {})
    )


def questions(procedure: Procedure, rows: Mapping[str, int]) -> Iterator[tuple[Question, str]]:
    """Every field the paper has, in its order, named by record path; with the heading it stands under."""
    for item in procedure.asks:
        if isinstance(item, Ask):
            yield _question(procedure, item.field.key, item), ""
        elif isinstance(item.who, Field):
            for ask in item.asks:
                yield _question(procedure, f"{item.record_key}.{ask.field.name}", ask), f"{item.label}の"
        else:
            for row in range(min(rows.get(item.record_key, item.rows), _MOST_ROWS)):
                for ask in item.asks:
                    path = f"{item.record_key}.{row}.{ask.field.name}"
                    yield _question(procedure, path, ask), f"{item.label}{row + 1}の"


def fields(procedure: Procedure) -> Iterator[tuple[Question, str]]:
    """Every field with as many rows of each list as anybody may fill."""
    return questions(procedure, {about.record_key: _MOST_ROWS for about in lists(procedure)})


def lists(procedure: Procedure) -> tuple[About, ...]:
    """The lists a clerk may lengthen."""
    return tuple(about for about in procedure.abouts if not isinstance(about.who, Field))


def rows_of(procedure: Procedure, record: Mapping[str, Any], asked: Mapping[str, int]) -> dict[str, int]:
    return {
        about.record_key: min(
            _MOST_ROWS,
            max(asked.get(about.record_key, 0), len(record.get(about.record_key) or ()), 1 if asked else about.rows),
        )
        for about in lists(procedure)
    }


def _question(procedure: Procedure, path: str, ask: Ask) -> Question:
    """Not marked as required: the judge says what is missing, once conditions are known."""
    return Question(path, ask.field, False, (procedure.code,), ((procedure.code, path),))


def _entries(
    procedure: Procedure, record: Record, seen: Mapping[str, Seen], asked: Mapping[str, int]
) -> Iterator[Entry]:
    told = judge(procedure, record)
    read_rows = {
        about.record_key: 1
        + max((int(path.split(".")[1]) for path in seen if path.startswith(f"{about.record_key}.")), default=-1)
        for about in lists(procedure)
    }
    rows = rows_of(
        procedure, record, {key: max(count, asked.get(key, 0)) for key, count in read_rows.items()} if seen else asked
    )
    for question, heading in questions(procedure, rows):
        found = seen.get(question.path)
        given = record_value(record, question.path)
        yield _entry(question, heading, found, given, told.get(question.path))


def _entry(question: Question, heading: str, found: Seen | None, given: Any, told: Message | None) -> Entry:
    reasons = [told.text()] if told else []
    if found is not None and not found.accepted:
        reasons = [*found.reasons, *reasons] or ["読み取りに自信がありません"]
    state = "doubtful" if reasons else "empty" if given in (None, "", [], {}) else "read"
    return Entry(question, heading, found, state, tuple(dict.fromkeys(reasons)))


def judge(procedure: Procedure, record: Mapping[str, Any]) -> dict[str, Message]:
    """What the same rules as on the web say about a record, by record path; "" for what has no field of its own."""
    dense, before = compact(procedure, record)
    answers = gather(procedure, dense)
    bundle = Bundle((procedure,))
    lands = {question.path: path for question in bundle.asked(answers) for code, path in question.lands}
    told: dict[str, Message] = {}
    for problem in bundle.problems(answers):
        path = lands.get(problem.path) or _nearest(procedure, problem.path)
        told.setdefault(_stood(path, before), problem.message)
    return told


def _nearest(procedure: Procedure, path: str) -> str:
    """A problem with a pointer to a person stands at the first field of that person."""
    for about in procedure.abouts:
        if isinstance(about.who, Field) and about.who.key == path and about.asks:
            return f"{about.record_key}.{about.asks[0].field.name}"
    return ""


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
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    labels = {part.name: part.label for part in kind.parts()}
    of_parts = [
        f"{labels.get(one.key.removeprefix(f'{path}.'), '')}：{'・'.join(one.reasons)}"
        for one, _ in parts
        if not one.accepted
    ]
    reasons = of_parts or (list(row.reasons) if not row.accepted else [])
    return Seen(
        path=path,
        reading_id=row.id,
        value=content["value"],
        text=content["text"] or "",
        confidence=row.confidence,
        accepted=row.accepted,
        reasons=tuple(dict.fromkeys(reasons)),
        alternatives=tuple(content["alternatives"]),
        page_id=row.page_id,
        crop=(left, top, right - left, bottom - top),
        zones=tuple((part.id, part.key.removeprefix(f"{path}."), inner["text"]) for part, inner in parts),
    )


def _record_of(seen: Mapping[str, Seen]) -> Record:
    record: Record = {}
    for path, one in seen.items():
        if one.value not in (None, "", [], {}):
            put(record, path, one.value)
    return record


def put(record: Record, path: str, value: Any) -> None:
    """Write a value at a record path; rows of a list are made as needed."""
    parts = path.split(".")
    if len(parts) == 3 and parts[1].isdigit():
        rows = record.setdefault(parts[0], [])
        while len(rows) <= int(parts[1]):
            rows.append({})
        rows[int(parts[1])][parts[2]] = value
    else:
        record.setdefault(parts[0], {})[parts[1]] = value


def record_from(procedure: Procedure, values: Mapping[str, Any]) -> Record:
    """The record of what a form says, row by row as it stands there."""
    record: Record = {}
    for path, value in values.items():
        if value not in (None, "", [], {}):
            put(record, path, value)
    return record


def compact(procedure: Procedure, record: Mapping[str, Any]) -> tuple[Record, dict[str, str]]:
    """The record without rows in which nothing stands, and where each of its lists' rows stood before."""
    dense: Record = dict(record)
    before: dict[str, str] = {}
    for about in lists(procedure):
        key = about.record_key
        filled = [(number, row) for number, row in enumerate(record.get(key) or ()) if row]
        if key in dense:
            dense[key] = [row for _, row in filled]
        before |= {f"{key}.{new}": f"{key}.{old}" for new, (old, _) in enumerate(filled)}
    return {key: content for key, content in dense.items() if content}, before


def _stood(path: str, before: Mapping[str, str]) -> str:
    row, _, name = path.rpartition(".")
    return f"{before[row]}.{name}" if row in before else path


# -- changing ----------------------------------------------------------------------------------------------------------
def save(
    session: Session,
    form: PaperForm,
    *,
    version: int,
    actor: str,
    record: Record,
    kept: Mapping[str, Any],
    rows: Mapping[str, int],
    now: dt.datetime,
) -> None:
    """Keep a half-done review. Raises SomebodyElse when the form is no longer at `version`."""
    _claim(form, version)
    content = {"record": record, "kept": dict(kept), "rows": dict(rows)}
    form.answers = vault.of(session).seal(session, form.key_id, f"paper_form:answers:{form.id}", content)
    _touch(session, form, actor, now, "paper.save")


def identify(
    session: Session, form: PaperForm, *, version: int, actor: str, procedure: Procedure, now: dt.datetime
) -> None:
    """A clerk says what an unrecognised page is; from here it is typed beside its image."""
    _claim(form, version)
    form.procedure = procedure.code
    _touch(session, form, actor, now, "paper.identify")


def set_aside(session: Session, form: PaperForm, *, version: int, actor: str, reason: str, now: dt.datetime) -> None:
    """Not an application (a cover sheet, a duplicate, another office's paper); `reason` is kept."""
    _claim(form, version)
    form.state, form.reason = FormState.SET_ASIDE, reason[:200]
    _touch(session, form, actor, now, "paper.set-aside")


def confirm(
    session: Session,
    form: PaperForm,
    procedure: Procedure,
    *,
    version: int,
    actor: str,
    record: Record,
    now: dt.datetime,
    separate: bool = False,
    drop: bool = False,
) -> Receipt:
    """Through the one door. The serial is the nonce, so a sheet is taken once; `separate` files a second one on purpose.

    Raises SomebodyElse, AlreadyReceived, NotComplete or NotUsed before anything is written.
    """
    _claim(form, version)
    nonce = form.serial if form.serial and not separate else f"paper-{form.id}"
    if receipts.of_nonce(session, nonce) is not None:
        raise AlreadyReceived
    if told := judge(procedure, record):
        raise NotComplete(told)
    dense, before = compact(procedure, record)
    answers = gather(procedure, dense)
    origins = Bundle((procedure,)).applications(answers)[0].origins
    labels = {
        question.path: f"{heading}{question.field.label}"
        for question, heading in questions(procedure, rows_of(procedure, record, {}))
    }
    if not drop and (
        unused := [labels.get(_stood(path, before), path) for path in _paths(dense) if path not in origins]
    ):
        raise NotUsed(unused)
    seen = readings(session, form, procedure)
    batch = session.scalars(sa.select(Batch).where(Batch.id == form.batch_id)).one()
    receipt = applications.submit_bundle(
        session,
        procedures=(procedure,),
        answers=answers,
        channel=Channel.PAPER,
        nonce=nonce,
        language="ja",
        provenance=_how(seen, dense, before, origins, actor),
        received_at=now,
        counter_date=batch.counter_date,
    )
    if receipt.received_at != now:  # somebody was faster with the same serial, and has committed
        raise AlreadyReceived
    _learn(session, form, procedure, seen, record, actor, now)
    form.state, form.bundle_id = FormState.CONFIRMED, receipt.bundle_id
    form.answers = None  # the application is the truth from here
    _touch(session, form, actor, now, "paper.confirm")
    return receipt


def _paths(record: Mapping[str, Any]) -> Iterator[str]:
    for key, content in record.items():
        if isinstance(content, list):
            for row, member in enumerate(content):
                yield from (f"{key}.{row}.{name}" for name in member)
        else:
            yield from (f"{key}.{name}" for name in content)


def _how(
    seen: Mapping[str, Seen], dense: Record, before: Mapping[str, str], origins: Mapping[str, str], actor: str
) -> dict[str, dict[str, Any]]:
    """By document path how an answer came about; where one person stands in two places, the more human way counts."""
    found: dict[str, dict[str, Any]] = {}
    for path, document in origins.items():
        how = _provenance(seen.get(_stood(path, before)), record_value(dense, path), actor)
        if document not in found or _BY_HAND.index(how["how"]) < _BY_HAND.index(found[document]["how"]):
            found[document] = how
    return found


_BY_HAND = ("corrected", "entered", "scanned")


def _provenance(seen: Seen | None, value: Any, actor: str) -> dict[str, Any]:
    if seen is None or seen.blank:
        return {"how": "entered", "by": actor}
    if seen.value == value:
        return {"how": "scanned", "confidence": round(seen.confidence, 2), "by": actor}
    return {"how": "corrected", "by": actor}


def _learn(
    session: Session,
    form: PaperForm,
    procedure: Procedure,
    seen: Mapping[str, Seen],
    record: Record,
    actor: str,
    now: dt.datetime,
) -> None:
    """Keep reading beside confirmed value, zone by zone where a field has zones: only what a person confirmed teaches."""
    kinds = {question.path: question.field.kind for question, _ in fields(procedure)}
    for path, one in seen.items():
        value = record_value(record, path)
        kind = kinds[path]
        raw = kind.raw(value) if value is not None else {}
        if not one.zones or one.value is not None:
            _correction(session, form, one.reading_id, path, kind.code, one.value, value, actor, now)
        for reading_id, part, text in one.zones:
            if reading_id != one.reading_id:
                said = raw.get(part, "") if isinstance(raw, Mapping) else ""
                _correction(session, form, reading_id, f"{path}.{part}", kind.code, text, said, actor, now)


def _correction(
    session: Session,
    form: PaperForm,
    reading_id: str,
    path: str,
    kind: str,
    read: Any,
    said: Any,
    actor: str,
    now: dt.datetime,
) -> None:
    row = Correction(
        ward=form.ward,
        id=ids.new_id(),
        form_id=form.id,
        reading_id=reading_id,
        field=path,
        kind=kind,
        changed=(read or None) != (said or None),
        by=actor,
        at=now,
    )
    content = {"read": read, "confirmed": said}
    row.content = vault.of(session).seal(session, form.key_id, f"correction:content:{row.id}", content)
    session.add(row)


def _saved(session: Session, form: PaperForm) -> dict[str, Any]:
    if form.answers is None:
        return {}
    content: dict[str, Any] = vault.of(session).open(
        session, form.key_id, f"paper_form:answers:{form.id}", form.answers
    )
    return content


def _duplicate(session: Session, form: PaperForm) -> bool:
    return bool(form.serial and form.state in OPEN and receipts.of_nonce(session, form.serial) is not None)


def _claim(form: PaperForm, version: int) -> None:
    if form.state not in OPEN:
        raise Settled
    if form.version != version:
        raise SomebodyElse


def _touch(session: Session, form: PaperForm, actor: str, now: dt.datetime, action: str) -> None:
    form.touched_by, form.touched_at = actor, now
    try:
        session.flush()
    except StaleDataError as stale:
        raise SomebodyElse from stale
    audit.record(session, form.ward, actor, action, form.id, {"batch": form.batch_id})
