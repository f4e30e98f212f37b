"""The office asks, reads, writes; the queue finds what nobody has read; every list is a few statements over an index."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter import tenancy
from counter.extensions import Store
from counter.locales import JST
from counter.models.audit import AuditEvent
from counter.models.correspondence import CorrectionRequest, Message
from counter.models.delivery import Delivery
from counter.models.notice import Notice
from counter.services import status, withdrawal
from tests import correspondence as c
from tests.integration.test_corrections import answer
from tests.moves import SHIBUYA, answers
from tests.pages import Page
from tests.staff import office_clerk, rows


@pytest.fixture
def receipt(store: Store) -> c.Receipt:
    return c.file(store)


@pytest.fixture
def line(receipt: c.Receipt) -> c.Line:
    return c.line_of(receipt, "child-allowance")


@pytest.fixture
def clerk(app: Flask, store: Store) -> FlaskClient:
    return office_clerk(store, app, "child-support")


def case(line: c.Line) -> str:
    return f"/office/cases/{line.application_id}"


def actions(store: Store) -> list[str]:
    with store.scope(write=False) as session:
        return list(session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.sequence)))


def marks(page: Page, *paths: str) -> tuple[str, dict[str, str]]:
    """The form of the page where fields are marked, with these marked."""
    form = next(one for one in page.tree.iter("form") if (one.get("action") or "").endswith("/correction"))
    sent = {one.get("name", ""): one.get("value", "") for one in form.iter("input") if one.get("type") != "checkbox"}
    boxes = {one.get("value"): one.get("name", "") for one in form.iter("input") if one.get("type") == "checkbox"}
    for path in paths:
        sent[boxes[path]] = path
        sent[boxes[path].replace("mark-", "reason-")] = f"{path}を確かめてください"
    return form.get("action", ""), sent


def test_an_office_marks_fields_and_reads_the_answer_as_old_and_new(
    app: Flask, store: Store, receipt: c.Receipt, line: c.Line, clerk: FlaskClient
) -> None:
    page = c.opened(clerk, case(line))
    page = c.opened(clerk, page.links_with("補正を依頼する"))
    assert actions(store).count("application.look") == 2, "each look is written down"
    action, form = marks(page, "claimant.kana")
    forgotten = {name: text for name, text in form.items() if not name.startswith("mark-")}
    assert clerk.post(action, data=forgotten).status_code == 422
    missing = {name: "" if name.startswith("reason-") else text for name, text in form.items()}
    refused = Page(clerk.post(action, data=missing))
    assert refused.response.status_code == 422 and "何をどう直すか" in refused.text
    assert clerk.post(action, data={**form, "due": "nonsense"}).status_code == 422
    conflict = Page(clerk.post(action, data={**form, "seen": "0"}))
    assert conflict.response.status_code == 409, conflict.texts("sc-banner__title")
    form["message"] = "期限までにお願いします"
    assert clerk.post(action, data=form).status_code == 302
    page = c.opened(clerk, case(line))
    assert "回答待ち" in page.text and "期限までにお願いします" in page.text
    assert clerk.post(action, data=form).status_code in (409, 422), "asked twice is asked once"
    assert len(rows(store, line.ward, CorrectionRequest)) == 1
    request = rows(store, line.ward, CorrectionRequest)[0]
    kana = {"family": "ヤマダ", "given": "タロオ"}
    answer(store, line, request.id, {"claimant.kana": kana}, dt.datetime.now(dt.UTC))
    queue = c.opened(clerk, "/office/cases?unread=corrections")
    assert "補正の回答あり 1" in queue.text and receipt.number in queue.text
    page = c.opened(clerk, case(line))
    assert "補正の回答が届いています" in page.text
    assert ["".join(one.itertext()) for one in page.tree.iter("del")] == ["ヤマダ\u3000タロウ"]
    assert ["".join(one.itertext()) for one in page.tree.iter("ins")] == ["ヤマダ\u3000タロオ"]
    assert "補正の回答を受け付けました" in page.text
    assert clerk.post(f"{case(line)}/read").status_code == 302
    assert "補正の回答あり 0" in c.opened(clerk, "/office/cases").text
    assert {"correction.ask", "correction.answer"} <= set(actions(store))


def test_messages_go_both_ways_and_are_read(
    app: Flask, store: Store, receipt: c.Receipt, line: c.Line, clerk: FlaskClient
) -> None:
    resident = c.holder(app, receipt)
    address = c.at(receipt, line, "messages")
    action, form = c.opened(resident, address).form()
    assert Page(resident.post(action, data=form)).title.startswith("エラー")
    form["text"] = "字" * 2001
    assert resident.post(action, data=form).status_code == 422
    form["text"] = "何日かかりますか <b>\r\n二行目"
    for _ in range(2):
        assert resident.post(action, data=form).status_code == 303
    assert len(rows(store, line.ward, Message)) == 1, "sent twice is one message"
    assert "未読のメッセージ 1" in c.opened(clerk, "/office/cases").text
    assert receipt.number in c.opened(clerk, "/office/cases?unread=messages").text
    page = c.opened(clerk, case(line))
    assert "何日かかりますか <b>\n二行目" in page.text and "未読のメッセージが1件" in page.text
    nonce = re.search(r'name="nonce" value="([^"]+)"', page.response.text)
    assert nonce
    assert clerk.post(f"{case(line)}/messages", data={"nonce": nonce[1], "text": " "}).status_code == 422
    assert clerk.post(f"{case(line)}/messages", data={"nonce": nonce[1], "text": "二週間です"}).status_code == 302
    assert "未読のメッセージ 0" in c.opened(clerk, "/office/cases").text, "who answers has read"
    home = c.opened(resident, f"/status/{receipt.number}")
    assert "新しいメッセージ1件" in home.text
    assert "二週間です" not in home.text
    thread = c.opened(resident, address)
    assert "二週間です" in thread.text and "読まれました" in thread.text and "新着" in thread.text
    assert "新しいメッセージ" not in c.opened(resident, f"/status/{receipt.number}").text
    assert "既読" in c.opened(clerk, case(line)).text
    other = c.line_of(receipt, "move-out")
    assert "二週間です" not in c.opened(resident, c.at(receipt, other, "messages")).text
    dump = "\n".join(store.engine.raw_connection().driver_connection.iterdump())  # type: ignore[union-attr]
    assert "二週間" not in dump and "二週間".encode().hex().upper() not in dump.upper()


def test_unread_messages_are_capped(app: Flask, store: Store, receipt: c.Receipt, line: c.Line) -> None:
    resident = c.holder(app, receipt)
    address = c.at(receipt, line, "messages")
    sent = [
        resident.post(address, data={"text": f"{number}", "nonce": f"{number}"}).status_code for number in range(21)
    ]
    assert sent == [303] * 20 + [429]


def test_a_withdrawal_wants_a_reason_is_once_and_reaches_the_office(
    app: Flask, store: Store, receipt: c.Receipt, line: c.Line, clerk: FlaskClient
) -> None:
    resident = c.holder(app, receipt)
    home = c.opened(resident, f"/status/{receipt.number}")
    address = c.at(receipt, line, "withdraw")
    assert any(address in link for link in home.links.values())
    action, form = c.opened(resident, address).form()
    assert resident.post(action, data={"reason": " "}).status_code == 422
    form["reason"] = "引っ越しをやめました"
    assert resident.post(action, data=form).status_code == 303
    again = Page(resident.post(action, data=form))
    assert again.response.status_code == 200 and "もう取り下げてあります" in again.text
    assert "もう取り下げてあります" in c.opened(resident, address).text
    assert c.kinds(store, line) == ["received", "withdrawn"]
    view = c.view_of(store, line)
    assert [(each.subject, each.state) for each in view.deliveries] == [("filed", "replaced"), ("withdrawn", "waiting")]
    page = c.opened(clerk, case(line))
    assert "申請者が取り下げました" in page.text and "引っ越しをやめました" in page.text
    assert clerk.post(f"{case(line)}/status", data={"seen": "1", "to": "done"}).status_code in (409, 422)
    assert c.view_of(store, c.line_of(receipt, "health-insurance")).row.status == "received"


def test_whoever_decides_first_wins_and_the_other_is_told_with_both_versions(
    app: Flask, store: Store, receipt: c.Receipt, line: c.Line, clerk: FlaskClient
) -> None:
    resident = c.holder(app, receipt)
    action, form = c.opened(resident, c.at(receipt, line, "withdraw")).form()
    seen = {"seen": re.search(r'name="seen" value="(\d+)"', clerk.get(case(line)).text)[1]}  # type: ignore[index]
    assert clerk.post(f"{case(line)}/status", data={**seen, "to": "done", "note": "認定しました"}).status_code == 302
    late = Page(resident.post(action, data={**form, "reason": "やめたい"}))
    assert late.response.status_code == 409
    assert "認定しました" in late.text and "やめたい" in late.text and "完了" in late.text
    other = c.line_of(receipt, "health-insurance")
    office = office_clerk(store, app, "health-insurance")
    seen = {"seen": re.search(r'name="seen" value="(\d+)"', office.get(case(other)).text)[1]}  # type: ignore[index]
    with store.scope() as session, tenancy.tenant(session, other.ward):
        withdrawal.withdraw(session, other.ward, other.application_id, reason="やめます", now=c.NOW)
    late = Page(office.post(f"{case(other)}/status", data={**seen, "to": "done", "note": "私の決定"}))
    assert late.response.status_code in (409, 422)
    assert "やめます" in late.text
    assert c.view_of(store, other).row.status == "withdrawn"


def test_another_offices_case_takes_no_correction_and_no_message(app: Flask, store: Store, line: c.Line) -> None:
    for stranger in (office_clerk(store, app, "health-insurance"), office_clerk(store, app, "child-support", SHIBUYA)):
        assert stranger.get(f"{case(line)}/correction").status_code == 404
        for page in ("correction", "messages", "read"):
            assert stranger.post(f"{case(line)}/{page}", data={"text": "x", "nonce": "n"}).status_code == 404
    assert rows(store, line.ward, Message) == []


def test_the_resident_hears_of_each_step_by_mail(store: Store) -> None:
    document = answers()
    document["people"][0]["email"] = "taro@example.jp"
    from counter.services import notices

    receipt = c.file(store, document=document)
    line = c.line_of(receipt, "child-allowance")
    with store.scope() as session:
        if notices.address(session, receipt.bundle_id) is None:
            notices.keep_address(session, receipt.bundle_id, [{"applicant": {"email": "taro@example.jp"}}])
    c.ask(store, line, "claimant.kana")
    with store.scope() as session, tenancy.tenant(session, line.ward):
        withdrawal.withdraw(session, line.ward, line.application_id, reason="x", now=c.NOW + dt.timedelta(hours=1))
    with store.session(write=False) as session:
        assert {"correction", "withdrawn"} <= set(session.scalars(sa.select(Notice.kind)))


# -- how much is asked of the database -----------------------------------------------------------------------------


def selects(store: Store, ask: object) -> list[str]:
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    try:
        ask()  # type: ignore[operator]
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", note)
    return [text for text in statements if text.startswith("SELECT")]


def test_the_status_page_asks_as_much_for_one_office_as_for_four_with_a_long_history(store: Store) -> None:
    def look(receipt: c.Receipt) -> int:
        with store.session(write=False) as session:
            return len(selects(store, lambda: status.of_bundle(session, receipt.bundle_id)))

    small, large = c.file(store, "move-out", nonce="one"), c.file(store, nonce="four")
    with store.scope() as session:
        for line in large.lines:
            tenancy.tenant(session, line.ward)
            for number in range(5):
                status.append(
                    session, line.ward, line.application_id, status.Kind.STATUS, actor="staff:1", at=c.NOW,
                    note=f"お知らせ{number}",
                )  # fmt: skip
    with store.session(write=False) as session:
        status.of_bundle(session, small.bundle_id)
    few, many = look(small), look(large)
    assert many <= few + 2, "the roots of two wards, and nothing for each office or event"
    assert many <= 12


def test_unread_work_is_found_over_an_index(store: Store, line: c.Line) -> None:
    from counter.queries import correspondence, office
    from counter.queries.office import Filters

    statements: list[tuple[str, object]] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda *args: statements.append((args[2], args[3])))
    with store.session(write=False) as session, tenancy.tenant(session, line.ward):
        correspondence.unread(session, line.ward, ["child-support"])
        office.queue(session, line.ward, "child-support", Filters(answered=True))
        office.queue(session, line.ward, "child-support", Filters(written=True))
        correspondence.thread(session, line.ward, line.application_id, "")
    asked = [(text, values) for text, values in statements if text.startswith("SELECT")]
    assert len(asked) == 4
    with store.engine.connect() as connection:
        for text, values in asked:
            plan = [row[-1] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + text, values)]
            assert not any(step.startswith(("SCAN message", "SCAN correction", "SCAN application")) for step in plan), (
                plan
            )


# -- copies: which office received what ----------------------------------------------------------------------------


def test_the_copy_names_which_office_received_which_answer_also_after_a_correction(
    app: Flask, store: Store, receipt: c.Receipt, line: c.Line
) -> None:
    client = c.holder(app, receipt)
    page = c.opened(client, f"/status/{receipt.number}/copy")
    facts = _facts(page)
    assert facts["振込先の口座"] == [("0001\u3000001\u3000普通\u30001234567", "受け取った課：4")]
    assert facts["前の住所を出る日"][0][1] == "受け取った課：1"
    assert facts["氏名"][0][1] == "受け取った課：すべて"
    name = {"family": "山田", "given": "太朗"}
    answer(store, line, c.ask(store, line, "applicant.name"), {"applicant.name": name})
    facts = _facts(c.opened(client, f"/status/{receipt.number}/copy"))
    assert facts["氏名"][:2] == [
        ("山田\u3000太郎", "受け取った課：1、2、3"), ("山田\u3000太朗 補正後", "受け取った課：4"),
    ]  # fmt: skip
    pdf = client.get(f"/status/{receipt.number}/copy.pdf")
    assert pdf.status_code == 200 and pdf.data.startswith(b"%PDF")
    assert receipt.secret.encode() not in pdf.data


def _facts(page: Page) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for one in page.tree.iter("div"):
        if "sc-answer" in (one.get("class") or "").split():
            label = "".join(one.find("dt").itertext())  # type: ignore[union-attr]
            said = ["".join(each.itertext()) for each in one.iter("dd")]
            found.setdefault(label, []).extend(zip(said[::2], said[1::2], strict=True))
    return found


def test_strange_text_in_messages_and_reasons_breaks_no_page(
    app: Flask, store: Store, receipt: c.Receipt, line: c.Line, clerk: FlaskClient
) -> None:
    resident = c.holder(app, receipt)
    for number, text in enumerate(
        ("\0\x01x", "\u202eabc", "<script>alert(1)</script>", "{{ 7*7 }} %(x)s", "𠮷\U000e0100")
    ):
        sent = resident.post(c.at(receipt, line, "messages"), data={"text": text, "nonce": f"{number}"})
        assert sent.status_code == 303, text
    c.opened(resident, c.at(receipt, line, "messages"))
    other = c.at(receipt, c.line_of(receipt, "health-insurance"), "withdraw")
    assert resident.post(other, data={"reason": "\0<b>\x02&"}).status_code == 303
    c.opened(resident, f"/status/{receipt.number}")
    assert "<script>alert" not in clerk.get(case(line)).text
    Page(clerk.get(case(line)))


def test_a_case_asks_as_much_after_many_messages_and_corrections(
    app: Flask, store: Store, line: c.Line, clerk: FlaskClient
) -> None:
    def look() -> int:
        return len(selects(store_of(app), lambda: c.opened(clerk, case(line))))

    look()
    few = look()
    for number, given in enumerate(("一", "二", "三")):
        answer(store, line, c.ask(store, line, "applicant.name"), {"applicant.name": {"family": "山", "given": given}})
        clerk.post(f"{case(line)}/messages", data={"text": f"{number}", "nonce": f"{number}"})
    assert look() <= few + 1, "the former records, and nothing for each"


def store_of(app: Flask) -> Store:
    found: Store = app.extensions["store"]
    return found


def test_the_status_page_says_when_a_dead_office_is_tried_again_and_that_nothing_is_to_be_done(
    app: Flask, store: Store, receipt: c.Receipt, line: c.Line
) -> None:
    now = dt.datetime.now(dt.UTC)
    client, address = c.holder(app, receipt), f"/status/{receipt.number}"
    assert "担当の課に送っています" in c.opened(client, address).text

    def ledger(**values: object) -> None:
        with store.scope() as session, tenancy.tenant(session, line.ward):
            mine = sa.update(Delivery).where(Delivery.application_id == line.application_id)
            session.execute(mine.values(**values))

    again = now + dt.timedelta(minutes=40)
    ledger(attempts=2, next_attempt_at=again)
    page = c.opened(client, address).text
    assert f"{again.astimezone(JST):%H:%M}にもう一度送ります。あなたがすることはありません。" in page
    ledger(state="dead", next_attempt_at=None)
    assert "担当の課に送れませんでした。職員が調べて、送り直します" in c.opened(client, address).text
    ledger(state="sent", sent_at=now)
    page = c.opened(client, address).text
    assert "担当の課に届いています" in page and "ごろまでに終わる予定です" in page
