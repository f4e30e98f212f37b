"""来庁予約: what is offered, one booking a bundle and ward, never more visitors than places, and who is reminded."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from counter import tenancy
from counter.extensions import Store
from counter.jobs import remind
from counter.models.application import Application, Status
from counter.models.event import Event, Kind
from counter.models.notice import Notice
from counter.models.visit import VisitBooking, VisitSlot
from counter.queries import visits as diary
from counter.queries.visits import JST, Hours
from counter.services import status, visits
from tests import moves
from tests.conftest import both_backends
from tests.integration.test_notices import answers
from tests.integration.test_submit import NOW, submit

# NOW is Thursday, 12 November 2026, 12:04 in Japan; Monday the 23rd is a holiday.
FRIDAY, MONDAY, HOLIDAY = dt.date(2026, 11, 13), dt.date(2026, 11, 16), dt.date(2026, 11, 23)
OFFICE = "resident-registry"


def filed(store: Store, nonce: str = "n1") -> str:
    with store.scope() as session:
        return submit(session, nonce, answers=answers()).bundle_id


def book(store: Store, bundle: str, day: dt.date = FRIDAY, time: str = "10:00", now: dt.datetime = NOW) -> str:
    try:
        with store.scope() as session:
            visits.book(session, bundle, moves.KOTO, day, time, actor="resident", now=now)
        return "booked"
    except visits.Full:
        return "full"
    except visits.NotOffered:
        return "not offered"


def taken(store: Store) -> dict[tuple[dt.date, str], int]:
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):
        return {(row.day, row.time): row.taken for row in session.scalars(sa.select(VisitSlot)) if row.taken}


def kinds(store: Store) -> list[str]:
    with store.session(write=False) as session:
        return list(session.scalars(sa.select(Notice.kind).order_by(Notice.created_at, Notice.kind)))


def hours(store: Store, **rule: object) -> None:
    with store.scope() as session, tenancy.tenant(session, moves.KOTO):
        visits.set_hours(session, moves.KOTO, OFFICE, Hours(**rule), actor="staff:1")  # type: ignore[arg-type]


class TestHours:
    def test_half_hours_from_opening_to_closing(self) -> None:
        times = Hours().times()
        assert (times[0], times[-1], len(times)) == ("08:30", "16:30", 17)
        assert Hours("09:00", "10:15", 1).times() == ("09:00", "09:30") and Hours("09:00", "09:00", 1).times() == ()

    @pytest.mark.parametrize(
        ("day", "time", "offered"),
        [
            (FRIDAY, "10:00", True), (FRIDAY, "10:10", False), (FRIDAY, "17:00", False), (FRIDAY, "x", False),
            (dt.date(2026, 11, 14), "10:00", False), (HOLIDAY, "10:00", False), (dt.date(2026, 12, 29), "10:00", False),
            (dt.date(2026, 11, 12), "13:00", False), (dt.date(2026, 11, 12), "13:30", True),
            (dt.date(2026, 11, 11), "10:00", False), (dt.date(2027, 1, 8), "10:00", True), (dt.date(2027, 1, 12), "10:00", False),
        ],
    )  # fmt: skip
    def test_what_is_offered(self, day: dt.date, time: str, offered: bool) -> None:
        assert Hours().offers(day, time, NOW) is offered

    def test_a_closed_day_and_an_office_without_places(self) -> None:
        assert not Hours(closures=frozenset({FRIDAY})).offers(FRIDAY, "10:00", NOW)
        assert not Hours(capacity=0).offers(FRIDAY, "10:00", NOW)


@both_backends
def test_a_visit_is_booked_moved_and_given_back(store: Store) -> None:
    bundle = filed(store)
    with store.session(write=False) as session:
        (need,) = diary.needs(session, bundle)
    assert (need.ward, need.office, need.booked) == (moves.KOTO, OFFICE, None)
    assert [errand.procedure for errand in need.errands] == ["move-in"]
    assert book(store, bundle) == book(store, bundle) == "booked"
    assert taken(store) == {(FRIDAY, "10:00"): 1}
    assert book(store, bundle, MONDAY, "09:00", NOW + dt.timedelta(minutes=1)) == "booked"
    assert taken(store) == {(MONDAY, "09:00"): 1}
    with store.session(write=False) as session:
        (need,) = diary.needs(session, bundle)
        assert need.booked and (need.booked.day, need.booked.time) == (MONDAY, "09:00")
    with store.scope() as session:
        later = NOW + dt.timedelta(minutes=2)
        assert visits.cancel(session, bundle, moves.KOTO, actor="resident", now=later)
        assert not visits.cancel(session, bundle, moves.KOTO, actor="resident", now=later)
    assert taken(store) == {}
    assert book(store, bundle, now=NOW + dt.timedelta(minutes=3)) == "booked"
    assert kinds(store) == ["received", "visit-booked", "visit-changed", "visit-cancelled", "visit-booked"]
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):
        told = session.scalars(sa.select(Event.kind).where(Event.kind.like("visit%")).order_by(Event.seq)).all()
    assert list(told) == ["visit-booked", "visit-booked", "visit-cancelled", "visit-booked"]


def test_what_is_not_offered_or_not_needed_is_refused(store: Store) -> None:
    bundle = filed(store)
    assert book(store, bundle, HOLIDAY) == "not offered"
    with store.scope() as session, pytest.raises(visits.NotOffered):
        visits.book(session, bundle, moves.SHIBUYA, FRIDAY, "10:00", actor="resident", now=NOW)
    with store.scope() as session, pytest.raises(visits.NotOffered):
        visits.book(session, "0" * 17, moves.KOTO, FRIDAY, "10:00", actor="resident", now=NOW)
    assert taken(store) == {}


@both_backends
def test_a_full_slot_takes_nobody_and_who_moves_keeps_the_old_place_until_the_new_one_is_sure(store: Store) -> None:
    hours(store, capacity=1)
    first, second = filed(store, "n1"), filed(store, "n2")
    assert book(store, first, FRIDAY, "10:00") == book(store, second, MONDAY, "10:00") == "booked"
    assert book(store, second, FRIDAY, "10:00") == book(store, first, MONDAY, "10:00") == "full"
    assert taken(store) == {(FRIDAY, "10:00"): 1, (MONDAY, "10:00"): 1}


@both_backends
def test_many_at_once_never_exceed_the_places(store: Store) -> None:
    """Twelve residents want two places, each pressing twice; then all of them move to and fro."""
    hours(store, capacity=2)
    bundles = [filed(store, f"n{number}") for number in range(12)]
    assert sorted(at_once(*(lambda b=b: book(store, b) for b in bundles * 2))) == ["booked"] * 4 + ["full"] * 20
    assert taken(store) == {(FRIDAY, "10:00"): 2}
    times = ("10:00", "10:30", "11:00")
    moved = at_once(*(lambda b=b, t=t: book(store, b, FRIDAY, t) for t in times for b in bundles))
    assert set(moved) <= {"booked", "full"}
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):
        rows = session.scalars(sa.select(VisitBooking).where(VisitBooking.state == "booked")).all()
        booked = [(row.day, row.time) for row in rows]
    assert taken(store) == {slot: booked.count(slot) for slot in set(booked)}, "places and bookings disagree"
    assert max(taken(store).values()) <= 2 and len(booked) == len({row.bundle_id for row in rows})


def at_once(*calls: Callable[[], str]) -> list[str]:
    ready = threading.Barrier(8)

    def start(call: Callable[[], str]) -> str:
        with contextlib.suppress(threading.BrokenBarrierError):
            ready.wait(0.2)
        return call()

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(start, calls))


def test_the_list_of_days_counts_free_places_in_few_statements(store: Store) -> None:
    hours(store, opens="09:00", closes="10:00", capacity=2)
    with store.scope() as session, tenancy.tenant(session, moves.KOTO):
        visits.set_closed(session, moves.KOTO, OFFICE, MONDAY, closed=True, actor="staff:1")
    book(store, filed(store), FRIDAY, "09:30")
    said: list[str] = []
    with store.session(write=False) as session:
        sa.event.listen(store.engine, "before_cursor_execute", lambda *a: said.append(a[2]))
        days = diary.days(session, moves.KOTO, OFFICE, NOW)
    assert len([line for line in said if line.startswith("SELECT")]) == 3
    assert [day.day for day in days[:2]] == [FRIDAY, dt.date(2026, 11, 17)], "the closed Monday is not offered"
    assert days[0].free == 3 and {slot.time: slot.free for slot in days[0].slots} == {"09:00": 2, "09:30": 1}
    assert HOLIDAY not in {day.day for day in days}


@both_backends
def test_a_withdrawn_application_gives_its_place_back(store: Store) -> None:
    bundle = filed(store)
    book(store, bundle)
    with store.scope() as session, tenancy.tenant(session, moves.KOTO):
        row = session.scalars(sa.select(Application).where(Application.procedure == "move-in")).one()
        status.append(session, row.ward, row.id, Kind.WITHDRAWN, actor="resident", at=NOW, status=Status.WITHDRAWN)
    assert taken(store) == {}


def test_who_arrives_keeps_the_booking(store: Store) -> None:
    bundle = filed(store)
    book(store, bundle)
    with store.scope() as session, tenancy.tenant(session, moves.KOTO):
        row = session.scalars(sa.select(Application).where(Application.procedure == "move-in")).one()
        status.append(
            session, row.ward, row.id, Kind.ARRIVED, actor="staff:1", at=NOW, status=Status.IN_REVIEW, arrived_at=NOW + dt.timedelta(days=1)
        )  # fmt: skip
        (visit,) = diary.expected(session, moves.KOTO, [OFFICE], FRIDAY)
        assert visit.arrived and visit.time == "10:00"
    assert taken(store) == {(FRIDAY, "10:00"): 1}


@both_backends
def test_the_day_before_each_visit_is_reminded_of_once(store: Store) -> None:
    bundle = filed(store)
    book(store, bundle, MONDAY, "09:00")

    sunday = dt.datetime(2026, 11, 15, tzinfo=JST)
    assert remind.remind(store, sunday.replace(hour=8, minute=59)) == 0
    assert remind.remind(store, sunday.replace(hour=9) - dt.timedelta(days=1)) == 0
    assert remind.remind(store, sunday.replace(hour=9)) == 1
    assert remind.remind(store, sunday.replace(hour=9, minute=1)) == 0
    assert kinds(store)[-1] == "visit-reminder"


def test_who_books_for_tomorrow_or_cancels_is_not_reminded(store: Store) -> None:
    tomorrow, cancelled = filed(store, "n1"), filed(store, "n2")
    book(store, tomorrow, FRIDAY)
    book(store, cancelled, MONDAY)
    with store.scope() as session:
        visits.cancel(session, cancelled, moves.KOTO, actor="resident", now=NOW)
    for day in (12, 15):
        with store.session(write=False) as session:
            assert visits.to_remind(session, dt.datetime(2026, 11, day, 12, tzinfo=JST)) == []
