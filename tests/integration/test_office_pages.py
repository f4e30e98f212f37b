"""A clerk sees the cases of their own offices in their own ward, works on them, and every look is written down."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter import tenancy
from counter.extensions import Store
from counter.models.application import Application
from counter.models.audit import AuditEvent
from counter.models.bundle import Channel
from counter.models.delivery import Delivery
from counter.services import status
from counter.services.applications import submit_bundle
from counter.services.receipts import Receipt
from tests.moves import KOTO, SHIBUYA, answers, procedures
from tests.staff import office_clerk, rows

NOW = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)


@pytest.fixture
def receipt(store: Store) -> Receipt:
    """A move from 渋谷 to 江東 with four procedures."""
    return file(store)


def file(store: Store, nonce: str = "n", canary: str = "") -> Receipt:
    with store.scope() as session:
        return submit_bundle(
            session, procedures=procedures(), answers=answers(canary), channel=Channel.ONLINE, nonce=nonce, language="ja",
            received_at=NOW,
        )  # fmt: skip


def case_of(receipt: Receipt, code: str) -> str:
    return next(f"/office/cases/{line.application_id}" for line in receipt.lines if line.procedure_code == code)


def shown(page: str) -> int:
    """How many cases a queue lists."""
    return len(re.findall(r'href="/office/cases/[0-9A-Z]{17}"', page))


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


def looks(store: Store, action: str) -> list[AuditEvent]:
    with store.scope(write=False) as session:
        return list(
            session.scalars(sa.select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.sequence))
        )


def test_each_office_sees_exactly_its_own(app: Flask, store: Store, receipt: Receipt) -> None:
    expected = {
        (SHIBUYA, "resident-registry"): "転出届", (KOTO, "resident-registry"): "転入届",
        (KOTO, "health-insurance"): "国民健康保険", (KOTO, "child-support"): "児童手当",
    }  # fmt: skip
    for (ward, office), title in expected.items():
        page = office_clerk(store, app, office, ward).get("/office/cases").text
        assert shown(page) == 1
        assert title in page
    assert "条件の案件はありません" in office_clerk(store, app, "health-insurance", SHIBUYA).get("/office/cases").text


def test_a_case_of_another_ward_or_office_is_absent(app: Flask, store: Store, receipt: Receipt) -> None:
    clerk = office_clerk(store, app, "child-support")
    absent = clerk.get("/office/cases/" + "0" * 17)
    for code in ("move-out", "move-in", "health-insurance"):
        address = case_of(receipt, code)
        page = clerk.get(address)
        assert page.status_code == absent.status_code == 404
        assert page.text.replace(address, "") == absent.text.replace("/office/cases/" + "0" * 17, "")
        for action, data in (("take", {"seen": "1"}), ("status", {"seen": "1", "to": "done"})):
            assert clerk.post(f"{address}/{action}", data=data).status_code == 404
    for where in ("?ward=131130", "?office=resident-registry", "?offices=resident-registry&ward=131130"):
        page = clerk.get(f"/office/cases{where}").text
        assert shown(page) == 1
        assert "児童手当" in page
    assert len(looks(store, "application.look")) == 0


def test_a_look_is_in_the_audit_log_before_the_page_arrives(app: Flask, store: Store, receipt: Receipt) -> None:
    clerk = office_clerk(store, app, "child-support")
    address = case_of(receipt, "child-allowance")
    for number in (1, 2):
        page = clerk.get(address)
        assert "山田" in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert len(looks(store, "application.look")) == number
    event = looks(store, "application.look")[-1]
    assert (event.chain, event.object_id) == (KOTO, address.rsplit("/", 1)[1])
    assert event.actor is not None
    assert event.actor.startswith("staff:")


def test_take_review_and_finish_reach_the_resident(app: Flask, store: Store, receipt: Receipt) -> None:
    clerk = office_clerk(store, app, "child-support")
    address = case_of(receipt, "child-allowance")
    assert clerk.post(f"{address}/take", data={"seen": seen(clerk.get(address).text)}).status_code == 302
    assert shown(clerk.get("/office/cases?mine=1").text) == 1
    clerk.post(f"{address}/status", data={"seen": seen(clerk.get(address).text), "to": "in-review"})
    done = {"seen": seen(clerk.get(address).text), "to": "done", "note": "来月から振り込みます"}
    assert clerk.post(f"{address}/status", data=done).status_code == 302
    page = clerk.get(address).text
    assert "完了" in page
    assert "来月から振り込みます" in page
    with store.scope() as session:
        view = status.by_number(session, receipt.number, receipt.secret, "127.0.0.1")
    assert view is not None
    assert {line.procedure_code: line.status for line in view.lines}["child-allowance"] == "done"
    assert "来月から振り込みます" in [step.note for step in view.steps]
    history = [event for event in rows(store, KOTO, status.Event) if event.application_id in address]
    told = [event.kind for event in sorted(history, key=lambda event: event.seq) if event.kind != "delivered"]
    assert told == ["received", "taken", "status", "status"]


def test_a_rejection_and_its_reversal_want_a_reason(app: Flask, store: Store, receipt: Receipt) -> None:
    clerk = office_clerk(store, app, "child-support")
    address = case_of(receipt, "child-allowance")
    refused = clerk.post(f"{address}/status", data={"seen": "1", "to": "rejected", "note": " \n"})
    assert refused.status_code == 422
    assert "理由を入力" in refused.text
    clerk.post(f"{address}/status", data={"seen": "1", "to": "rejected", "note": "住所が確かめられませんでした"})
    again = clerk.post(f"{address}/status", data={"seen": "2", "to": "in-review", "note": ""})
    assert again.status_code == 422
    assert clerk.post(f"{address}/status", data={"seen": "2", "to": "withdrawn", "note": "x"}).status_code == 422
    assert (
        clerk.post(f"{address}/status", data={"seen": "2", "to": "in-review", "note": "届きました"}).status_code == 302
    )
    assert clerk.post(f"{address}/status", data={"seen": "3", "to": "done", "note": "x" * 1001}).status_code == 422


def test_two_clerks_at_once_get_a_conflict(app: Flask, store: Store, receipt: Receipt) -> None:
    clerk = office_clerk(store, app, "child-support")
    address = case_of(receipt, "child-allowance")
    assert clerk.post(f"{address}/status", data={"seen": "1", "to": "in-review"}).status_code == 302
    late = clerk.post(f"{address}/status", data={"seen": "1", "to": "rejected", "note": "私の理由"})
    assert late.status_code == 409
    assert "私の理由" in late.text
    assert clerk.post(f"{address}/take", data={}).status_code == 409
    assert {row.status for row in rows(store, KOTO, Application) if row.procedure == "child-allowance"} == {"in-review"}


def test_a_visit_is_the_arrival(app: Flask, store: Store, receipt: Receipt) -> None:
    clerk = office_clerk(store, app, "resident-registry")
    address = case_of(receipt, "move-in")
    assert "来庁" in clerk.get(address).text
    clerk.post(f"{address}/status", data={"seen": "1", "to": "in-review"})
    row = next(row for row in rows(store, KOTO, Application) if row.procedure == "move-in")
    assert row.arrived_at is not None
    assert row.status == "in-review"


def test_a_queue_asks_a_constant_number_of_questions(app: Flask, store: Store, receipt: Receipt) -> None:
    clerk = office_clerk(store, app, "child-support")
    few = count(store, clerk)
    for number in range(8):
        file(store, f"more-{number}")
    assert count(store, clerk) == few <= 8


def count(store: Store, clerk: FlaskClient) -> int:
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    try:
        assert clerk.get("/office/cases").status_code == 200
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", note)
    return len([text for text in statements if text.startswith("SELECT")])


def test_the_address_holds_the_view_and_survives_nonsense(app: Flask, store: Store, receipt: Receipt) -> None:
    clerk = office_clerk(store, app, "child-support")
    assert shown(clerk.get("/office/cases?status=done").text) == 0
    assert shown(clerk.get("/office/cases?status=all&channel=online&order=newest").text) == 1
    assert shown(clerk.get(f"/office/cases?number={receipt.number}").text) == 1
    for query in ("status=%00", "status=nonsense", "channel='--", "number=%F0%A0%AE%B7%E2%80%AE", "mine=x"):
        assert clerk.get(f"/office/cases?{query}").status_code == 200, query
    assert clerk.get("/office/cases?after=nonsense").status_code == 302


def test_pages_follow_one_another_without_gap(app: Flask, store: Store) -> None:
    made = {file(store, f"n{number}").number for number in range(53)}
    clerk = office_clerk(store, app, "child-support")
    first = clerk.get("/office/cases").text
    more = re.search(r'href="(/office/cases\?after=[^"]+)"', first)
    assert more
    second = clerk.get(more[1].replace("&amp;", "&")).text
    found = [
        *re.findall(r"([0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}-[0-9A-Z]{5})-\d", first),
        *re.findall(r"([0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}-[0-9A-Z]{5})-\d", second),
    ]
    assert len(found) == 53
    assert set(found) == made


def test_exports_open_nothing_in_a_spreadsheet(app: Flask, store: Store) -> None:
    document = answers()
    document["people"][0]["name"] = {"family": "=HYPERLINK(1)", "given": "＋１"}
    with store.scope() as session:
        submit_bundle(session, procedures=procedures("child-allowance"), answers=document, channel=Channel.ONLINE,
                      nonce="evil", language="ja", received_at=NOW)  # fmt: skip
    clerk = office_clerk(store, app, "child-support")
    page = clerk.get("/office/cases/export/child-allowance.csv")
    assert page.status_code == 200
    text = page.data.decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert "'090-1234" not in text
    assert not re.search(r'(?m)(^|",")[=+\-@＝＋－＠\t\r]', text.replace('"+81', '"'))
    found = json.loads(clerk.get("/office/cases/export/child-allowance.json").text)
    assert found["applications"][0]["record"]["applicant"]["name"]["family"] == "=HYPERLINK(1)"
    assert len(looks(store, "application.export")) == 2
    assert clerk.get("/office/cases/export/nonsense.csv").status_code == 404
    other = office_clerk(store, app, "child-support", SHIBUYA)
    assert "HYPERLINK" not in other.get("/office/cases/export/child-allowance.csv").data.decode()


def test_a_shredded_case_says_so(app: Flask, store: Store, receipt: Receipt) -> None:
    from counter import vault

    with store.scope() as session:
        tenancy.tenant(session, KOTO)
        row = session.scalars(sa.select(Application).where(Application.procedure == "child-allowance")).one()
        vault.of(session).shred(session, row.key_id)
    page = office_clerk(store, app, "child-support").get(case_of(receipt, "child-allowance"))
    assert page.status_code == 200
    assert "消去されました" in page.text


def test_a_dead_hand_over_is_seen_and_sent_again(app: Flask, store: Store, receipt: Receipt) -> None:
    with store.scope() as session, tenancy.tenant(session, KOTO):
        session.execute(sa.update(Delivery).values(state="dead", attempts=9, last_error="TimeoutError"))
    clerk = office_clerk(store, app, "child-support")
    assert "送付不能" in clerk.get("/office/cases").text
    address = case_of(receipt, "child-allowance")
    assert "もう一度送る" in clerk.get(address).text
    dead = next(row for row in rows(store, KOTO, Delivery) if row.application_id == address.rsplit("/", 1)[1])
    other = next(row for row in rows(store, KOTO, Delivery) if row.id != dead.id)
    assert clerk.post(f"{address}/deliveries/{other.id}").status_code == 404
    assert clerk.post(f"{address}/deliveries/{dead.id}").status_code == 302
    again = {row.id: row for row in rows(store, KOTO, Delivery)}
    assert (again[dead.id].state, again[dead.id].attempts) == ("waiting", 0)
    assert again[other.id].state == "dead"
    assert "もう一度送りました" in clerk.get(address).text
