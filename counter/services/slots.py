"""The places of a counter's slots: taken, given back, exchanged. A slot never takes more than its capacity."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.application import Application, Status
from counter.models.visit import VisitBooking, VisitSlot, VisitState
from counter.queries import visits as diary
from counter.services.writing import insert

Place = tuple[str, dt.date, str]
"""Office, day, time."""


class Full(Exception):
    """Somebody was faster: every place of the slot is taken."""


def exchange(session: Session, ward: str, old: Place | None, new: Place) -> None:
    """Take one place and give another back; slots are locked in one order, whichever way people move."""
    if old is not None and old < new:
        _give_back(session, ward, old)
    adding = insert(session, VisitSlot).values(ward=ward, office=new[0], day=new[1], time=new[2], taken=0)
    session.execute(adding.on_conflict_do_nothing(index_elements=["ward", "office", "day", "time"]))
    _take(session, ward, new)
    if old is not None and old > new:
        _give_back(session, ward, old)


def _take(session: Session, ward: str, place: Place) -> None:
    capacity = diary.capacity(session, ward, place[0])
    taking = (
        sa.update(VisitSlot)
        .where(*_slot(ward, place), VisitSlot.taken < capacity)
        .values(taken=VisitSlot.taken + 1)
        .execution_options(synchronize_session=False)
    )
    if not session.execute(taking).rowcount:  # type: ignore[attr-defined]
        raise Full


def _give_back(session: Session, ward: str, place: Place) -> None:
    session.execute(
        sa.update(VisitSlot)
        .where(*_slot(ward, place), VisitSlot.taken > 0)
        .values(taken=VisitSlot.taken - 1)
        .execution_options(synchronize_session=False)
    )


def _slot(ward: str, place: Place) -> tuple[sa.ColumnElement[bool], ...]:
    office, day, time = place
    return VisitSlot.ward == ward, VisitSlot.office == office, VisitSlot.day == day, VisitSlot.time == time


def freed(session: Session, bundle_id: str, ward: str) -> VisitBooking | None:
    """Cancel a bundle's booking at a ward, if it stands, and give its place back."""
    booking = session.get(VisitBooking, (ward, bundle_id), with_for_update=True, populate_existing=True)
    if booking is None or booking.state != VisitState.BOOKED:
        return None
    booking.state = VisitState.CANCELLED.value
    session.flush()
    _give_back(session, ward, (booking.office, booking.day, booking.time))
    return booking


def left(session: Session, row: Application) -> None:
    """An application waits for no visit any more without anybody having come: the last one gives the place back."""
    others = sa.select(sa.func.count()).where(
        Application.ward == row.ward,
        Application.bundle_id == row.bundle_id,
        Application.id != row.id,
        Application.status == Status.AWAITING_VISIT,
    )
    if not session.scalar(others):
        freed(session, row.bundle_id, row.ward)
