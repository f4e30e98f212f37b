"""The resident's way without JavaScript: from 引っ越し to the receipt, in every language, with every slip."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter import tenancy
from counter.extensions import Store
from counter.models.application import Application
from counter.models.draft import Draft
from counter.models.keys import Key
from counter.web.front.search import search
from forms.kinds import Choice
from forms.model import Ask, Field, Section
from forms.procedures import CATALOGUE
from tests import moves
from tests.conftest import both_backends
from tests.pages import Page, Resident

GUIDE = f"/start/moving?old_address={moves.SHIBUYA}&new_address={moves.KOTO}"


@pytest.fixture
def resident(client: FlaskClient) -> Resident:
    return Resident(client)


def begin(resident: Resident) -> Page:
    return resident.begin(*moves.MOVE, **moves.BEGIN)


def to_check(resident: Resident) -> Page:
    begin(resident)
    return resident.walk(moves.answers())


def filed(store: Store) -> list[tuple[str, str]]:
    with store.session() as session, tenancy.all_wards(session, "the test counts"):
        rows = session.scalars(sa.select(Application).order_by(Application.ward.desc(), Application.line)).all()
    return [(row.procedure, row.ward) for row in rows]


@both_backends
def test_a_move_from_the_front_page_to_the_status_page(resident: Resident, store: Store) -> None:
    resident.open("/")
    resident.open(resident.page.links_with("引っ越し"))
    resident.guide(moves.told())
    assert "転入届" in resident.page.text and "14日以内" in resident.page.text
    resident.send(procedure=list(moves.MOVE))
    resident.walk(moves.answers())
    assert resident.page.heading == "答えを確かめてください"
    assert "山田　花子" in resident.page.text and "渋谷区 区民課 住民記録係" in resident.page.text
    resident.send()
    assert resident.page.heading == "受け付けました"
    number, secret = resident.page.texts("sc-number")
    assert len(resident.page.texts("sc-row")) == 4
    assert filed(store) == [
        ("move-out", moves.SHIBUYA), ("move-in", moves.KOTO), ("health-insurance", moves.KOTO),
        ("child-allowance", moves.KOTO),
    ]  # fmt: skip

    resident.open("/status/")
    resident.send(number=number.lower(), secret=secret)
    assert resident.page.heading == "申請状況"
    assert len(resident.page.texts("sc-now")) == 4 and "来庁待ち" in resident.page.text


def test_nothing_is_asked_twice_and_the_wards_of_the_guide_stand_in_the_addresses(resident: Resident) -> None:
    begin(resident)
    asked: list[str] = []
    resident.open(resident.page.links["続きを書く"])
    assert "東京都渋谷区" in resident.page.response.text and "東京都江東区" in resident.page.response.text
    while not resident.address.endswith("/check"):
        if resident.address.endswith("/people"):
            while len(resident.people) < 3:
                resident.send(press=("_do", "add"))
        before = resident.address.partition("?")[0]
        asked += (
            [path for path in resident.page.questions if f"{before} {path}" not in asked]
            if "more=1" not in resident.address
            else []
        )
        resident.fill(moves.answers())
    assert len(asked) == len(set(asked))


def test_a_double_click_a_refresh_and_a_resend_make_one_submission_and_one_receipt(
    resident: Resident, store: Store
) -> None:
    to_check(resident)
    action, sent = resident.page.form()
    first, second = (resident.client.post(action, data=sent, follow_redirects=True) for _ in range(2))
    assert Page(first).texts("sc-number") == Page(second).texts("sc-number")
    assert Page(resident.client.get(first.request.path)).texts("sc-number") == Page(first).texts("sc-number")
    assert len(filed(store)) == 4
    assert resident.client.get(action.replace("submit", "check")).headers["Location"].endswith("/receipt")


def test_somebody_elses_draft_and_receipt_are_as_absent_as_none(resident: Resident, app: Flask) -> None:
    to_check(resident)
    draft = re.search(r"/apply/(\w+)/", resident.address)
    assert draft
    resident.send()
    for owner in (None, "guess"):
        other = app.test_client()
        if owner:
            other.set_cookie("owner", owner)
        for rest in ("", "people", "q/move", "check", "receipt", "receipt.pdf", "procedures", "paper/move-in.pdf"):
            assert other.get(f"/apply/{draft[1]}/{rest}").status_code == 404
        for rest in ("people", "q/move", "submit", "procedures", "discard"):
            assert other.post(f"/apply/{draft[1]}/{rest}").status_code == 404


def test_what_was_typed_stays_on_an_error_and_on_a_change_of_language(resident: Resident) -> None:
    begin(resident)
    resident.open(resident.page.links["続きを書く"])
    typed = {"move.old_address.postcode": "１５0", "move.old_address.town": "神南\u202e", "move.out_date.year": "八"}
    resident.send(**typed)
    assert resident.page.title.startswith("エラー：")
    assert resident.page.texts("sc-error")
    _, sent = resident.page.form()
    assert {name: sent[name] for name in typed} == typed
    english = resident.send(press=("_lang", "en"), **{"move.new_address.building": "Heights <101>"})
    assert english.tree.get("lang") == "en"
    _, sent = english.form()
    assert {name: sent[name] for name in typed} == typed
    assert sent["move.new_address.building"] == "Heights <101>"


def test_questions_that_an_answer_opens_are_announced_where_they_stand(resident: Resident) -> None:
    begin(resident)
    resident.open(f"{resident.address}people")
    resident.fill(moves.answers())
    person = resident.people[0]
    resident.open(re.sub(r"q/.*", f"q/people.{person}", resident.address))
    before = resident.page.questions
    resident.fill(moves.answers())
    assert "more=1" in resident.address
    text = resident.page.response.text
    new = [text.index(f'data-path="{path}"') for path in resident.page.questions if path not in before]
    old = [text.index(f'data-path="{path}"') for path in before]
    assert max(place for place in old if place < min(new)) < text.index('id="more"') < min(new)


def test_a_skipped_step_leads_to_the_first_page_with_a_problem(resident: Resident, store: Store) -> None:
    begin(resident)
    resident.open(f"{resident.address}check")
    assert resident.page.questions and "このページの質問に答えてください" in resident.page.text
    resident.client.post(re.sub(r"q/.*", "submit", resident.address))
    assert filed(store) == []


def test_two_drafts_of_one_person_do_not_mix_and_are_offered_again(resident: Resident) -> None:
    begin(resident)
    first = resident.address
    begin(resident)
    resident.send()  # a new one all the same
    second = resident.address
    assert first != second
    resident.open(f"{first}people")
    resident.send(**{f"people.{resident.people[0]}.name.family": "一番"})
    resident.open(f"{second}people")
    assert "一番" not in resident.page.response.text
    front = resident.open("/")
    assert {first, second} <= set(front.links.values()) | set(re.findall(r'href="([^"]+)"', front.response.text))


def test_a_person_is_taken_out_with_all_that_was_said_about_them(resident: Resident) -> None:
    begin(resident)
    resident.open(f"{resident.address}people")
    for _ in range(2):
        resident.send(press=("_do", "add"))
    names = {f"people.{person}.name.family": f"人{place}" for place, person in enumerate(resident.people)}
    gone = resident.people[1]
    resident.send(press=("_do", f"remove:{gone}"), **names)
    assert gone not in resident.people
    assert len(resident.people) == 2
    assert "人0" in resident.page.response.text and "人1" not in resident.page.response.text
    resident.send(press=("_do", f"remove:{resident.people[0]}"))
    assert len(resident.people) == 2, "one's self cannot be taken out"


def test_an_answer_changed_from_the_check_page_leads_back_there(resident: Resident) -> None:
    to_check(resident)
    change = next(
        link for link in re.findall(r'href="([^"]+back=check[^"]*)"', resident.page.response.text) if "health" in link
    )
    resident.open(change.replace("&amp;", "&").partition("#")[0])
    resident.send(**{"health-insurance.payment": "transfer"})
    assert resident.address.endswith("/check") and "口座振替" in resident.page.text


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_every_page_is_valid_in_every_language(client: FlaskClient, language: str) -> None:
    resident = Resident(client)
    resident.open(f"/?lang={language}")
    for address in (
        "/",
        "/start/moving",
        "/start/moving?old_address=&new_address=",
        GUIDE,
        "/start/certificate",
        "/procedures",
        "/procedures?q=zzz",
        "/help",
        "/privacy",
        "/accessibility",
        "/status/",
        "/safety/",
        "/suppliers/",
        "/none",
    ):
        page = resident.open(address)
        assert page.tree.get("lang") == language.partition("-")[0]
    begin(resident)
    resident.walk(moves.answers())
    resident.open(resident.address.replace("check", "procedures"))
    resident.open(resident.address.replace("procedures", "check"))
    resident.send()
    pdf = resident.client.get(f"{resident.address}.pdf")
    assert pdf.data.startswith(b"%PDF-1.7")


def test_a_draft_is_sealed_and_leaves_when_it_is_discarded(resident: Resident, store: Store) -> None:
    to_check(resident)
    with store.session() as session:
        row = session.scalars(sa.select(Draft)).one()
    assert "山田".encode() not in row.content and b"090" not in row.content
    resident.client.post(f"/apply/{row.id}/discard")
    with store.session() as session:
        assert session.scalars(sa.select(Draft)).all() == []


def test_an_old_draft_is_judged_by_todays_definition(
    resident: Resident, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question was added, options were dropped: nothing is lost, and the first page with a problem opens."""
    to_check(resident)
    check = resident.address
    old = CATALOGUE["move-in"]
    payment = CATALOGUE["health-insurance"].top_asks[-1].field
    fewer = replace(payment, kind=Choice((("transfer", "口座振替"), ("cash", "現金"))))
    insurance = CATALOGUE["health-insurance"]
    asks = tuple(Ask(fewer) if ask == Ask(payment) else ask for ask in insurance.asks)
    added = Field(Section("move-in", "転入", order=70), "parking", "駐車場を使いますか", Choice())
    monkeypatch.setitem(CATALOGUE, "move-in", replace(old, asks=(*old.asks, Ask(added))))
    monkeypatch.setitem(CATALOGUE, "health-insurance", replace(insurance, asks=asks))

    resident.open(check)
    assert "/q/health-insurance" in resident.address
    assert resident.page.texts("sc-error") == ["＊一覧から選んでください。"]
    resident.send(**{"health-insurance.payment": "cash"})
    assert "/q/move-in" in resident.address and "move-in.parking" in resident.page.questions
    resident.send(**{"move-in.parking": "no"})
    assert resident.address.endswith("/check")
    resident.send()
    assert resident.page.heading == "受け付けました" and len(filed(store)) == 4


def test_a_procedure_that_is_no_longer_offered_drops_out_of_a_draft(
    resident: Resident, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_check(resident)
    monkeypatch.delitem(CATALOGUE, "child-allowance")
    resident.open(resident.address)
    resident.send()
    assert len(filed(store)) == 3


def test_on_a_shared_machine_the_next_person_finds_nothing(resident: Resident) -> None:
    to_check(resident)
    check = resident.address
    resident.send()
    receipt = resident.address
    assert "申請済み" in resident.open("/").text
    resident.send("/apply/leave")
    assert resident.page.heading == "何がありましたか" and "申請済み" not in resident.page.text
    for address in (check, receipt, f"{receipt}.pdf"):
        assert resident.client.get(address).status_code == 404


def test_a_draft_is_printed_as_paper_of_its_procedure(resident: Resident) -> None:
    to_check(resident)
    for code in moves.MOVE:
        assert resident.client.post(resident.address.replace("check", f"paper/{code}.pdf")).data.startswith(b"%PDF")
    assert resident.client.post(resident.address.replace("check", "paper/supplier.pdf")).status_code == 404


def test_a_draft_past_its_day_is_gone_and_erased(resident: Resident, store: Store) -> None:
    begin(resident)
    with store.scope() as session:
        row = session.scalars(sa.select(Draft)).one()
        row.expires_at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
        key, address = row.key_id, resident.address
    assert resident.client.get(address).status_code == 404
    begin(resident)
    with store.session() as session:
        assert session.scalars(sa.select(Draft)).one().key_id != key
        assert session.get_one(Key, key).wrapped is None


def test_a_supplier_files_once_for_each_ward_chosen(resident: Resident, store: Store) -> None:
    resident.open("/start/business")
    resident.send("/apply/")
    resident.open(resident.page.links["書き始める"])
    resident.fill(SUPPLIER)
    resident.fill(SUPPLIER)  # the kind of company opened more questions
    resident.fill(SUPPLIER)
    assert resident.page.heading == "答えを確かめてください"
    resident.send()
    assert sorted(filed(store)) == [("supplier", moves.KOTO), ("supplier", moves.SHIBUYA)]


SUPPLIER = {
    "supplier": {
        "wards": [moves.KOTO, moves.SHIBUYA], "form": "corporation", "corporate_number": "7123456789012",
        "trade_name": "株式会社見本", "trade_kana": "ミホン", "representative_title": "代表取締役",
        "representative": {"family": "見本", "given": "太郎"}, "address": moves.address("東京都江東区", "東陽", "1350016"),
        "phone": moves.phone(), "email": "a@example.jp", "capital": 1000, "employees": 3, "categories": ["it"],
    },
    "supplier-pledge": {"pledge": "yes"},
}  # fmt: skip


def test_pages_ask_the_database_little(resident: Resident, app: Flask) -> None:
    to_check(resident)
    base = resident.address.replace("check", "")
    asked: list[str] = []
    sa.event.listen(
        app.extensions["store"].engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement)
    )
    # BEGIN, the draft, its key and the root key above it, the wards' overlays; the offices on the check page
    for address, most in (
        (base, 5),
        (f"{base}people", 5),
        (f"{base}check", 6),
        ("/safety/", 0),
        ("/procedures", 0),
        (f"/procedures?ward={moves.KOTO}", 2),
        (f"/procedures/move-in?ward={moves.KOTO}", 2),
        (f"{base}guide/places", 5),
    ):
        asked.clear()
        resident.open(address)
        assert len(asked) <= most, (address, asked)


def test_search_knows_what_happened_and_how_it_is_written(app: Flask) -> None:
    with app.test_request_context():
        assert search("児童手当")[0][0].code.startswith("child-allowance")
        assert "move-in" in [one.code for one in search("引っ越し 転入")[0]]
        assert search("%_\\") == ([], False)
