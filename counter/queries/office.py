"""What a back office sees: its queue, and one application opened with its history."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import folding, ids, vault
from counter.models.application import Application, SearchToken
from counter.models.definition import Definition
from counter.models.delivery import Delivery
from counter.models.event import Event
from counter.queries import correspondence
from counter.queries.correspondence import Request, Written
from counter.queries.records import Content, definition, note_sealed_as, opened
from forms.model import Procedure

PAGE = 50
_LONGEST_CURSOR = 200


class BadCursor(ValueError):
    """This is no place in a queue that we gave out."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a queue down; empty means any. Name, kana, birth and phone are as somebody typed or said them.

    ``answered``, ``written``: the resident answered a correction, or wrote, and nobody has read it yet.
    """

    status: tuple[str, ...] = ()
    procedure: str = ""
    channel: str = ""
    assignee: str = ""
    received_from: dt.datetime | None = None
    received_before: dt.datetime | None = None
    answered: bool = False
    written: bool = False
    number: str = ""
    name: str = ""
    kana: str = ""
    birth: str = ""
    phone: str = ""
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a queue. No personal data: names stand in the application, which is audited when it is opened."""

    id: str
    ward: str
    number: str
    line: int
    procedure: str
    title: str
    office: str
    status: str
    channel: str
    assignee: str | None
    received_at: dt.datetime
    arrived_at: dt.datetime | None
    delivery: str
    paused_days: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a queue; ``after`` asks for the next part, None at the end."""

    rows: tuple[Row, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One event as the office reads it."""

    seq: int
    kind: str
    status: str
    actor: str
    at: dt.datetime
    note: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeliveryEntry:
    """One hand-over and how it goes."""

    id: str
    office: str
    way: str
    state: str
    attempts: int
    next_attempt_at: dt.datetime | None
    last_error: str | None
    sent_at: dt.datetime | None
    revision: int = 1
    subject: str = "filed"


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another application of the same bundle in the same ward."""

    id: str
    line: int
    title: str
    office: str
    status: str


@dataclass(frozen=True, slots=True)
class View:
    """An application opened: ``definition`` is the one it was made with; ``record`` is None when it was erased."""

    row: Row
    definition: Procedure
    definition_digest: str
    record: dict[str, Any] | None
    origins: dict[str, str]
    provenance: dict[str, Any]
    routing_reason: str
    routing_inputs: dict[str, Any]
    last_event: int
    history: tuple[HistoryEntry, ...]
    deliveries: tuple[DeliveryEntry, ...]
    siblings: tuple[Sibling, ...]
    requests: tuple[Request, ...] = ()
    messages: tuple[Written, ...] = ()
    former: dict[int, Content] = field(default_factory=dict)


_COLUMNS = (
    Application.id, Application.ward, Application.bundle_id, Application.line, Application.procedure,
    Application.office, Application.status, Application.channel, Application.assignee, Application.received_at,
    Application.arrived_at, Application.paused_days, Definition.content["title"].as_string().label("title"), Delivery.state.label("delivery"),
)  # fmt: skip


def queue(
    session: Session,
    ward: str,
    office: str | Sequence[str],
    filters: Filters | None = None,
    after: str | None = None,
    size: int = PAGE,
) -> Page:
    """One page of the applications of an office (or of several of the same ward), oldest first. One statement.

    Raises BadCursor for an ``after`` that this function did not give out.
    """
    filters = filters or Filters()
    offices = [office] if isinstance(office, str) else list(office)
    wanted = _rows().where(
        Application.ward == ward, Application.office.in_(offices), *_narrowed(session, ward, filters)
    )
    place = sa.tuple_(Application.received_at, Application.id)
    if after is not None:
        here = sa.tuple_(
            *(sa.literal(value, column.type) for value, column in zip(_read(after), place.clauses, strict=True))
        )
        wanted = wanted.where(place < here if filters.newest_first else place > here)
    order = (Application.received_at, Application.id)
    wanted = wanted.order_by(*(column.desc() for column in order)) if filters.newest_first else wanted.order_by(*order)
    found = session.execute(wanted.limit(size + 1)).all()
    rows = tuple(_row(row) for row in found[:size])
    return Page(rows, _written(rows[-1]) if len(found) > size else None)


def counts(session: Session, ward: str, office: str | Sequence[str]) -> dict[str, int]:
    """How many applications of an office stand at each status."""
    offices = [office] if isinstance(office, str) else list(office)
    counted = session.execute(
        sa.select(Application.status, sa.func.count())
        .where(Application.ward == ward, Application.office.in_(offices))
        .group_by(Application.status)
        .order_by(Application.status)
    )
    return {row[0]: row[1] for row in counted}


def application(session: Session, ward: str, application_id: str, offices: Sequence[str] | None = None) -> View | None:
    """One application opened, with its definition, history and deliveries; None if this ward has no such one.

    ``offices`` keeps it to these. Whoever shows it records the look in the audit log first.
    """
    wanted = sa.select(Application, Definition.content).join(
        Definition, Definition.digest == Application.definition_digest
    )
    wanted = wanted.where(Application.ward == ward, Application.id == application_id)
    if offices is not None:
        wanted = wanted.where(Application.office.in_(offices))
    found = session.execute(wanted).one_or_none()
    if found is None:
        return None
    row: Application = found.Application
    deliveries = _deliveries(session, row)
    asked = correspondence.requests(session, row.ward, row.id, row.key_id)
    try:
        content = opened(session, row)
        record, origins, provenance = content.record, content.origins, content.provenance
    except vault.Shredded:
        record, origins, provenance = None, {}, {}
    return View(
        row=Row(
            id=row.id, ward=row.ward, number=ids.grouped(row.bundle_id), line=row.line, procedure=row.procedure,
            title=found.content["title"], office=row.office, status=row.status, channel=row.channel,
            assignee=row.assignee, received_at=row.received_at, arrived_at=row.arrived_at,
            delivery=deliveries[-1].state if deliveries else "", paused_days=row.paused_days,
        ),
        definition=definition(row.definition_digest, found.content),
        definition_digest=row.definition_digest,
        record=record,
        origins=origins,
        provenance=provenance,
        routing_reason=row.routing_reason,
        routing_inputs=row.routing_inputs,
        last_event=row.last_event,
        history=_history(session, row),
        deliveries=deliveries,
        siblings=_siblings(session, row),
        requests=asked,
        messages=correspondence.thread(session, row.ward, row.id, row.key_id),
        former=correspondence.former(session, row.ward, row.id, row.key_id) if row.revision > 1 else {},
    )  # fmt: skip


def holding(session: Session, ward: str, number: str) -> tuple[str, ...]:
    """The offices of a ward that hold applications of this receipt; ``number`` as somebody typed it."""
    found = session.scalars(
        sa.select(Application.office)
        .where(Application.ward == ward, Application.bundle_id == (ids.normalise(number) or ""))
        .group_by(Application.office)
        .order_by(sa.func.min(Application.line))
    )
    return tuple(found)


def dead_letters(session: Session, ward: str, office: str | Sequence[str]) -> tuple[tuple[Row, DeliveryEntry], ...]:
    """Hand-overs of an office that were given up and wait for a person (送付不能), oldest first; at most a page."""
    offices = [office] if isinstance(office, str) else list(office)
    found = session.execute(
        _rows()
        .add_columns(Delivery)
        .where(Delivery.ward == ward, Delivery.office.in_(offices), Delivery.state == "dead")
        .order_by(Delivery.created_at, Delivery.id)
        .limit(PAGE)
    )
    return tuple((_row(row), _delivery(row.Delivery)) for row in found)


def _rows() -> sa.Select[Any]:
    return (
        sa.select(*_COLUMNS)
        .join(Definition, Definition.digest == Application.definition_digest)
        .outerjoin(
            Delivery,
            sa.and_(
                Delivery.ward == Application.ward,
                Delivery.application_id == Application.id,
                Delivery.office == Application.office,
                Delivery.revision == Application.revision,
            ),
        )
    )


def _narrowed(session: Session, ward: str, filters: Filters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.status:
        found.append(Application.status.in_(filters.status))
    for column, value in (
        (Application.procedure, filters.procedure),
        (Application.channel, filters.channel),
        (Application.assignee, filters.assignee),
    ):
        if value:
            found.append(column == value)
    if filters.answered:
        found.append(Application.id.in_(correspondence.answered(ward)))
    if filters.written:
        found.append(Application.id.in_(correspondence.written(ward)))
    if filters.received_from is not None:
        found.append(Application.received_at >= filters.received_from)
    if filters.received_before is not None:
        found.append(Application.received_at < filters.received_before)
    if filters.number:
        found.append(Application.bundle_id == (ids.normalise(filters.number) or ""))
    for purpose, text in (
        (folding.NAME, filters.name), (folding.KANA, filters.kana),
        (folding.BIRTH, filters.birth), (folding.PHONE, filters.phone),
    ):  # fmt: skip
        if text:
            token = vault.of(session).blind(session, ward, purpose, folding.FOLD[purpose](text))
            hit = sa.select(SearchToken.application_id).where(
                SearchToken.ward == ward, SearchToken.purpose == purpose, SearchToken.token == token
            )
            found.append(Application.id.in_(hit))
    return found


def _row(row: Any) -> Row:
    return Row(
        id=row.id, ward=row.ward, number=ids.grouped(row.bundle_id), line=row.line, procedure=row.procedure,
        title=row.title, office=row.office, status=row.status, channel=row.channel, assignee=row.assignee,
        received_at=row.received_at, arrived_at=row.arrived_at, delivery=row.delivery or "",
        paused_days=row.paused_days,
    )  # fmt: skip


def _written(row: Row) -> str:
    return base64.urlsafe_b64encode(json.dumps([row.received_at.isoformat(), row.id]).encode()).decode()


def _read(after: str) -> tuple[dt.datetime, str]:
    try:
        moment, row_id = json.loads(base64.urlsafe_b64decode(after[:_LONGEST_CURSOR].encode()))
        received_at = dt.datetime.fromisoformat(moment).astimezone(dt.UTC)
        if not isinstance(row_id, str) or ids.normalise(row_id) != row_id:
            raise BadCursor
    except (ValueError, TypeError, OverflowError, binascii.Error) as error:
        raise BadCursor from error
    return received_at, row_id


def _history(session: Session, row: Application) -> tuple[HistoryEntry, ...]:
    events = session.scalars(
        sa.select(Event).where(Event.ward == row.ward, Event.application_id == row.id).order_by(Event.seq)
    )
    return tuple(
        HistoryEntry(e.seq, e.kind, e.status, e.actor, e.at, note(session, row.key_id, e), e.detail) for e in events
    )


def note(session: Session, key_id: str, event: Event) -> str | None:
    """What was written with an event; None if nothing was, or when it was erased."""
    if event.note is None:
        return None
    where = note_sealed_as(event.ward, event.application_id, event.seq)
    try:
        return str(vault.of(session).open(session, key_id, where, event.note))
    except vault.Shredded:
        return None


def _deliveries(session: Session, row: Application) -> tuple[DeliveryEntry, ...]:
    found = session.scalars(
        sa.select(Delivery)
        .where(Delivery.ward == row.ward, Delivery.application_id == row.id)
        .order_by(Delivery.revision, Delivery.created_at, Delivery.id)
    )
    return tuple(_delivery(delivery) for delivery in found)


def _delivery(row: Delivery) -> DeliveryEntry:
    return DeliveryEntry(
        row.id, row.office, row.way, row.state, row.attempts, row.next_attempt_at, row.last_error, row.sent_at,
        row.revision, row.subject,
    )  # fmt: skip


def _siblings(session: Session, row: Application) -> tuple[Sibling, ...]:
    found = session.execute(
        sa.select(
            Application.id, Application.line, Application.office, Application.status,
            Definition.content["title"].as_string().label("title"),
        )
        .join(Definition, Definition.digest == Application.definition_digest)
        .where(Application.ward == row.ward, Application.bundle_id == row.bundle_id, Application.id != row.id)
        .order_by(Application.line)
    )  # fmt: skip
    return tuple(Sibling(each.id, each.line, each.title, each.office, each.status) for each in found)
