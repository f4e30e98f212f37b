"""The queue of an office: whose rows, in which order, page by page, by one statement over an index."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from counter import tenancy
from counter.extensions import Store
from counter.models.application import Status
from counter.models.event import Kind
from counter.queries import office
from counter.queries.office import BadCursor, Filters
from counter.services import status
from tests import moves
from tests.conftest import both_backends
from tests.integration.test_submit import NOW, submit


@both_backends
def test_each_office_sees_exactly_its_own(store: Store) -> None:
    with store.scope() as session:
        submit(session)
    seen = {}
    for ward, code in (
        (moves.SHIBUYA, "resident-registry"), (moves.KOTO, "resident-registry"), (moves.KOTO, "health-insurance"),
        (moves.KOTO, "child-support"), (moves.SHIBUYA, "child-support"), ("131016", "resident-registry"),
    ):  # fmt: skip
        with store.session(write=False) as session, tenancy.tenant(session, ward):
            seen[ward, code] = [row.title for row in office.queue(session, ward, code).rows]
    assert list(seen.values()) == [["転出届"], ["転入届"], ["国民健康保険 資格取得届"], ["児童手当 認定請求書"], [], []]


def test_asking_for_another_ward_gives_nothing(store: Store) -> None:
    with store.scope() as session:
        receipt = submit(session)
    with store.session(write=False) as session, tenancy.tenant(session, moves.SHIBUYA):
        assert office.queue(session, moves.KOTO, "resident-registry").rows == ()
        assert office.application(session, moves.KOTO, receipt.lines[1].application_id) is None
        assert office.application(session, moves.SHIBUYA, receipt.lines[0].application_id, ["child-support"]) is None


@both_backends
@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_join_without_a_gap_or_a_repeat_even_within_one_second(store: Store, newest_first: bool) -> None:
    with store.scope() as session:
        for number in range(7):
            submit(session, f"n{number}", ("move-in",), received_at=NOW + dt.timedelta(seconds=number // 3))
    filters = Filters(newest_first=newest_first)
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):
        whole = office.queue(session, moves.KOTO, ["resident-registry"], filters, size=100).rows
        pages, after = [], None
        while True:
            page = office.queue(session, moves.KOTO, ["resident-registry"], filters, after, size=2)
            pages += page.rows
            after = page.after
            if after is None:
                break
    assert len(whole) == 7
    assert tuple(pages) == whole
    assert list(whole) == sorted(whole, key=lambda row: (row.received_at, row.id), reverse=newest_first)


def test_filters_narrow_down(store: Store) -> None:
    with store.scope() as session:
        submit(session, "a")
        other = submit(session, "b", answers=moves.answers("別"))
        one = other.lines[2].application_id
        with tenancy.tenant(session, moves.KOTO):
            status.append(
                session, moves.KOTO, one, Kind.STATUS, actor="s", at=NOW, status=Status.IN_REVIEW, assignee="s"
            )
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):

        def found(**by: object) -> list[str]:
            rows = office.queue(session, moves.KOTO, ["health-insurance"], Filters(**by)).rows
            return [row.id for row in rows]

        assert len(found()) == 2
        for by in (
            {"status": ("in-review",)}, {"assignee": "s"}, {"number": other.number.lower()}, {"name": "山田別　太郎"},
            {"name": "山田別太郎", "birth": "1985-04-01", "channel": "online"},
        ):  # fmt: skip
            assert found(**by) == [one], by
        assert len(found(phone="+81 90-1234-5678", kana="ﾔﾏﾀﾞ ﾀﾛｳ", procedure="health-insurance")) == 2
        for by in ({"number": "nonsense"}, {"name": "山田"}, {"procedure": "move-in"}, {"received_before": NOW}):
            assert found(**by) == [], by
        assert office.counts(session, moves.KOTO, "health-insurance") == {"in-review": 1, "received": 1}


@pytest.mark.parametrize("after", ["", "x", "bnVsbA==", "WzEsMl0=", "é", "WyIyMDI2LTAxLTAxIiwgIngiXQ=="])
def test_a_made_up_place_in_the_queue_is_refused(store: Store, after: str) -> None:
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO), pytest.raises(BadCursor):
        office.queue(session, moves.KOTO, "health-insurance", None, after)


def test_a_page_is_one_statement_over_an_index(store: Store) -> None:
    with store.scope() as session:
        for number in range(3):
            submit(session, f"n{number}", ("move-in",))
    statements: list[tuple[str, object]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *args: statements.append((args[2], args[3])))
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):
        office.queue(session, moves.KOTO, "resident-registry", Filters(status=("received",)))
    asked = [(text, values) for text, values in statements if text.startswith("SELECT")]
    assert len(asked) == 1
    with store.engine.connect() as connection:
        plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + asked[0][0], asked[0][1]).all()
    steps = [row[-1] for row in plan]
    assert any("application USING INDEX ix_application_queue" in step for step in steps), steps
    assert not any(step.startswith("SCAN") for step in steps), steps


def test_an_application_opens_with_all_that_belongs_to_it(store: Store) -> None:
    with store.scope() as session:
        receipt = submit(session)
        line = receipt.lines[3]
        with tenancy.tenant(session, moves.KOTO):
            status.append(
                session, moves.KOTO, line.application_id, Kind.STATUS, actor="12", at=NOW, status=Status.DONE,
                note="認定しました",
            )  # fmt: skip
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):
        view = office.application(session, moves.KOTO, line.application_id, ["child-support"])
    assert view is not None
    assert view.row.number == receipt.number and view.row.status == "done"
    assert view.record is not None and view.record["claimant"]["name"]["family"] == "山田"
    assert view.provenance["claimant.name"] == {"how": "typed"}
    assert [(entry.kind, entry.status, entry.note) for entry in view.history] == [
        ("received", "received", None), ("status", "done", "認定しました"),
    ]  # fmt: skip
    assert [entry.state for entry in view.deliveries] == ["waiting"]
    assert [sibling.title for sibling in view.siblings] == ["転入届", "国民健康保険 資格取得届"]


def test_two_writers_of_one_history_do_not_both_win(store: Store) -> None:
    with store.scope() as session:
        one = submit(session).lines[0].application_id
    with store.scope() as session, tenancy.tenant(session, moves.SHIBUYA):
        status.append(session, moves.SHIBUYA, one, Kind.TAKEN, actor="1", at=NOW, assignee="1", after=2)
    with store.session() as session, tenancy.tenant(session, moves.SHIBUYA), pytest.raises(status.Conflict):
        status.append(session, moves.SHIBUYA, one, Kind.TAKEN, actor="2", at=NOW, assignee="2", after=1)


def test_a_hand_over_meanwhile_is_no_conflict(store: Store) -> None:
    with store.scope() as session:
        one = submit(session).lines[0].application_id
        tenancy.tenant(session, moves.SHIBUYA)
        status.append(session, moves.SHIBUYA, one, Kind.DELIVERED, actor="system", at=NOW)
        taken = status.append(session, moves.SHIBUYA, one, Kind.TAKEN, actor="1", at=NOW, assignee="1", after=1)
        assert taken.seq == 4, "received, linked, delivered, taken"
        with pytest.raises(status.Conflict):
            status.append(session, moves.SHIBUYA, one, Kind.TAKEN, actor="2", at=NOW, assignee="2", after=3)


def test_the_status_column_is_what_the_events_say(store: Store) -> None:
    from counter.models.application import Application
    from counter.models.event import Event

    with store.scope() as session:
        receipt = submit(session)
        with tenancy.tenant(session, moves.KOTO):
            for where in (Status.IN_REVIEW, Status.CORRECTION, Status.DONE):
                one = receipt.lines[2].application_id
                status.append(session, moves.KOTO, one, Kind.STATUS, actor="1", at=NOW, status=where)
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads both wards"):
        for row in session.scalars(sa.select(Application)):
            events = list(session.scalars(sa.select(Event).where(Event.application_id == row.id).order_by(Event.seq)))
            assert [e.seq for e in events] == list(range(1, row.last_event + 1))
            assert events[-1].status == row.status
