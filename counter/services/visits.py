"""来庁予約: a bundle's one visit to a ward's counter. A slot never takes more than its places; booking twice is booking once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import tenancy
from counter.models.application import Application, Status
from counter.models.event import Kind
from counter.models.notice import NoticeKind
from counter.models.visit import VisitBooking, VisitClosure, VisitRule, VisitState
from counter.queries import visits as diary
from counter.queries.visits import Hours, Visit
from counter.services import audit, notices, slots, status
from counter.services.slots import Full as Full
from counter.services.writing import insert
from forms.kinds.dates import JST

REMIND_FROM = dt.time(9)  # of the day before, in Japan


class NotOffered(Exception):
    """This counter takes nobody then, or there is nothing to come for."""


def book(
    session: Session, bundle_id: str, ward: str, day: dt.date, time: str, *, actor: str, now: dt.datetime
) -> Visit:
    """Book the visit of a bundle to a ward, or move it there. The slot it already has is kept as it is.

    Raises Full, or NotOffered. The caller has shown that the bundle is theirs.
    """
    with tenancy.tenant(session, ward):
        waiting = _waiting(session, bundle_id, ward)
        if not waiting:
            raise NotOffered
        office = waiting[0].office
        if not diary.hours(session, ward, office, day).offers(day, time, now):
            raise NotOffered
        booking = _locked(session, bundle_id, ward, office, day, time, now)
        before = (booking.office, booking.day, booking.time) if booking.state == VisitState.BOOKED else None
        if before == (office, day, time):
            return Visit(ward, *before)
        slots.exchange(session, ward, before, (office, day, time))
        booking.office, booking.day, booking.time, booking.booked_at = office, day, time, now
        booking.state = VisitState.BOOKED.value
        booking.reminded_at = now if day <= _tomorrow(now) else None  # what was just said needs no reminder
        session.flush()
        kind = NoticeKind.VISIT_CHANGED if before else NoticeKind.VISIT_BOOKED
        _say(session, waiting, Kind.VISIT_BOOKED, kind, booking, actor, now)
    return Visit(ward, office, day, time)


def cancel(session: Session, bundle_id: str, ward: str, *, actor: str, now: dt.datetime) -> bool:
    """Give the place back; False if there was no booking."""
    with tenancy.tenant(session, ward):
        waiting = _waiting(session, bundle_id, ward)
        booking = slots.freed(session, bundle_id, ward)
        if booking is None:
            return False
        _say(session, waiting, Kind.VISIT_CANCELLED, NoticeKind.VISIT_CANCELLED, booking, actor, now)
    return True


def to_remind(session: Session, now: dt.datetime, limit: int = 200) -> list[tuple[str, str]]:
    """(ward, bundle) of visits of tomorrow of which nobody was reminded yet; none before nine in the morning."""
    if now.astimezone(JST).time() < REMIND_FROM:
        return []
    with tenancy.all_wards(session, "the reminders of every ward go out together"):
        rows = session.execute(
            sa.select(VisitBooking.ward, VisitBooking.bundle_id)
            .where(
                VisitBooking.day == _tomorrow(now),
                VisitBooking.state == VisitState.BOOKED,
                VisitBooking.reminded_at.is_(None),
            )
            .order_by(VisitBooking.ward, VisitBooking.bundle_id)
            .limit(limit)
        )
        return [(row.ward, row.bundle_id) for row in rows]


def remind(session: Session, ward: str, bundle_id: str, now: dt.datetime) -> bool:
    """Queue the reminder of one visit; False if it was done, cancelled or moved meanwhile."""
    with tenancy.tenant(session, ward):
        waiting = _waiting(session, bundle_id, ward)
        booking = session.get(VisitBooking, (ward, bundle_id), with_for_update=True, populate_existing=True)
        if (
            booking is None
            or booking.state != VisitState.BOOKED
            or booking.reminded_at
            or booking.day != _tomorrow(now)
        ):
            return False
        booking.reminded_at = now
        session.flush()
        if waiting:
            _mail(session, waiting, NoticeKind.VISIT_REMINDER, booking, now)
    return bool(waiting)


def set_hours(session: Session, ward: str, office: str, hours: Hours, *, actor: str) -> None:
    """The opening rule of one office; what is booked stays booked."""
    values = {"opens": hours.opens, "closes": hours.closes, "capacity": hours.capacity}
    adding = insert(session, VisitRule).values(ward=ward, office=office, **values)
    session.execute(adding.on_conflict_do_update(index_elements=["ward", "office"], set_=values))
    audit.record(session, ward, actor, "visits.hours", office, values)


def set_closed(session: Session, ward: str, office: str, day: dt.date, *, closed: bool, actor: str) -> None:
    """Take nobody on a day, or take people again; what is booked stays booked."""
    if closed:
        adding = insert(session, VisitClosure).values(ward=ward, office=office, day=day)
        session.execute(adding.on_conflict_do_nothing(index_elements=["ward", "office", "day"]))
    else:
        session.execute(
            sa.delete(VisitClosure).where(
                VisitClosure.ward == ward, VisitClosure.office == office, VisitClosure.day == day
            )
        )
    audit.record(session, ward, actor, "visits.closed", office, {"day": day.isoformat(), "closed": closed})


def _waiting(session: Session, bundle_id: str, ward: str) -> Sequence[Application]:
    """What the visit is for, locked first and in one order: nobody who writes here waits in a ring."""
    return session.scalars(
        sa.select(Application)
        .where(
            Application.ward == ward,
            Application.bundle_id == bundle_id,
            Application.status == Status.AWAITING_VISIT,
        )
        .order_by(Application.line)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _locked(
    session: Session, bundle_id: str, ward: str, office: str, day: dt.date, time: str, now: dt.datetime
) -> VisitBooking:
    """The bundle's booking at this ward, made if there was none, and locked."""
    values = {"ward": ward, "bundle_id": bundle_id, "office": office, "day": day, "time": time, "booked_at": now}
    adding = insert(session, VisitBooking).values(**values, state=VisitState.CANCELLED.value)
    session.execute(adding.on_conflict_do_nothing(index_elements=["ward", "bundle_id"]))
    return session.get_one(VisitBooking, (ward, bundle_id), with_for_update=True, populate_existing=True)


def _say(
    session: Session,
    waiting: Sequence[Application],
    kind: Kind,
    mail: NoticeKind,
    booking: VisitBooking,
    actor: str,
    now: dt.datetime,
) -> None:
    """In the history of every application it is for, in the audit log, and by mail."""
    detail = {"office": booking.office, "day": booking.day.isoformat(), "time": booking.time}
    for row in waiting:
        status.append(session, row.ward, row.id, kind, actor=actor, at=now, detail=detail)
        audit.record(session, row.ward, actor, f"visit.{kind.removeprefix('visit-')}", row.id, detail)
    if waiting:
        _mail(session, waiting, mail, booking, now)


def _mail(
    session: Session, waiting: Sequence[Application], kind: NoticeKind, booking: VisitBooking, now: dt.datetime
) -> None:
    detail = {"day": booking.day.isoformat(), "time": booking.time}
    notices.queue(session, bundle_id=booking.bundle_id, kind=kind, application=waiting, at=now, detail=detail)


def _tomorrow(now: dt.datetime) -> dt.date:
    return now.astimezone(JST).date() + dt.timedelta(days=1)
