"""補正: marked fields are answered in place, once, by the old definition; the record changes whole or not at all."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from counter import tenancy, vault
from counter.delivery.inbox import Inbox
from counter.extensions import Store
from counter.jobs import deliver
from counter.models.application import Application
from counter.models.correspondence import CorrectionRequest, FormerRecord
from counter.models.delivery import Delivery, InboxItem
from counter.models.event import Kind
from counter.models.supplier import SupplierRegistration
from counter.services import cases, corrections, delivery, mending, status, withdrawal
from counter.services.status import Conflict, Refused
from tests import correspondence as c
from tests.conftest import both_backends
from tests.integration.test_other_doors import a_supplier
from tests.moves import SHIBUYA, answers
from tests.pages import Page
from tests.staff import rows

LATER = c.NOW + dt.timedelta(days=3)


def answer(store: Store, line: c.Line, request: str, values: dict, now: dt.datetime = LATER) -> None:
    with store.scope() as session:
        tenancy.tenant(session, line.ward)
        corrections.answer(session, line.ward, line.application_id, request, values, now)


@both_backends
def test_an_answer_is_sealed_as_a_new_revision_and_handed_over_again(store: Store) -> None:
    receipt = c.file(store)
    line = c.line_of(receipt, "child-allowance")
    for row in rows(store, line.ward, Delivery):
        deliver.attempt(store, {"inbox": Inbox()}, row.ward, row.id)
    request = c.ask(store, line, "claimant.account", "claimant.kana")
    account = {"bank": "0005", "branch": "002", "type": "ordinary", "number": "7654321"}
    before = c.record(store, line)
    answer(store, line, request, {"claimant.account": account, "claimant.kana": before["claimant"]["kana"]})
    view = c.view_of(store, line)
    assert view.record is not None
    assert view.record["claimant"]["account"] == account
    assert {**view.record["claimant"], "account": 0} == {**before["claimant"], "account": 0}
    assert view.provenance["claimant.account"] == {
        "how": "corrected", "by": "resident", "at": LATER.isoformat(), "request": request,
    }  # fmt: skip
    assert view.provenance["claimant.birth_date"] == {"how": "typed"}
    assert view.former[1].record == before
    assert (view.row.status, view.row.paused_days) == ("in-review", 3)
    assert c.kinds(store, line) == ["received", "correction-asked", "corrected"]
    assert [(each.revision, each.subject, each.state) for each in view.deliveries] == [
        (1, "filed", "sent"), (2, "corrected", "waiting"),
    ]  # fmt: skip
    assert deliver.attempt(store, {"inbox": Inbox()}, line.ward, view.deliveries[1].id)
    assert not deliver.attempt(store, {"inbox": Inbox()}, line.ward, view.deliveries[1].id)
    placed = [row.delivery_id for row in rows(store, line.ward, InboxItem) if row.application_id == line.application_id]
    assert sorted(placed) == sorted(each.id for each in view.deliveries)


def test_one_fact_is_mended_wherever_the_application_holds_it(store: Store) -> None:
    line = c.line_of(c.file(store), "child-allowance")
    request = c.ask(store, line, "applicant.name")
    name = {"family": "山田", "given": "太朗"}
    answer(store, line, request, {"applicant.name": name})
    record = c.record(store, line)
    assert record["applicant"]["name"] == record["claimant"]["name"] == name
    assert record["spouse"]["name"]["given"] == "花子"


def test_other_offices_keep_what_they_had(store: Store) -> None:
    receipt = c.file(store)
    line, other = c.line_of(receipt, "child-allowance"), c.line_of(receipt, "health-insurance")
    before = c.record(store, other)
    answer(store, line, c.ask(store, line, "applicant.name"), {"applicant.name": {"family": "山田", "given": "太朗"}})
    assert c.record(store, other) == before
    assert len(rows(store, line.ward, FormerRecord)) == 1


def test_what_was_not_sent_yet_is_replaced_by_the_newest(store: Store) -> None:
    line = c.line_of(c.file(store), "child-allowance")
    first = c.view_of(store, line).deliveries[0]
    answer(store, line, c.ask(store, line, "applicant.name"), {"applicant.name": {"family": "山田", "given": "太朗"}})
    assert [each.state for each in c.view_of(store, line).deliveries] == ["replaced", "waiting"]
    assert not deliver.attempt(store, {"inbox": Inbox()}, line.ward, first.id)
    with store.scope() as session, tenancy.tenant(session, line.ward):
        assert not delivery.resend(session, line.ward, first.id, "staff:1", c.NOW)


@both_backends
def test_the_same_answer_twice_is_one_and_another_answer_is_told_so(store: Store) -> None:
    line = c.line_of(c.file(store), "child-allowance")
    request = c.ask(store, line, "applicant.name")
    name = {"family": "山田", "given": "太朗"}
    answer(store, line, request, {"applicant.name": name})
    answer(store, line, request, {"applicant.name": name}, LATER + dt.timedelta(minutes=1))
    with pytest.raises(corrections.NotOpen):
        answer(store, line, request, {"applicant.name": {"family": "山田", "given": "次郎"}})
    assert c.record(store, line)["applicant"]["name"] == name
    assert len(rows(store, line.ward, FormerRecord)) == 1
    assert c.kinds(store, line).count("corrected") == 1


def test_after_a_withdrawal_or_a_decision_nothing_is_answered(store: Store) -> None:
    receipt = c.file(store)
    withdrawn, decided = c.line_of(receipt, "child-allowance"), c.line_of(receipt, "health-insurance")
    requests = {line: c.ask(store, line, "applicant.name") for line in (withdrawn, decided)}
    with store.scope() as session:
        tenancy.tenant(session, withdrawn.ward)
        withdrawal.withdraw(session, withdrawn.ward, withdrawn.application_id, reason="やめます", now=LATER)
    view = c.view_of(store, decided)
    with store.scope() as session:
        tenancy.tenant(session, decided.ward)
        cases.set_status(
            session, view, actor="staff:1", to="rejected", note="期限切れ", now=LATER, seen=view.last_event
        )
    for line, request in requests.items():
        with pytest.raises(corrections.NotOpen):
            answer(store, line, request, {"applicant.name": {"family": "山田", "given": "太朗"}})
        assert c.record(store, line)["applicant"]["name"]["given"] == "太郎"
    assert {row.state for row in rows(store, withdrawn.ward, CorrectionRequest)} == {"closed"}


def test_a_late_answer_counts_while_nobody_decided_and_says_that_it_is_late(store: Store) -> None:
    line = c.line_of(c.file(store), "child-allowance")
    request = c.ask(store, line, "applicant.name")
    answer(store, line, request, {"applicant.name": {"family": "山", "given": "太"}}, c.NOW + dt.timedelta(days=40))
    assert [event.detail["late"] for event in c.view_of(store, line).history if event.kind == "corrected"] == [True]


def test_what_has_not_arrived_waits_for_the_visit_again(store: Store) -> None:
    line = c.line_of(c.file(store), "move-in")
    answer(store, line, c.ask(store, line, "applicant.name"), {"applicant.name": {"family": "山田", "given": "太朗"}})
    assert c.view_of(store, line).row.status == "awaiting-visit"


def test_an_office_asks_with_reasons_by_a_day_that_can_be_kept(store: Store) -> None:
    line = c.line_of(c.file(store), "child-allowance")
    for paths, due in ((("applicant.name",), dt.date(2026, 11, 20)), ((), c.DUE), (("nobody.name",), c.DUE),
                       (("applicant.name",), dt.date(2028, 1, 1))):  # fmt: skip
        with pytest.raises(Refused):
            c.ask(store, line, *paths, due=due)
    assert c.kinds(store, line) == ["received"]


def test_the_reasons_and_the_former_record_are_sealed(store: Store) -> None:
    line = c.line_of(c.file(store), "child-allowance")
    answer(store, line, c.ask(store, line, "applicant.name"), {"applicant.name": {"family": "山田", "given": "太朗"}})
    dump = "\n".join(store.engine.raw_connection().driver_connection.iterdump())  # type: ignore[union-attr]
    for plain in ("確かめてください", "お手数", "太郎", "太朗"):
        assert plain not in dump
        assert plain.encode().hex().upper() not in dump.upper()
    with store.scope() as session, tenancy.tenant(session, line.ward):
        row = session.scalars(sa.select(Application).where(Application.id == line.application_id)).one()
        vault.of(session).shred(session, row.key_id)
    view = c.view_of(store, line)
    assert view.former == {}
    assert [request.marks for request in view.requests] == [()]


# -- the resident's pages ------------------------------------------------------------------------------------------


def test_a_correction_is_answered_in_place_on_the_same_form(app: Flask, store: Store) -> None:
    receipt = c.file(store)
    line = c.line_of(receipt, "child-allowance")
    client = c.holder(app, receipt)
    assert client.get(c.at(receipt, line, "correction")).status_code == 302, "nothing is asked"
    c.ask(store, line, "claimant.account", "claimant.kana")
    home = c.opened(client, f"/status/{receipt.number}")
    assert home.texts("sc-button")[0].startswith("直すところに答える")
    page = c.opened(client, home.links_with("直すところに答える"))
    assert page.questions == ["claimant.kana", "claimant.account"]
    assert "確かめてください" in page.text and "お手数をおかけします" in page.text
    assert "1987" in page.text, "the other answers stand beside"
    action, form = page.form()
    assert client.post(action, data=form).status_code == 422, "nothing was changed"
    form["claimant.account.number"] = "12"
    wrong = Page(client.post(action, data=form))
    assert wrong.response.status_code == 422 and wrong.title.startswith("エラー")
    action, form = wrong.form()
    assert form["claimant.account.number"] == "12"
    form["claimant.account.number"] = "7654321"
    done = client.post(action, data=form)
    assert done.status_code == 303
    assert "補正の答えを受け付けました" in c.opened(client, done.location).text
    assert c.record(store, line)["claimant"]["account"]["number"] == "7654321"
    again = Page(client.post(action, data=form))
    assert again.response.status_code == 200 or again.response.status_code == 303
    form["claimant.account.number"] = "1111111"
    late = Page(client.post(action, data=form))
    assert late.response.status_code == 409
    assert "もう届いています" in late.text and "1111111" in late.text
    assert "もう届いています" in c.opened(client, c.at(receipt, line, "correction")).text


def test_questions_that_an_answer_opens_are_asked_before_it_is_taken(app: Flask, store: Store) -> None:
    document = answers()
    document["child-allowance"] = {"claimant": "a1", "has_spouse": "no"}
    receipt = c.file(store, "child-allowance", document=document)
    line = receipt.lines[0]
    c.ask(store, line, "child-allowance.has_spouse")
    client = c.holder(app, receipt)
    action, form = c.opened(client, c.at(receipt, line, "correction")).form()
    form["child-allowance.has_spouse"] = "yes"
    more = Page(client.post(action, data=form))
    assert more.response.status_code == 200
    assert {"spouse.name", "spouse.birth_date"} <= set(more.questions)
    action, form = more.form()
    missing = Page(client.post(action, data=form))
    assert missing.response.status_code == 422 and missing.title.startswith("エラー")
    for name, value in {"spouse.name.family": "山田", "spouse.name.given": "花子", "spouse.birth_date.year": "1987",
                        "spouse.birth_date.month": "8", "spouse.birth_date.day": "15"}.items():  # fmt: skip
        form[name] = value
    for name in [key for key in form if key.startswith("spouse.") and not form[key] and ".kana." in key]:
        form[name] = "ヤマダ" if name.endswith("family") else "ハナコ"
    done = client.post(action, data=form)
    assert done.status_code == 303, Page(done).texts("sc-error")
    assert c.record(store, line)["spouse"]["name"] == {"family": "山田", "given": "花子"}


def test_an_application_cannot_be_corrected_into_another_ward(app: Flask, store: Store) -> None:
    receipt = c.file(store)
    line = c.line_of(receipt, "child-allowance")
    c.ask(store, line, "move.new_address")
    client = c.holder(app, receipt)
    action, form = c.opened(client, c.at(receipt, line, "correction")).form()
    form["move.new_address.city"] = "東京都渋谷区"
    page = Page(client.post(action, data=form))
    assert page.response.status_code == 422
    assert "新しい区に申請" in page.text


def test_two_tabs_one_answer(app: Flask, store: Store) -> None:
    receipt = c.file(store)
    line = c.line_of(receipt, "child-allowance")
    c.ask(store, line, "applicant.name")
    client = c.holder(app, receipt)
    tabs = [c.opened(client, c.at(receipt, line, "correction")).form() for _ in range(2)]
    for (_, form), given in zip(tabs, ("一太", "二太"), strict=True):
        form["applicant.name.given"] = given
    assert client.post(tabs[0][0], data=tabs[0][1]).status_code == 303
    late = Page(client.post(tabs[1][0], data=tabs[1][1]))
    assert late.response.status_code == 409 and "二太" in late.text
    assert c.record(store, line)["applicant"]["name"]["given"] == "一太"


def test_another_language_keeps_what_was_typed(app: Flask, store: Store) -> None:
    receipt = c.file(store)
    line = c.line_of(receipt, "child-allowance")
    c.ask(store, line, "applicant.name")
    client = c.holder(app, receipt)
    action, form = c.opened(client, c.at(receipt, line, "correction")).form()
    form["applicant.name.given"] = "打ちかけ"
    form["_lang"] = "en"
    page = Page(client.post(action, data=form))
    assert page.form()[1]["applicant.name.given"] == "打ちかけ"


def test_a_line_of_another_receipt_is_absent(app: Flask, store: Store) -> None:
    mine, theirs = c.file(store, nonce="a"), c.file(store, "move-out", nonce="b")
    c.ask(store, c.line_of(mine, "child-allowance"), "applicant.name")
    stranger = c.holder(app, theirs)
    for page in ("correction", "messages", "withdraw"):
        assert stranger.get(f"/status/{mine.number}/4/{page}").status_code == 303
        assert stranger.get(f"/status/{theirs.number}/4/{page}").status_code == 404
        assert stranger.post(f"/status/{mine.number}/4/{page}", data={"text": "x"}).status_code == 303
        assert stranger.post(f"/status/{theirs.number}/4/{page}", data={"text": "x"}).status_code == 404
    for page in ("copy", "copy.pdf"):
        assert stranger.get(f"/status/{mine.number}/{page}").status_code == 303
    assert c.line_of(theirs, "move-out").ward == SHIBUYA


@both_backends
def test_two_presses_at_the_same_moment_make_one_revision(store: Store) -> None:
    line = c.line_of(c.file(store), "child-allowance")
    request = c.ask(store, line, "applicant.name")
    names = [{"family": "山田", "given": given} for given in ("一太", "二太", "三太", "四太")]
    gate = threading.Barrier(len(names))

    def press(name: dict[str, str]) -> str:
        gate.wait()
        try:
            answer(store, line, request, {"applicant.name": name})
        except corrections.NotOpen:
            return "late"
        return "taken"

    with ThreadPoolExecutor(len(names)) as fingers:
        said = list(fingers.map(press, names))
    assert sorted(said) == ["late", "late", "late", "taken"]
    assert c.record(store, line)["applicant"]["name"] == names[said.index("taken")]
    assert len(c.view_of(store, line).deliveries) == 2
    assert c.kinds(store, line).count("corrected") == 1


@both_backends
def test_a_decision_and_a_withdrawal_at_the_same_moment_leave_one_of_them(store: Store) -> None:
    line = c.line_of(c.file(store), "child-allowance")
    view = c.view_of(store, line)
    gate = threading.Barrier(2)

    def decide() -> bool:
        gate.wait()
        try:
            with store.scope() as session, tenancy.tenant(session, line.ward):
                cases.set_status(session, view, actor="staff:1", to="done", note="", now=LATER, seen=view.last_event)
        except Conflict:
            return False
        return True

    def take_back() -> bool:
        gate.wait()
        try:
            with store.scope() as session, tenancy.tenant(session, line.ward):
                return withdrawal.withdraw(session, line.ward, line.application_id, reason="x", now=LATER)
        except withdrawal.Decided:
            return False

    with ThreadPoolExecutor(2) as both:
        won = [one.result() for one in (both.submit(decide), both.submit(take_back))]
    assert sum(won) == 1
    assert c.view_of(store, line).row.status == ("done" if won[0] else "withdrawn")


def test_a_document_that_is_asked_for_comes_first_then_the_answer(app: Flask, store: Store) -> None:
    document = answers()
    document["health-insurance"] = {"previous": "employee", "insurer": "東京健保", "payment": "slip"}
    receipt = c.file(store, "health-insurance", document=document)
    line = receipt.lines[0]
    path = next(
        item.path
        for item in mending.shown_items(c.view_of(store, line).definition, c.record(store, line))
        if item.question.field.kind.code == "file"
    )
    c.ask(store, line, path, now=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1), due=dt.date(2027, 1, 5))
    client = c.holder(app, receipt)
    page = c.opened(client, c.at(receipt, line, "correction"))
    assert page.questions == []
    action, form = page.form()
    refused = Page(client.post(action, data=form))
    assert refused.response.status_code == 422 and "先に、書類を送ってください" in refused.text
    with store.scope() as session, tenancy.tenant(session, line.ward):
        status.append(
            session, line.ward, line.application_id, Kind.DOCUMENT_ADDED, actor="resident", at=dt.datetime.now(dt.UTC)
        )
    assert "書類は届いています" in c.opened(client, c.at(receipt, line, "correction")).text
    assert client.post(action, data=form).status_code == 303
    assert client.post(action, data=form).status_code == 303, "pressed again is nothing new"
    assert c.kinds(store, line) == ["received", "correction-asked", "document-added", "corrected"]


def test_a_supplier_stands_in_the_register_under_the_corrected_number(store: Store) -> None:
    document = a_supplier(["131083"])
    receipt = c.file(store, "supplier", document=document)
    line = receipt.lines[0]
    number = "9010401052465"
    answer(store, line, c.ask(store, line, "supplier.corporate_number"), {"supplier.corporate_number": number})
    assert [row.corporate_number for row in rows(store, line.ward, SupplierRegistration)] == [number]
