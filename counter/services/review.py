"""A clerk looks a paper form over: what was read beside what stands there, then the same door as the web."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from counter import vault
from counter.models.bundle import Channel
from counter.models.draft import PrintedSheet
from counter.models.intake import OPEN, Batch, FormState, PaperForm, ScanPage
from counter.services import applications, audit, drafts, holding, intake, lessons, memory, once, receipts, second_look
from counter.services.paper_readings import Seen, readings, record_of
from counter.services.paper_records import Record, compact, judge, lists, paths, questions, rows_of, stood
from counter.services.receipts import Receipt
from forms.bundle import Bundle
from forms.gather import gather, record_value
from forms.messages import Message
from forms.model import Procedure, Question

LONGEST_LOOK = 600
"""Seconds that one showing of a form counts at most."""


class SomebodyElse(Exception):
    """Another clerk changed this form meanwhile; nothing of ours was kept."""


class AlreadyReceived(Exception):
    """The serial of this sheet was submitted before, on the web or on paper: a clerk decides what this one is."""


class OtherWard(Exception):
    """A draft printed this sheet for another ward, which alone may take it; `ward` is what stands on the paper."""

    def __init__(self, ward: str) -> None:
        self.ward = ward
        super().__init__(ward)


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
        return f"{self.heading}{self.question.field.label}"


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
    origin: PrintedSheet | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    """that clerks spent in each field so far, by record path"""
    returned: str = ""
    """why the second person sent it back"""

    @property
    def doubtful(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.state == "doubtful")


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
    record = record if record is not None else saved.get("record") or record_of(seen)
    rows = dict(rows or saved.get("rows") or {})
    found = tuple(_entries(procedure, record, seen, rows, second=form.state == FormState.SECOND))
    return Review(
        form, batch, pages, procedure, record, found, duplicate=_duplicate(session, form),
        origin=once.sheet(session, form.serial), kept=saved.get("kept", {}), seconds=saved.get("seconds", {}),
        returned=second_look.why_returned(session, form),
    )  # fmt: skip


def _entries(
    procedure: Procedure, record: Record, seen: Mapping[str, Seen], asked: Mapping[str, int], *, second: bool
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
        entry = _entry(question, heading, found, given, told.get(question.path))
        changed = second and found is not None and found.accepted and found.value != given
        yield replace(entry, state="doubtful", reasons=(*entry.reasons, CHANGED)) if changed else entry


MISSING = "必要な項目ですが、記入がありません"
CHANGED = "1人目の確認で直した項目です"


def _entry(question: Question, heading: str, found: Seen | None, given: Any, told: Message | None) -> Entry:
    nothing = given in (None, "", [], {}) and (found is None or found.blank)
    reasons = [MISSING if nothing else told.text()] if told else []
    if found is not None and not found.accepted:
        reasons = [*found.reasons, *reasons] or ["読み取りに自信がありません"]
    state = "doubtful" if reasons else "empty" if given in (None, "", [], {}) else "read"
    return Entry(question, heading, found, state, tuple(dict.fromkeys(reasons)))


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
    shown_at: dt.datetime | None = None,
    seconds: Mapping[str, float] | None = None,
    pass_on: bool = False,
) -> None:
    """Keep a half-done review; `pass_on`: it is done, and waits for another person's look.

    Raises SomebodyElse when the form is no longer at `version` or in another's hands.
    """
    _claim(form, version, actor, now)
    form.review_seconds += _spent(shown_at, now)
    content = {"record": record, "kept": dict(kept), "rows": dict(rows), "seconds": dict(seconds or {})}
    form.answers = vault.of(session).seal(session, form.key_id, f"paper_form:answers:{form.id}", content)
    if pass_on:
        second_look.pass_on(form, actor)
    _touch(session, form, actor, now, "paper.pass-on" if pass_on else "paper.save")


def send_back(session: Session, form: PaperForm, *, version: int, actor: str, why: str, now: dt.datetime) -> None:
    """From the second look to the first, with the reason; what was saved stays."""
    _claim(form, version, actor, now)
    if form.state != FormState.SECOND:
        raise SomebodyElse
    second_look.send_back(session, form, why)
    _touch(session, form, actor, now, "paper.send-back")


def reopen(session: Session, form: PaperForm, *, version: int, actor: str, now: dt.datetime) -> None:
    """Undo of setting aside: the form waits for a clerk again. The upload itself may be erased, our copy is there."""
    if form.state != FormState.SET_ASIDE or form.version != version:
        raise SomebodyElse
    form.state = FormState.REVIEW if form.procedure else FormState.MANUAL
    form.reason = None
    _touch(session, form, actor, now, "paper.reopen")


def identify(
    session: Session, form: PaperForm, *, version: int, actor: str, procedure: Procedure, now: dt.datetime
) -> None:
    """A clerk says what an unrecognised page is; from here it is typed beside its image."""
    _claim(form, version, actor, now)
    form.procedure, form.reason = procedure.code, None  # why nobody could tell is answered
    _touch(session, form, actor, now, "paper.identify")


def set_aside(session: Session, form: PaperForm, *, version: int, actor: str, reason: str, now: dt.datetime) -> None:
    """Not an application (a cover sheet, a duplicate, another office's paper); `reason` is kept."""
    _claim(form, version, actor, now)
    form.state, form.reason = FormState.SET_ASIDE, reason[:200]
    _touch(session, form, actor, now, "paper.set-aside")
    intake.release(session, form)


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
    shown_at: dt.datetime | None = None,
    seconds: Mapping[str, float] | None = None,
) -> Receipt:
    """Through the one door. The serial is the nonce, so a sheet is taken once; `separate` files a second one on purpose.

    A sheet that a draft printed is the draft's own case: whichever of web and paper comes second is a duplicate.
    Raises SomebodyElse, OtherWard, AlreadyReceived, NotComplete, NotUsed, second_look.Needed or second_look.OwnWork
    before anything is written.
    """
    _claim(form, version, actor, now)
    origin = _origin(session, form, procedure)
    if origin is not None and not separate:
        once.take_turn(session, origin.nonce)
        if origin.procedure in once.filed(session, origin.nonce):
            raise AlreadyReceived
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
    if not drop and (unused := [labels.get(stood(path, before), path) for path in paths(dense) if path not in origins]):
        raise NotUsed(unused)
    second_look.check(session, form, procedure.code, actor)
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
    if origin is not None and not separate:
        try:
            once.note(session, origin.nonce, [origin.procedure], receipt.bundle_id, now)
        except once.AlreadyFiled:
            raise AlreadyReceived from None
        drafts.note_filed(session, origin.nonce, origin.procedure, receipt.bundle_id)
    lessons.keep(session, form, procedure, seen, record, seconds or {}, actor=actor, now=now)
    form.state, form.bundle_id = FormState.CONFIRMED, receipt.bundle_id
    form.review_seconds += _spent(shown_at, now)
    form.review_fields = sum(1 for _ in paths(dense))
    form.answers = form.returned = None  # the application is the truth from here
    _touch(session, form, actor, now, "paper.confirm")
    intake.release(session, form)
    memory.note_confirmed(session, form)
    return receipt


def _spent(shown_at: dt.datetime | None, now: dt.datetime) -> int:
    """Seconds of work since the form was shown; a longer pause was something else than reviewing."""
    if shown_at is None or shown_at > now:
        return 0
    return min(round((now - shown_at).total_seconds()), LONGEST_LOOK)


def _how(
    seen: Mapping[str, Seen], dense: Record, before: Mapping[str, str], origins: Mapping[str, str], actor: str
) -> dict[str, dict[str, Any]]:
    """By document path how an answer came about; where one person stands in two places, the more human way counts."""
    found: dict[str, dict[str, Any]] = {}
    for path, document in origins.items():
        how = _provenance(seen.get(stood(path, before)), record_value(dense, path), actor)
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


def _saved(session: Session, form: PaperForm) -> dict[str, Any]:
    if form.answers is None:
        return {}
    content: dict[str, Any] = vault.of(session).open(
        session, form.key_id, f"paper_form:answers:{form.id}", form.answers
    )
    return content


def _origin(session: Session, form: PaperForm, procedure: Procedure) -> PrintedSheet | None:
    """The draft's print that this sheet is. Only here, when a clerk confirms, does a serial attach to anything."""
    found = once.sheet(session, form.serial)
    if found is None or found.procedure != procedure.code:
        return None
    if found.addressee not in (None, form.ward):
        raise OtherWard(str(found.addressee))
    return found


def _duplicate(session: Session, form: PaperForm) -> bool:
    origin = once.sheet(session, form.serial) if form.state in OPEN else None
    if origin is not None and origin.procedure == form.procedure and origin.addressee in (None, form.ward):
        return origin.procedure in once.filed(session, origin.nonce)
    return bool(form.serial and form.state in OPEN and receipts.of_nonce(session, form.serial) is not None)


def _claim(form: PaperForm, version: int, actor: str, now: dt.datetime) -> None:
    if form.state not in OPEN:
        raise Settled
    if form.version != version or holding.held(form, actor, now) is not None:
        raise SomebodyElse


def _touch(session: Session, form: PaperForm, actor: str, now: dt.datetime, action: str) -> None:
    form.touched_by, form.touched_at = actor, now
    try:
        session.flush()
    except StaleDataError as stale:
        raise SomebodyElse from stale
    audit.record(session, form.ward, actor, action, form.id, {"batch": form.batch_id})
