"""Where an application stands: its events are the truth, its status column their projection; and what a resident sees."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, tenancy, vault
from counter.models.application import Application, Status
from counter.models.bundle import Bundle
from counter.models.event import Event, Kind
from counter.queries import correspondence, office, standing
from counter.queries.records import note_sealed_as
from counter.queries.standing import Standing
from counter.services import guessing, links, periods, receipts, slots
from counter.services.guessing import TooManyGuesses as TooManyGuesses
from counter.services.receipts import Line


class Refused(Exception):
    """The step is not possible; the message says why, for the clerk."""


NO_CONFLICT = (Kind.DELIVERED, Kind.UNDELIVERABLE, Kind.RESENT, Kind.LINKED, Kind.VISIT_BOOKED, Kind.VISIT_CANCELLED)
"""Events that decide nothing: a clerk who has not seen them may go on."""
OPEN = (Status.RECEIVED, Status.AWAITING_VISIT, Status.IN_REVIEW, Status.CORRECTION)


class Conflict(Exception):
    """Somebody else wrote the application's history at the same moment; nothing was written."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the history as the resident may see it; notes are written to the resident."""

    suffix: int
    kind: str
    status: str
    at: dt.datetime
    note: str | None
    own: bool = False  # the resident did it


@dataclass(frozen=True, slots=True)
class Office:
    """One line of a receipt and where it stands. ``since``: when it came to stand there; ``due``: the office's own day."""

    line: Line
    standing: Standing
    steps: tuple[Step, ...]  # the newest first
    since: dt.datetime
    due: dt.date | None

    @property
    def acted(self) -> bool:
        """False while an answer of the resident is waited for: such offices come first."""
        return not self.standing.waiting.request_id

    @property
    def open(self) -> bool:
        """Whether the office has not decided, and nobody took it back."""
        return self.standing.status in OPEN


@dataclass(frozen=True, slots=True)
class BundleStatus:
    """What number and secret show: each office's line, and its steps. No answers."""

    bundle_id: str
    number: str
    received_at: dt.datetime
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]
    offices: tuple[Office, ...] = ()

    def office(self, suffix: int) -> Office | None:
        return next((each for each in self.offices if each.line.suffix == suffix), None)


def append(
    session: Session,
    ward: str,
    application_id: str,
    kind: Kind,
    *,
    actor: str,
    at: dt.datetime,
    status: Status | None = None,
    assignee: str | None = None,
    arrived_at: dt.datetime | None = None,
    note: str | None = None,
    detail: Mapping[str, Any] | None = None,
    after: int | None = None,
) -> Event:
    """Add one event and bring the application's projection along; ``status`` None: it stands where it stood.

    ``after``: the last event the caller has seen; raises Conflict when a person acted later. A hand-over is no conflict.
    """
    row = session.get_one(Application, (ward, application_id), with_for_update=True, populate_existing=True)
    if after is not None and row.last_event != after and _others_acted(session, ward, application_id, after):
        raise Conflict
    row.last_event += 1
    waited = row.status == Status.AWAITING_VISIT
    if status is not None:
        row.status = status.value
    if assignee is not None:
        row.assignee = assignee
    if arrived_at is not None:
        row.arrived_at = arrived_at
    sealed = None
    if note:
        where = note_sealed_as(ward, application_id, row.last_event)
        sealed = vault.of(session).seal(session, row.key_id, where, note)
    event = Event(
        ward=ward,
        application_id=application_id,
        seq=row.last_event,
        kind=kind.value,
        status=row.status,
        actor=actor,
        detail=dict(detail or {}),
        note=sealed,
        at=at,
    )
    session.add(event)
    session.flush()
    links.acted(session, row, kind, status, at)
    if waited and row.status != Status.AWAITING_VISIT and row.arrived_at is None:
        slots.left(session, row)
    return event


def _others_acted(session: Session, ward: str, application_id: str, after: int) -> bool:
    return bool(
        session.scalar(
            sa.select(sa.func.count()).where(
                Event.ward == ward,
                Event.application_id == application_id,
                Event.seq > after,
                Event.kind.not_in(NO_CONFLICT),
            )
        )
    )


def by_number(
    session: Session, number: str, secret: str, throttle_key: str, now: dt.datetime | None = None
) -> BundleStatus | None:
    """What a resident sees with number and secret; None alike for a wrong number and a wrong secret.

    A wrong look-up is counted in this session, so the caller commits whatever the answer. ``throttle_key`` is the
    address it came from. Raises TooManyGuesses, before and instead of any answer.
    """
    now = now or dt.datetime.now(dt.UTC)
    bundle_id = ids.normalise(number) or ""
    counted = guessing.keys(session, receipt=bundle_id or number, address=throttle_key)
    guessing.refuse(session, counted, now)
    bundle = session.get(Bundle, bundle_id) if bundle_id else None
    given = receipts.hashed(session, bundle_id, secret)  # computed either way: the time tells nothing
    if bundle is None or not hmac.compare_digest(given, bundle.secret_hash):
        guessing.count(session, counted, now)
        return None
    return _view(session, bundle)


def of_bundle(session: Session, bundle_id: str) -> BundleStatus | None:
    """The same view for a caller who has just proved number and secret, such as a page that is loaded again."""
    bundle = session.get(Bundle, bundle_id)
    return None if bundle is None else _view(session, bundle)


def _view(session: Session, bundle: Bundle) -> BundleStatus:
    """A fixed number of statements, however many offices and events."""
    lines = receipts.lines(session, bundle.id)
    standings = standing.of_bundle(session, bundle.id)
    keys = correspondence.load_keys(session, standing.key_ids(standings))  # held: notes open without asking for each
    suffixes = {line.application_id: line.suffix for line in lines}
    with tenancy.all_wards(session, "the resident follows every office of the bundle"):
        events = session.execute(
            sa.select(Event, Application.key_id)
            .join(Application, sa.and_(Application.ward == Event.ward, Application.id == Event.application_id))
            .where(Application.bundle_id == bundle.id)
            .order_by(Event.at, Application.line, Event.seq)
        ).all()
    steps = tuple(
        Step(
            suffix=suffixes[event.application_id],
            kind=event.kind,
            status=event.status,
            at=event.at,
            note=office.note(session, key_id, event),
            own=event.actor == "resident",
        )
        for event, key_id in events
    )
    del keys
    offices = tuple(_office(line, each, steps) for line, each in zip(lines, standings, strict=True))
    return BundleStatus(bundle.id, ids.grouped(bundle.id), bundle.received_at, lines, steps, offices)


def _office(line: Line, here: Standing, steps: Sequence[Step]) -> Office:
    own = [step for step in steps if step.suffix == line.suffix]
    since = own[-1].at
    for step in reversed(own):
        if step.status != here.status:
            break
        since = step.at
    due = None
    if here.arrived_at is not None and here.status in (Status.RECEIVED, Status.IN_REVIEW):
        due = periods.due_day(here.procedure, here.arrived_at, here.paused_days)
    return Office(line, here, tuple(reversed(own)), since, due)
