"""What a ward sets for a procedure: off, another office, a note, its own questions in its own words; nothing of another ward."""

from __future__ import annotations

import csv
import datetime as dt
import io
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter import installation, tenancy
from counter.extensions import Store
from counter.models.application import Application
from counter.models.bundle import Channel
from counter.models.organisation import BackOffice
from counter.queries import office
from counter.services import overlays
from counter.services.applications import NotComplete, submit_bundle
from counter.services.journey import journey
from forms.bundle import Bundle
from forms.overlays import Overlay, OwnQuestion, WrongOverlay, derive, dump, load
from forms.procedures import CATALOGUE
from forms.snapshot import digest
from tests.conftest import both_backends
from tests.moves import KOTO, SHIBUYA, answers, procedures
from tests.staff import hire, office_clerk, rows, sign_in

CODE = "child-allowance"
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
PETS = OwnQuestion("q1", "choice", {"ja": "犬を飼っていますか", "en": "Do you have a dog?"}, {}, True,
                   (("o1", {"ja": "飼っている", "en": "Yes, I do"}), ("o2", {"ja": "いない", "en": "No"})))  # fmt: skip
FORM = {
    "seen": "0", "offered": "yes", "office": "", "note-ja": "窓口でも受け付けます。", "q0-name": "q1", "q0-kind": "choice",
    "q0-words-ja": "犬を飼っていますか", "q0-words-en": "Do you have a dog?", "q0-required": "yes",
    "q0-options-ja": "飼っている\r\nいない", "q0-options-en": "Yes, I do\r\nNo", "_do": "save",
}  # fmt: skip


def put(store: Store, overlay: Overlay, seen: int = 0) -> None:
    with store.scope() as session:
        overlays.change(session, overlay, seen=seen, actor="staff:1")
        session.commit()


def submit(store: Store, document: dict[str, Any], nonce: str = "n") -> None:
    with store.scope() as session:
        submit_bundle(session, procedures=procedures(CODE), answers=document, channel=Channel.ONLINE, nonce=nonce,
                      language="ja", received_at=NOW)  # fmt: skip
        session.commit()


@pytest.fixture
def admin(app: Flask, store: Store) -> FlaskClient:
    hire(store, app, "admin@example.jp", role="admin")
    return sign_in(app, "admin@example.jp")


def test_a_wards_question_makes_a_definition_of_its_own() -> None:
    plain = CATALOGUE[CODE]
    overlay = Overlay(KOTO, CODE, questions=(PETS,))
    own = derive(plain, overlay)
    assert digest(own) != digest(plain)
    assert derive(plain, Overlay(KOTO, CODE, note={"ja": "案内"})) is plain
    assert derive(plain, load(KOTO, CODE, dump(overlay))) == own
    asked = {question.path for question in Bundle([plain], {(CODE, KOTO): own}).asked(answers())}
    assert f"ward-{KOTO}.child_allowance_q1" in asked
    elsewhere = {question.path for question in Bundle([plain], {(CODE, SHIBUYA): derive(plain, Overlay(SHIBUYA, CODE, questions=(PETS,)))}).asked(answers())}  # fmt: skip
    assert asked - elsewhere == {f"ward-{KOTO}.child_allowance_q1"}


@pytest.mark.parametrize("wrong", [
    {"ja": ""}, {"ja": "%(name)s"}, {"ja": "{漢字|かんじ}"}, {"en": "only English"}, {"ja": "長" * 201}, {"ja": "a\x00b"},
])  # fmt: skip
def test_words_that_would_break_a_page_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(WrongOverlay):
        Overlay(KOTO, CODE, questions=(OwnQuestion("q1", "text", wrong, {}),))


def test_the_answer_reaches_that_wards_office_and_stays_with_its_definition(store: Store) -> None:
    put(store, Overlay(KOTO, CODE, questions=(PETS,)))
    with pytest.raises(NotComplete):
        submit(store, answers())
    submit(store, {**answers(), f"ward-{KOTO}": {"child_allowance_q1": "o2"}})
    put(store, Overlay(KOTO, CODE), seen=1)  # the ward takes its question away: what was filed keeps it
    application = rows(store, KOTO, Application)[0]
    with store.scope(write=False) as session:
        tenancy.tenant(session, KOTO)
        view = office.application(session, KOTO, application.id, ["child-support"])
        assert view is not None
        assert view.record is not None
        assert view.record[f"ward-{KOTO}"] == {"child_allowance_q1": "o2"}
        assert view.definition.own_words == (("犬を飼っていますか", "en", "Do you have a dog?"),
                                             ("飼っている", "en", "Yes, I do"), ("いない", "en", "No"))  # fmt: skip


def test_the_export_has_a_column_for_every_question_that_was_ever_asked(app: Flask, store: Store) -> None:
    put(store, Overlay(KOTO, CODE, questions=(PETS,)))
    submit(store, {**answers(), f"ward-{KOTO}": {"child_allowance_q1": "o2"}})
    put(store, Overlay(KOTO, CODE), seen=1)
    table = list(
        csv.reader(io.StringIO(office_clerk(store, app, "child-support").get(f"/office/cases/export/{CODE}.csv").text))
    )
    assert dict(zip(table[0], table[1], strict=True))["犬を飼っていますか"] == "いない"


def test_a_ward_that_does_not_take_a_procedure_here_says_so(store: Store) -> None:
    put(store, Overlay(KOTO, CODE, offered=False))
    with store.scope(write=False) as session:
        found = overlays.of(session, [CODE])
        assert not overlays.offered(session, CODE, KOTO)
        assert overlays.offered(session, CODE, SHIBUYA)
    problems = journey(procedures(CODE), answers(), {}, found).problems
    assert [(problem.path, problem.code) for problem in problems] == [("move.new_address", "not-offered")]
    with pytest.raises(NotComplete):
        submit(store, answers())


def test_a_ward_sends_a_procedure_to_an_office_of_its_own(store: Store) -> None:
    with store.scope() as session:
        tenancy.tenant(session, KOTO)
        session.add(BackOffice(ward=KOTO, code="family", name="こども家庭課"))
        session.commit()
    put(store, Overlay(KOTO, CODE, office="family"))
    submit(store, answers())
    application = rows(store, KOTO, Application)[0]
    assert application.office == "family"
    assert "こども家庭課" in application.routing_reason
    with pytest.raises(WrongOverlay):
        put(store, Overlay(SHIBUYA, CODE, office="family"))


def test_the_admin_writes_a_question_and_a_resident_reads_it_in_english(
    app: Flask, store: Store, admin: FlaskClient
) -> None:
    page = admin.post(f"/staff/procedures/{CODE}", data={"seen": "0", "_do": "add"})
    assert 'name="q0-name" value="q1"' in page.text
    assert admin.post(f"/staff/procedures/{CODE}", data=FORM).status_code == 303
    shown = admin.get(f"/staff/procedures/{CODE}").text
    assert "第1版（いまの版）" in shown
    assert "犬を飼っていますか" in shown
    resident = app.test_client()
    begun = resident.post("/apply/", data={"procedure": CODE, "event": "moving", "old": SHIBUYA, "new": KOTO})
    draft = begun.headers["Location"].split("/")[-2]
    with store.scope() as session:
        from counter.services import drafts

        owner = next(
            cookie.value for cookie in resident._cookies.values() if "draft" in cookie.key or "owner" in cookie.key
        )
        opened = drafts.load(session, draft, owner)
        assert opened is not None
        opened.answers = answers()
        drafts.save(session, opened, owner)
        session.commit()
    assert "窓口でも受け付けます。" in resident.get(f"/apply/{draft}/").text
    asked = resident.get(f"/apply/{draft}/q/ward-{KOTO}?lang=en").text
    assert "Do you have a dog?" in asked
    assert "Yes, I do" in asked
    assert "犬を飼って" not in asked


def test_two_admins_do_not_overwrite_each_other(admin: FlaskClient) -> None:
    assert admin.post(f"/staff/procedures/{CODE}", data=FORM).status_code == 303
    late = admin.post(f"/staff/procedures/{CODE}", data={**FORM, "note-ja": "あとから来た案内"})
    assert late.status_code == 409
    assert "あとから来た案内" in late.text
    assert admin.post(f"/staff/procedures/{CODE}", data={**FORM, "seen": "1", "q0-gone": "yes"}).status_code == 303
    again = admin.post(f"/staff/procedures/{CODE}", data={"seen": "2", "_do": "add"}).text
    assert 'value="q2"' in again, "a name is never used again"
    assert 'value="飼っている' not in admin.get(f"/staff/procedures/{CODE}").text
    assert "犬を飼っていますか" in admin.get(f"/staff/procedures/{CODE}?version=1").text
    assert admin.get(f"/staff/procedures/{CODE}?version=77").status_code == 404


@both_backends
def test_two_presses_at_the_same_moment_make_one_version(store: Store) -> None:
    """The second waits for the first to commit, and is told."""
    first = Overlay(KOTO, CODE, note={"ja": "一人目"})
    heard: list[type[Exception] | None] = []

    def second() -> None:
        try:
            put(store, Overlay(KOTO, CODE, note={"ja": "二人目"}))
            heard.append(None)
        except overlays.Conflict:
            heard.append(overlays.Conflict)

    with store.scope() as session:
        overlays.change(session, first, seen=0, actor="staff:1")
        other = threading.Thread(target=second)
        other.start()
        session.commit()
    other.join()
    assert heard == [overlays.Conflict]
    with store.scope(write=False) as session:
        assert overlays.found(session, [CODE])[CODE, KOTO].note == {"ja": "一人目"}


@pytest.mark.parametrize("number", ["9" * 5000, "²", "-1", "１"])
def test_numbers_that_nobody_gave_out_are_no_fault(admin: FlaskClient, number: str) -> None:
    assert admin.get(f"/staff/procedures/{CODE}?version={number}").status_code in (200, 404)
    for action in ("add", "save"):
        sent = admin.post(
            f"/staff/procedures/{CODE}", data={**FORM, "seen": number, "q0-name": f"q{number}", "_do": action}
        )
        assert sent.status_code in (200, 409)


def test_a_wrong_form_says_what_to_mend_and_keeps_what_was_typed(admin: FlaskClient) -> None:
    page = admin.post(f"/staff/procedures/{CODE}", data={**FORM, "q0-options-ja": "一つだけ", "q0-options-en": ""})
    assert page.status_code == 200
    assert "選択肢を2個から" in page.text
    assert "一つだけ" in page.text
    uneven = admin.post(f"/staff/procedures/{CODE}", data={**FORM, "q0-options-en": "Yes"}).text
    assert "選択肢の数が日本語と違います" in uneven
    assert admin.post("/staff/procedures/nothing", data=FORM).status_code == 404


def test_the_list_asks_the_database_little(app: Flask, store: Store, admin: FlaskClient) -> None:
    for ward in (KOTO, SHIBUYA):
        for code in (CODE, "move-in", "health-insurance"):
            put(store, Overlay(ward, code, note={"ja": "案内"}))
    asked: list[str] = []
    sa.event.listen(
        app.extensions["store"].engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement)
    )
    asked.clear()
    page = admin.get("/staff/procedures")
    assert page.text.count('<td data-label="案内">あり') == 3
    assert len(asked) <= 8, asked


def test_a_ward_names_its_offices_and_an_upgrade_leaves_the_names(app: Flask, store: Store, admin: FlaskClient) -> None:
    said = {"name": "こども家庭課", "way": "inbox", "characters": "jisx0208"}
    assert admin.post("/staff/offices/child-support", data=said).status_code == 303
    assert admin.post("/staff/offices", data={"name": "臨時給付金担当"}).status_code == 303
    assert admin.post("/staff/offices/child-support", data={**said, "name": " "}).status_code == 422
    assert admin.post("/staff/offices/child-support", data={**said, "way": "pigeon"}).status_code == 422
    assert admin.post("/staff/offices/nothing", data=said).status_code == 404
    with store.scope() as session:
        installation.settle(session, app.extensions["store"].vault)
        session.commit()
    page = admin.get("/staff/offices").text
    assert "こども家庭課" in page
    assert "臨時給付金担当" in page
    submit(store, answers())
    assert "こども家庭課" in rows(store, KOTO, Application)[0].routing_reason
    with store.scope(write=False) as session:
        tenancy.tenant(session, SHIBUYA)
        assert session.get_one(BackOffice, (SHIBUYA, "child-support")).name != "こども家庭課"
