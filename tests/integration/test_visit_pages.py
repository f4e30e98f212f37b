"""来庁予約 on the resident's pages: days, times, deadline; and what the status page tells of clock, visit and mails."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from counter import tenancy
from counter.extensions import Store
from counter.models.notice import Notice, NoticeState
from counter.models.visit import VisitBooking
from counter.queries.visits import Hours
from counter.services import visits
from counter.services.receipts import Receipt
from tests import moves
from tests.integration.test_notices import answers
from tests.integration.test_submit import NOW, submit
from tests.integration.test_visits import FRIDAY, MONDAY, OFFICE


@pytest.fixture(autouse=True)
def thursday() -> Iterator[None]:
    """12 November 2026; the move was on the 11th, so the last day is the 25th."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def receipt(store: Store) -> Receipt:
    with store.scope() as session:
        return submit(session, answers=answers())


@pytest.fixture
def holder(client: FlaskClient, receipt: Receipt) -> FlaskClient:
    look_up(client, receipt)
    return client


def look_up(client: FlaskClient, receipt: Receipt) -> None:
    answer = client.post("/status/", data={"number": receipt.number, "secret": receipt.secret})
    assert answer.status_code == 303


def address(receipt: Receipt, ward: str = moves.KOTO) -> str:
    return f"/status/{receipt.number}/visit/{ward}"


def bookings(store: Store) -> list[tuple[dt.date, str, str]]:
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):
        return [(row.day, row.time, row.state) for row in session.scalars(sa.select(VisitBooking))]


def test_a_day_then_a_time_then_the_status_page_says_when(holder: FlaskClient, receipt: Receipt, store: Store) -> None:
    home = holder.get(f"/status/{receipt.number}").text
    assert address(receipt) in home and "来庁を予約する" in home
    days = holder.get(address(receipt)).text
    assert "住み始めた日から14日以内" in days and "2026年11月25日（水）" in days
    assert "2026年11月13日（金）" in days and "2026年11月14日" not in days and "2026年11月23日" not in days
    before, after = days.split("期限のあとの日を見る")
    assert "2026年11月25日" in before and "day=2026-11-26" in after and "day=2026-11-26" not in before
    times = holder.get(address(receipt), query_string={"day": "2026-11-13"}).text
    assert times.count('name="slot"') == 17 and "マイナンバーカード" in times
    booked = holder.post(address(receipt), data={"day": "2026-11-13", "slot": "2026-11-13T10:00"})
    assert booked.status_code == 303
    home = holder.get(booked.location).text
    assert "来庁を予約しました" in home and re.search(r"2026年11月13日（金） 10:00", home)
    holder.post(address(receipt), data={"slot": "2026-11-13T10:00"})
    holder.post(address(receipt), data={"slot": "2026-11-16T08:30"})
    assert bookings(store) == [(MONDAY, "08:30", "booked")]
    assert "この予約を取り消す" in holder.get(address(receipt)).text
    gone = holder.post(f"{address(receipt)}/cancel")
    assert "来庁の予約を取り消しました" in holder.get(gone.location).text
    assert bookings(store) == [(MONDAY, "08:30", "cancelled")]


def test_a_day_after_the_deadline_says_so(holder: FlaskClient, receipt: Receipt) -> None:
    assert "この日は期限のあとです" in holder.get(address(receipt), query_string={"day": "2026-11-26"}).text
    assert "この日は期限のあとです" not in holder.get(address(receipt), query_string={"day": "2026-11-25"}).text


def test_a_slot_that_somebody_else_took_meanwhile(holder: FlaskClient, receipt: Receipt, store: Store) -> None:
    with store.scope() as session, tenancy.tenant(session, moves.KOTO):
        visits.set_hours(session, moves.KOTO, OFFICE, Hours(capacity=1), actor="staff:1")
    with store.scope() as session:
        other = submit(session, "other", answers=answers())
        visits.book(session, other.bundle_id, moves.KOTO, FRIDAY, "10:00", actor="resident", now=NOW)
    answer = holder.post(address(receipt), data={"day": "2026-11-13", "slot": "2026-11-13T10:00"})
    assert answer.status_code == 409 and "ほかの方が先に予約しました" in answer.text and "満員" in answer.text
    assert "<title>エラー：" in answer.text
    assert len(bookings(store)) == 1


@pytest.mark.parametrize(
    ("slot", "status"),
    [("", 422), ("x", 422), ("2026-11-13", 409), ("2026-11-13T10:10", 409), ("2026-11-14T10:00", 409), ("2020-01-06T10:00", 409),
     ("9999-12-31T10:00", 409), ("2026-11-13T\x00", 409), ("2026-11-13T10:00" * 9, 409)],
)  # fmt: skip
def test_bad_slots_are_refused_in_words(
    holder: FlaskClient, receipt: Receipt, store: Store, slot: str, status: int
) -> None:
    answer = holder.post(address(receipt), data={"day": "2026-11-13", "slot": slot})
    assert answer.status_code == status and 'id="error-summary"' in answer.text
    assert bookings(store) == []


@pytest.mark.parametrize("day", ["2026-11-14", "x", "9999-99-99", "2026-11-13T10:00", "-1"])
def test_days_that_are_none_show_the_days(holder: FlaskClient, receipt: Receipt, day: str) -> None:
    page = holder.get(address(receipt), query_string={"day": day})
    assert page.status_code == 200 and 'name="slot"' not in page.text


def test_another_language_keeps_the_chosen_day(holder: FlaskClient, receipt: Receipt, store: Store) -> None:
    page = holder.post(address(receipt), data={"day": "2026-11-13", "slot": "2026-11-13T10:00", "_lang": "en"})
    assert page.status_code == 200 and 'value="2026-11-13T10:00" checked' in page.text
    assert bookings(store) == []


def test_only_the_holder_gets_in_and_only_where_there_is_something_to_come_for(
    holder: FlaskClient, receipt: Receipt, app: Flask, store: Store
) -> None:
    stranger = app.test_client()
    for client, path in (
        (stranger, address(receipt)),
        (holder, address(receipt, moves.SHIBUYA)),
        (holder, address(receipt, "x")),
    ):
        for answer in (
            client.get(path),
            client.post(path, data={"slot": "2026-11-13T10:00"}),
            client.post(f"{path}/cancel"),
        ):
            assert answer.status_code == 303 and "/visit/" not in answer.location
    assert bookings(store) == []


class TestFlood:
    @pytest.fixture
    def settings(self) -> dict[str, object]:
        return {"RATELIMIT_ENABLED": True}

    def test_a_letter_box_cannot_be_filled_by_moving_a_visit_to_and_fro(
        self, app: Flask, holder: FlaskClient, receipt: Receipt
    ) -> None:
        times = ["10:00", "10:30"]
        answers = [
            holder.post(address(receipt), data={"slot": f"2026-11-13T{times[number % 2]}"}).status_code
            for number in range(31)
        ]
        assert answers == [303] * 30 + [429]


def test_the_status_page_shows_one_clock_for_both_wards(holder: FlaskClient, receipt: Receipt) -> None:
    page = holder.get(f"/status/{receipt.number}").text
    assert "二つの区の手続が、つながっています" in page and "すべて終える期限：2026年11月25日（水）" in page
    card = page[page.index("move-1") : page.index("</section>", page.index("move-1"))]
    assert "渋谷区" in card and "江東区" in card and 'href="#line-1"' in card and 'href="#line-2"' in card


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (NoticeState.SENT, "t…@example.jp へ送りました"), (NoticeState.REFUSED, "t…@example.jp へは届きませんでした"),
        (NoticeState.GIVEN_UP, "t…@example.jp へ送れませんでした"), (NoticeState.OFF, "メールを送らない設定"),
        (NoticeState.WAITING, "t…@example.jp へまだ送れていません"),
    ],
)  # fmt: skip
def test_the_status_page_says_how_each_mail_went_and_masks_the_address(
    holder: FlaskClient, receipt: Receipt, store: Store, state: NoticeState, words: str
) -> None:
    with store.scope() as session:
        session.execute(
            sa.update(Notice).values(state=state, attempts=1, ended_at=NOW, next_attempt_at=NOW + dt.timedelta(hours=1))
        )
    page = holder.get(f"/status/{receipt.number}").text
    assert words in page and "taro.yamada" not in page
    assert ("受付のお知らせ" in page) == (state is not NoticeState.OFF)
