"""来庁予約 to look at: the free times of a counter, what a bundle has to come for, and who comes on a day."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, tenancy
from counter.models.application import Application, Status
from counter.models.definition import Definition
from counter.models.visit import VisitBooking, VisitClosure, VisitRule, VisitSlot, VisitState
from forms.deadlines import is_closed
from forms.kinds.dates import JST

STEP = 30  # minutes
AHEAD = 60  # days that can be booked
SOONEST = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """When an office takes visitors: half hours from ``opens`` up to ``closes``, ``capacity`` visitors each."""

    opens: str = "08:30"
    closes: str = "17:00"
    capacity: int = 4
    closures: frozenset[dt.date] = frozenset()

    def times(self) -> tuple[str, ...]:
        minutes = range(_minutes(self.opens), _minutes(self.closes) - STEP + 1, STEP)
        return tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in minutes)

    def open_on(self, day: dt.date) -> bool:
        return self.capacity > 0 and not is_closed(day) and day not in self.closures

    def offers(self, day: dt.date, time: str, now: dt.datetime) -> bool:
        """Whether the slot may still be booked, places apart."""
        return time in self.offered(day, now)

    def offered(self, day: dt.date, now: dt.datetime) -> tuple[str, ...]:
        """The times of a day that may still be booked, places apart."""
        soonest = (now + SOONEST).astimezone(JST)
        if not soonest.date() <= day <= now.astimezone(JST).date() + dt.timedelta(days=AHEAD) or not self.open_on(day):
            return ()
        since = f"{soonest:%H:%M:%S.%f}" if day == soonest.date() else ""
        return tuple(time for time in self.times() if f"{time}:00.000000" >= since)


@dataclass(frozen=True, slots=True)
class Slot:
    """A time of a day and its free places."""

    time: str
    free: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which an office takes visitors."""

    day: dt.date
    slots: tuple[Slot, ...]

    @property
    def free(self) -> int:
        return sum(slot.free for slot in self.slots)


@dataclass(frozen=True, slots=True)
class Visit:
    """A booking that stands."""

    ward: str
    office: str
    day: dt.date
    time: str

    @property
    def at(self) -> dt.datetime:
        return dt.datetime.combine(self.day, dt.time.fromisoformat(self.time), JST)


@dataclass(frozen=True, slots=True)
class Errand:
    """One application that a visit is for."""

    application_id: str
    line: int
    procedure: str
    title: str


@dataclass(frozen=True, slots=True)
class Need:
    """What a bundle has to come for in one ward: one visit serves all of it, at the counter of ``office``."""

    ward: str
    office: str
    office_name: str
    errands: tuple[Errand, ...]
    booked: Visit | None


@dataclass(frozen=True, slots=True)
class Expected:
    """One visit of a day at a ward, with those of its applications that are this office's. No names: the case has them."""

    time: str
    number: str
    office: str
    errands: tuple[tuple[Errand, str], ...]

    @property
    def arrived(self) -> bool:
        return all(status != Status.AWAITING_VISIT for _, status in self.errands)


def hours(session: Session, ward: str, office: str, today: dt.date) -> Hours:
    """The opening rule of an office, its closed days from today on included."""
    rule = session.get(VisitRule, (ward, office))
    closures = frozenset(
        session.scalars(
            sa.select(VisitClosure.day).where(
                VisitClosure.ward == ward, VisitClosure.office == office, VisitClosure.day >= today
            )
        )
    )
    return Hours(rule.opens, rule.closes, rule.capacity, closures) if rule else Hours(closures=closures)


def capacity(session: Session, ward: str, office: str) -> int:
    """How many visitors a slot of an office takes."""
    rule = session.get(VisitRule, (ward, office))
    return rule.capacity if rule else Hours().capacity


def days(session: Session, ward: str, office: str, now: dt.datetime) -> tuple[Day, ...]:
    """Every day that can be booked, those that are full too. Three statements, however many days."""
    with tenancy.tenant(session, ward):
        first = now.astimezone(JST).date()
        rule = hours(session, ward, office, first)
        rows = session.execute(
            sa.select(VisitSlot.day, VisitSlot.time, VisitSlot.taken).where(
                VisitSlot.ward == ward,
                VisitSlot.office == office,
                VisitSlot.day.between(first, first + dt.timedelta(days=AHEAD)),
            )
        )
        taken = {(row.day, row.time): row.taken for row in rows}
    found = []
    for day in (first + dt.timedelta(days=number) for number in range(AHEAD + 1)):
        slots = tuple(Slot(time, max(0, rule.capacity - taken.get((day, time), 0))) for time in rule.offered(day, now))
        if slots:
            found.append(Day(day, slots))
    return tuple(found)


def needs(session: Session, bundle_id: str) -> tuple[Need, ...]:
    """Where a bundle's applications still wait for a visit, a ward each, in the receipt's order."""
    with tenancy.all_wards(session, "the resident visits every ward that the bundle went to"):
        rows = session.execute(
            sa.select(
                Application.ward, Application.id, Application.line, Application.procedure, Application.office,
                Application.routing_inputs, Definition.content["title"].as_string().label("title"),
            )
            .join(Definition, Definition.digest == Application.definition_digest)
            .where(Application.bundle_id == bundle_id, Application.status == Status.AWAITING_VISIT)
            .order_by(Application.line)
        ).all()  # fmt: skip
        booked = {
            row.ward: Visit(row.ward, row.office, row.day, row.time)
            for row in session.scalars(
                sa.select(VisitBooking).where(
                    VisitBooking.bundle_id == bundle_id,
                    VisitBooking.state == VisitState.BOOKED,
                    VisitBooking.ward.in_({row.ward for row in rows}),
                )
            )
        }
    found = []
    for ward in dict.fromkeys(row.ward for row in rows):
        here = [row for row in rows if row.ward == ward]
        errands = tuple(Errand(row.id, row.line, row.procedure, row.title) for row in here)
        first = here[0]
        found.append(Need(ward, first.office, first.routing_inputs["office_name"], errands, booked.get(ward)))
    return tuple(found)


def booked(session: Session, ward: str, bundle_id: str) -> Visit | None:
    """The visit of a bundle to this ward, if one is booked."""
    row = session.get(VisitBooking, (ward, bundle_id))
    if row is None or row.state != VisitState.BOOKED:
        return None
    return Visit(row.ward, row.office, row.day, row.time)


def counters(session: Session, ward: str) -> list[str]:
    """The offices of a ward that visitors come to: those with a rule of their own, and those somebody has to visit."""
    ruled = sa.select(VisitRule.office.label("office")).where(VisitRule.ward == ward)
    awaited = sa.select(Application.office.label("office")).where(
        Application.ward == ward, Application.status == Status.AWAITING_VISIT
    )
    return sorted({*session.scalars(ruled), *session.scalars(awaited.distinct())})


def expected(session: Session, ward: str, offices: Sequence[str], day: dt.date) -> tuple[Expected, ...]:
    """Who comes to these offices on a day, in the order of the clock. One statement."""
    rows = session.execute(
        sa.select(
            VisitBooking.time, VisitBooking.bundle_id, VisitBooking.office, Application.id, Application.line,
            Application.procedure, Application.status, Definition.content["title"].as_string().label("title"),
        )
        .join(
            Application,
            sa.and_(Application.ward == VisitBooking.ward, Application.bundle_id == VisitBooking.bundle_id),
        )
        .join(Definition, Definition.digest == Application.definition_digest)
        .where(
            VisitBooking.ward == ward,
            VisitBooking.day == day,
            VisitBooking.state == VisitState.BOOKED,
            Application.office.in_(list(offices)),
            sa.or_(Application.status == Status.AWAITING_VISIT, Application.arrived_at > Application.received_at),
        )
        .order_by(VisitBooking.time, VisitBooking.bundle_id, Application.line)
    )  # fmt: skip
    return tuple(
        Expected(
            time,
            ids.grouped(bundle_id),
            office,
            tuple((Errand(row.id, row.line, row.procedure, row.title), row.status) for row in visit),
        )
        for (time, bundle_id, office), visit in itertools.groupby(
            rows, key=lambda row: (row.time, row.bundle_id, row.office)
        )
    )


def booked_on(session: Session, ward: str, office: str, days: Sequence[dt.date]) -> dict[dt.date, int]:
    """How many bookings stand on these days, to see before a day is closed."""
    counted = session.execute(
        sa.select(VisitBooking.day, sa.func.count())
        .where(
            VisitBooking.ward == ward,
            VisitBooking.day.in_(days),
            VisitBooking.state == VisitState.BOOKED,
            VisitBooking.office == office,
        )
        .group_by(VisitBooking.day)
    )
    return {row[0]: row[1] for row in counted}


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)
