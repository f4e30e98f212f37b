"""来庁予約 for staff: the list of a day, the press on 来庁, the hours of a counter; and what stands beside a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from counter import tenancy
from counter.extensions import Store
from counter.models.application import Application, Status
from counter.models.event import Event, Kind
from counter.models.visit import VisitRule
from counter.queries import visits as diary
from counter.services import status, visits
from tests import moves
from tests.integration.test_links import act, sides
from tests.integration.test_notices import answers
from tests.integration.test_submit import NOW, submit
from tests.integration.test_visits import FRIDAY, MONDAY, OFFICE, filed
from tests.staff import hire, office_clerk, sign_in


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    """13 November 2026, nine in the morning in Japan."""
    with time_machine.travel(dt.datetime(2026, 11, 13, 0, 0, tzinfo=dt.UTC), tick=True):
        yield


@pytest.fixture
def booked(store: Store) -> str:
    bundle = filed(store)
    with store.scope() as session:
        visits.book(session, bundle, moves.KOTO, FRIDAY, "10:00", actor="resident", now=NOW)
    return bundle


@pytest.fixture
def clerk(store: Store, app: Flask) -> FlaskClient:
    return office_clerk(store, app, OFFICE)


@pytest.fixture
def admin(store: Store, app: Flask) -> FlaskClient:
    hire(store, app, "admin@example.jp", role="admin", ward=moves.KOTO)
    return sign_in(app, "admin@example.jp")


def move_in(store: Store) -> Application:
    return sides(store)["move-in"]


def test_todays_visits_and_the_press_that_lets_an_application_arrive(
    store: Store, clerk: FlaskClient, booked: str
) -> None:
    page = clerk.get("/office/visits").text
    assert "10:00" in page and "転入届" in page and "山田" not in page and "転出届" not in page
    row = move_in(store)
    answer = clerk.post(f"/office/visits/{row.id}/arrived")
    assert answer.status_code == 303
    page = clerk.get(answer.location).text
    assert "来庁を確認しました（1件）" in page and "来庁済み" in page
    row = move_in(store)
    assert row.status == Status.IN_REVIEW and row.arrived_at and row.arrived_at.date() == FRIDAY
    assert "もう確認してあります" in clerk.get(clerk.post(f"/office/visits/{row.id}/arrived").location).text
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):
        arrivals = session.scalar(sa.select(sa.func.count()).where(Event.kind == Kind.ARRIVED))
    assert arrivals == 1


def test_other_days_other_offices_and_other_wards_see_nothing_of_it(
    store: Store, app: Flask, clerk: FlaskClient, booked: str
) -> None:
    assert "転入届" not in clerk.get("/office/visits?day=2026-11-16").text
    assert "転入届" not in office_clerk(store, app, "child-support").get("/office/visits").text
    other = office_clerk(store, app, OFFICE, ward=moves.SHIBUYA)
    assert "転入届" not in other.get("/office/visits").text
    assert other.post(f"/office/visits/{move_in(store).id}/arrived").status_code == 404
    for day in ("x", "9999-12-31", "0001-01-01", ""):
        assert clerk.get(f"/office/visits?day={day}").status_code == 200


def test_the_list_of_a_day_is_one_statement_on_an_index(store: Store) -> None:
    for number in range(4):
        bundle = filed(store, f"n{number}")
        with store.scope() as session:
            visits.book(session, bundle, moves.KOTO, MONDAY, "10:00", actor="resident", now=NOW)
    said: list[str] = []
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):
        sa.event.listen(store.engine, "before_cursor_execute", lambda *a: said.append(a[2]))
        assert len(diary.expected(session, moves.KOTO, [OFFICE], MONDAY)) == 4
    (select,) = [line for line in said if line.startswith("SELECT")]
    with store.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {select}", ("x",) * select.count("?")).all()
    assert not [row for row in plan if row[3].startswith("SCAN")], plan


def test_the_wards_admin_sets_hours_and_closed_days(store: Store, admin: FlaskClient, booked: str) -> None:
    assert "08:30" in admin.get("/office/visits/settings").text
    saved = admin.post(
        "/office/visits/settings", data={"office": OFFICE, "opens": "09:00", "closes": "12:00", "capacity": "2"}
    )
    assert saved.status_code == 303
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):
        rule = session.get_one(VisitRule, (moves.KOTO, OFFICE))
        assert (rule.opens, rule.closes, rule.capacity) == ("09:00", "12:00", 2)
    closed = admin.post("/office/visits/settings/closed", data={"office": OFFICE, "day": "2026-11-13", "closed": "yes"})
    page = admin.get(closed.location).text
    assert "この日の予約が1件あります" in page and "2026年11月13日" in page
    admin.post("/office/visits/settings/closed", data={"office": OFFICE, "day": "2026-11-13", "closed": "no"})
    assert "2026年11月13日" not in admin.get("/office/visits/settings").text


@pytest.mark.parametrize(
    ("opens", "closes", "capacity"),
    [("9", "12:00", "1"), ("09:15", "12:00", "1"), ("12:00", "09:00", "1"), ("09:00", "09:00", "1"), ("09:00", "24:00", "1"),
     ("09:00", "12:00", "51"), ("09:00", "12:00", "-1"), ("09:00", "12:00", "１"), ("09:00", "12:00", "9" * 400), ("", "", "")],
)  # fmt: skip
def test_hours_that_make_no_sense_are_refused_and_kept_on_the_page(
    store: Store, admin: FlaskClient, opens: str, closes: str, capacity: str
) -> None:
    answer = admin.post(
        "/office/visits/settings", data={"office": OFFICE, "opens": opens, "closes": closes, "capacity": capacity}
    )
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text and f'value="{capacity}"' in answer.text
    assert admin.post("/office/visits/settings", data={"office": "nobody"}).status_code == 404
    bad = admin.post("/office/visits/settings/closed", data={"office": OFFICE, "day": "2020-01-01", "closed": "yes"})
    assert bad.status_code == 422


def test_a_case_shows_the_other_wards_acts_the_visit_and_the_mails_and_nothing_else_of_the_other(
    store: Store, app: Flask, clerk: FlaskClient
) -> None:
    with store.scope() as session:
        document = answers()
        document["people"][1]["name"]["family"] = "CANARY"
        receipt = submit(session, answers=document)
        visits.book(session, receipt.bundle_id, moves.KOTO, FRIDAY, "10:00", actor="resident", now=NOW)
    rows = sides(store)
    act(store, rows["move-out"], Kind.TAKEN, NOW + dt.timedelta(minutes=1))
    page = clerk.get(f"/office/cases/{rows['move-in'].id}").text
    assert "ほかの区の手続" in page and "渋谷区　転出届" in page and "2026年11月25日" in page
    assert "11月13日 10:00" in page and "来庁予約　送らない設定" in page
    assert rows["move-out"].id not in page and "taro.yamada" not in page.partition("申請内容")[0]
    there = office_clerk(store, app, OFFICE, ward=moves.SHIBUYA)
    page = there.get(f"/office/cases/{rows['move-out'].id}").text
    assert "江東区　転入届" in page and rows["move-in"].id not in page and "来庁予約　送らない設定" not in page
    assert "11月13日 10:00" not in page, "when somebody visits the other ward is not this ward's to know"


def test_a_booking_by_the_resident_is_no_conflict_for_the_clerk(store: Store, booked: str) -> None:
    row = move_in(store)
    with store.scope() as session, tenancy.tenant(session, moves.KOTO):
        visits.book(session, booked, moves.KOTO, MONDAY, "11:00", actor="resident", now=NOW)
        status.append(session, row.ward, row.id, Kind.TAKEN, actor="staff:1", at=NOW, after=row.last_event)
