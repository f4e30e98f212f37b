"""The ledger of hand-overs: made at the door, claimed, sent or tried again later, dead in the end, sent again by a person."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, tenancy
from counter.models.application import Application
from counter.models.definition import Definition
from counter.models.delivery import Delivery, DeliveryState, Subject
from counter.models.event import Kind
from counter.models.laid_document import Look
from counter.models.organisation import BackOffice
from counter.queries import records
from counter.services import attachments, audit, status
from counter.services.attachments import Sent
from forms import snapshot
from forms.model import Procedure

JOB = "deliver.1"
LEASE = dt.timedelta(minutes=10)  # longer than any way may take; a dead worker's claim is released sooner
BACKOFF = tuple(dt.timedelta(minutes=minutes) for minutes in (5, 15, 45, 120, 360, 720, 1200))
HELD = dt.timedelta(minutes=5)  # at most, should nobody say that a document was looked at
INSIDE = "inbox"  # the one way that only writes in our own database


class Enqueue(Protocol):
    """How a job is queued in the caller's transaction (counter.jobs.engine.enqueue); services know no engine."""

    def __call__(
        self,
        session: Session,
        name: str,
        job_id: str,
        *ids: Any,
        queue: str,
        partition: str = "",
        delay: dt.timedelta | None = None,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one office is handed: everything it needs, and the delivery id as the key that makes repeats harmless."""

    delivery_id: str
    way: str
    ward: str
    office: str
    application_id: str
    number: str
    line: int
    procedure: Procedure
    definition_digest: str
    record: dict[str, Any]
    channel: str
    received_at: dt.datetime
    arrived_at: dt.datetime | None
    revision: int = 1
    subject: str = Subject.FILED.value
    files: tuple[Sent, ...] = ()
    characters: str | None = None  # what the office's system can hold (forms.characters)


def create(session: Session, bundle_id: str, applications: Sequence[tuple[Mapping[str, Any], str]]) -> None:
    """Ledger rows for a bundle's (application row, way), and their jobs, in the caller's transaction.

    What stays in our database is one job; every other delivery is a job of its own, so that no office waits for another.
    """
    rows = [
        {
            "ward": application["ward"],
            "id": ids.new_id(),
            "application_id": application["id"],
            "office": application["office"],
            "way": way,
            "state": DeliveryState.WAITING.value,
            "attempts": 0,
            "next_attempt_at": application["received_at"],
            "job_id": "",
            "created_at": application["received_at"],
        }
        for application, way in applications
    ]
    inside = [row for row in rows if row["way"] == INSIDE]
    parts = [inside, *([row] for row in rows if row["way"] != INSIDE)]
    for number, part in enumerate(part for part in parts if part):
        for row in part:
            row["job_id"] = f"deliver:{bundle_id}:{number}"
    session.execute(sa.insert(Delivery), rows)
    for part in parts:
        if part:
            first = part[0]
            pairs = [(row["ward"], row["id"]) for row in part]
            _enqueue(session, first["job_id"], pairs, way=first["way"], office=first["office"])


def again(session: Session, application: Application, subject: Subject, now: dt.datetime) -> str:
    """Hand over what the application has become: its present revision, under an id of its own.

    An earlier revision that was never sent is replaced: the office gets the newest, and nothing twice.
    """
    here = (Delivery.ward == application.ward, Delivery.application_id == application.id)
    session.execute(
        sa.update(Delivery)
        .where(*here, Delivery.state.in_([DeliveryState.WAITING, DeliveryState.DEAD]))
        .values(state=DeliveryState.REPLACED, next_attempt_at=None)
        .execution_options(synchronize_session=False)
    )
    way = session.scalars(
        sa.select(BackOffice.way).where(BackOffice.ward == application.ward, BackOffice.code == application.office)
    ).one()
    delivery_id = ids.new_id()
    row = Delivery(
        ward=application.ward, id=delivery_id, application_id=application.id, office=application.office, way=way,
        state=DeliveryState.WAITING.value, attempts=0, next_attempt_at=now, job_id=f"deliver:{delivery_id}",
        created_at=now, revision=application.revision, subject=subject.value,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _enqueue(session, row.job_id, [(row.ward, row.id)], way=way, office=row.office)
    return delivery_id


def claim(session: Session, ward: str, delivery_id: str, now: dt.datetime, by: str = "") -> Parcel | None:
    """Take a waiting delivery for worker ``by`` alone, counting the attempt; None if it is done, taken, or not due."""
    claimed = session.execute(
        sa.update(Delivery)
        .where(
            Delivery.ward == ward,
            Delivery.id == delivery_id,
            Delivery.state == DeliveryState.WAITING,
            sa.or_(Delivery.attempts == 0, Delivery.next_attempt_at <= now),  # the first try waits for no slow clock
            sa.or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= now),
        )
        .values(claimed_by=by, claimed_until=now + LEASE, attempts=Delivery.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    if not claimed.rowcount:  # type: ignore[attr-defined]
        return None
    parcel = _parcel(session, ward, delivery_id)
    if parcel.way != INSIDE and any(file.look == Look.WAITING for file in parcel.files):
        _hold(session, parcel, now)
        return None
    return parcel


def _hold(session: Session, parcel: Parcel, now: dt.datetime) -> None:
    """Give a claim back uncounted: its documents are still searched for 個人番号, and ``wake`` comes when they were."""
    session.execute(
        sa.update(Delivery)
        .where(Delivery.ward == parcel.ward, Delivery.id == parcel.delivery_id)
        .values(claimed_until=None, attempts=Delivery.attempts - 1, next_attempt_at=now + HELD)
        .execution_options(synchronize_session=False)
    )


def wake(session: Session, applications: Sequence[tuple[str, str]], now: dt.datetime) -> None:
    """Documents of these (ward, application) may be seen now, or never will be: what was held for them is sent."""
    for ward, application_id in applications:
        with tenancy.tenant(session, ward):
            held = session.scalars(
                sa.select(Delivery)
                .where(
                    Delivery.ward == ward,
                    Delivery.application_id == application_id,
                    Delivery.state == DeliveryState.WAITING,
                    Delivery.way != INSIDE,
                    Delivery.attempts == 0,
                )
                .with_for_update()
            )
            for row in held:
                row.next_attempt_at, row.job_id = now, f"deliver:{row.id}:{ids.new_id()}"
                session.flush()
                _enqueue(session, row.job_id, [(ward, row.id)], way=row.way, office=row.office)


def release(session: Session, alive: Sequence[str]) -> None:
    """Give up what workers had claimed that are no longer alive."""
    with tenancy.all_wards(session, "a worker delivers for every ward, and so it dies for every ward"):
        session.execute(
            sa.update(Delivery)
            .where(Delivery.claimed_until.is_not(None), Delivery.claimed_by.not_in(alive))
            .values(claimed_until=None)
            .execution_options(synchronize_session=False)
        )


def sent(session: Session, parcel: Parcel, now: dt.datetime, reference: str = "") -> bool:
    """Record that the office has it; False if somebody recorded it before."""
    done = session.execute(
        sa.update(Delivery)
        .where(Delivery.ward == parcel.ward, Delivery.id == parcel.delivery_id, Delivery.state != DeliveryState.SENT)
        .values(state=DeliveryState.SENT, sent_at=now, claimed_until=None, next_attempt_at=None, last_error=None)
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        return False
    status.append(
        session,
        parcel.ward,
        parcel.application_id,
        Kind.DELIVERED,
        actor="system",
        at=now,
        detail={"delivery": parcel.delivery_id, "way": parcel.way, "office": parcel.office, "reference": reference},
    )
    return True


def failed(
    session: Session,
    ward: str,
    delivery_id: str,
    now: dt.datetime,
    reason: str,
    *,
    counted: bool,
    jitter: Callable[[], float] = random.random,
) -> dt.datetime | None:
    """Record a failed attempt; returns when the next one is due, or None when the delivery is dead (送付不能).

    ``reason`` names a fault, never a person's data. ``counted``: the claim that counted this attempt was committed.
    Waits grow from 5 minutes to 20 hours, each ± 20 %.
    """
    row = session.get_one(Delivery, (ward, delivery_id), with_for_update=True, populate_existing=True)
    if row.state != DeliveryState.WAITING:
        return None
    row.attempts += 0 if counted else 1
    row.claimed_until = None
    row.last_error = reason[:200]
    if row.attempts > len(BACKOFF):
        row.state = DeliveryState.DEAD.value
        row.next_attempt_at = None
        detail = {"delivery": row.id, "office": row.office, "attempts": row.attempts, "reason": row.last_error}
        status.append(session, ward, row.application_id, Kind.UNDELIVERABLE, actor="system", at=now, detail=detail)
        return None
    wait = BACKOFF[row.attempts - 1] * (0.8 + 0.4 * jitter())
    row.next_attempt_at = now + wait
    row.job_id = f"deliver:{row.id}:{ids.new_id()}"
    session.flush()
    _enqueue(session, row.job_id, [(ward, row.id)], way=row.way, office=row.office, delay=wait)
    return row.next_attempt_at


def resend(session: Session, ward: str, delivery_id: str, actor: str, now: dt.datetime) -> bool:
    """A person sends a dead or waiting delivery again, at once and with all its attempts; False if it was sent already."""
    row = session.get(Delivery, (ward, delivery_id), with_for_update=True, populate_existing=True)
    if row is None or row.state in (DeliveryState.SENT, DeliveryState.REPLACED):
        return False
    row.state = DeliveryState.WAITING.value
    row.attempts = 0
    row.next_attempt_at = now
    row.job_id = f"deliver:{row.id}:{ids.new_id()}"
    session.flush()
    _enqueue(session, row.job_id, [(ward, delivery_id)], way=row.way, office=row.office)
    status.append(session, ward, row.application_id, Kind.RESENT, actor=actor, at=now, detail={"delivery": row.id})
    audit.record(session, ward, actor, "delivery.resent", row.id, {"application": row.application_id})
    return True


def overdue(session: Session, before: dt.datetime, limit: int = 500) -> list[tuple[str, str, str]]:
    """(ward, id, job id) of deliveries that should have been tried before that moment and are in nobody's hands."""
    with tenancy.all_wards(session, "the ledger is reconciled with the engine for every ward"):
        rows = session.execute(
            sa.select(Delivery.ward, Delivery.id, Delivery.job_id)
            .where(
                Delivery.state == DeliveryState.WAITING,
                Delivery.next_attempt_at <= before,
                sa.or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= before),
            )
            .order_by(Delivery.next_attempt_at, Delivery.id)
            .limit(limit)
        )
        return [(row.ward, row.id, row.job_id) for row in rows]


def requeue(session: Session, ward: str, delivery_id: str) -> None:
    """A new job for a delivery whose job the engine no longer means to run."""
    with tenancy.tenant(session, ward):
        row = session.get(Delivery, (ward, delivery_id), with_for_update=True, populate_existing=True)
        if row is None or row.state != DeliveryState.WAITING:
            return
        row.job_id = f"deliver:{row.id}:{ids.new_id()}"
        session.flush()
        _enqueue(session, row.job_id, [(ward, delivery_id)], way=row.way, office=row.office)


def _parcel(session: Session, ward: str, delivery_id: str) -> Parcel:
    row = session.execute(
        sa.select(
            Delivery.way,
            Delivery.office,
            Delivery.revision,
            Delivery.subject,
            Application,
            Definition.content,
            BackOffice.characters,
        )
        .join(Application, sa.and_(Application.ward == Delivery.ward, Application.id == Delivery.application_id))
        .join(Definition, Definition.digest == Application.definition_digest)
        .outerjoin(BackOffice, sa.and_(BackOffice.ward == Delivery.ward, BackOffice.code == Delivery.office))
        .where(Delivery.ward == ward, Delivery.id == delivery_id)
    ).one()
    application: Application = row.Application
    withdrawn = row.subject == Subject.WITHDRAWN  # a notice: the office needs to know of nothing but the case
    content = None if withdrawn else records.opened(session, application)
    return Parcel(
        delivery_id=delivery_id,
        way=row.way,
        ward=ward,
        office=row.office,
        application_id=application.id,
        number=ids.grouped(application.bundle_id),
        line=application.line,
        procedure=snapshot.load(row.content),
        definition_digest=application.definition_digest,
        record=content.record if content else {},
        channel=application.channel,
        received_at=application.received_at,
        arrived_at=application.arrived_at,
        revision=row.revision,
        subject=row.subject,
        files=() if withdrawn else tuple(attachments.of_application(session, application)),
        characters=row.characters,
    )


def _enqueue(
    session: Session,
    job_id: str,
    deliveries: Sequence[tuple[str, str]],
    *,
    way: str,
    office: str,
    delay: dt.timedelta | None = None,
) -> None:
    enqueue: Enqueue = session.info["enqueue"]
    pairs = [list(pair) for pair in deliveries]
    partition = f"{deliveries[0][0]}/{office}"
    enqueue(session, JOB, job_id, pairs, queue="here" if way == INSIDE else "outside", partition=partition, delay=delay)
