"""Cookies that are old, forged or somebody else's; definitions that change under a draft; numbers that are guessed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter import tenancy
from counter.extensions import Store
from counter.models.application import Application
from counter.models.bundle import Bundle
from counter.models.draft import Draft
from forms.kinds import Digits, Text
from forms.model import Ask, Field, Section
from forms.procedures import CATALOGUE
from tests import hostile
from tests.pages import Page
from tests.residents import Resident, with_finished_drafts

PLACES = ("", "people", "q/move", "check", "procedures", "receipt", "receipt.pdf", "paper/move-in.pdf")
POSTS = ("people", "q/move", "procedures", "submit", "discard")


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"TESTING": False, "PROPAGATE_EXCEPTIONS": False}


@pytest.fixture
def mine(store: Store) -> Resident:
    return with_finished_drafts(store, 1)[0]


def browser(app: Flask, owner: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("owner", owner)
    return client


def applications(store: Store) -> list[Application]:
    with store.session(write=False) as session, tenancy.all_wards(session, "the test counts"):
        return list(session.scalars(sa.select(Application)))


class TestCookies:
    def test_no_cookie_opens_another_ones_draft(self, app: Flask, store: Store, mine: Resident) -> None:
        theirs = with_finished_drafts(store, 1)[0]
        forged = ("", theirs.owner, mine.owner[:-1], mine.owner + "x", mine.owner.swapcase(), mine.owner * 40, "*", "%", "' OR 1=1 --",
                  "山", "\x7f", *(text[:300] for name, text in hostile.TEXTS.items() if name in ("path", "sql", "template")))  # fmt: skip
        for owner in forged:
            client = browser(app, owner)
            absent = [client.get(f"/apply/{'0' * 17}/{place}") for place in PLACES]
            for place, never in zip(PLACES, absent, strict=True):
                answer = client.get(f"/apply/{mine.draft.id}/{place}")
                assert answer.status_code == never.status_code == 404, (owner, place)
                assert _plain(answer.text) == _plain(never.text)
            for place in POSTS:
                assert client.post(f"/apply/{mine.draft.id}/{place}", data={"_do": "add"}).status_code == 404
            assert "書き始める" not in client.get("/").text
        assert applications(store) == []

    def test_a_draft_that_ran_out_is_gone_for_its_owner_too(self, app: Flask, store: Store, mine: Resident) -> None:
        with store.scope() as session:
            session.execute(sa.update(Draft).values(expires_at=dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)))
        client = browser(app, mine.owner)
        assert {client.get(f"/apply/{mine.draft.id}/{place}").status_code for place in PLACES} == {404}
        assert client.post(f"/apply/{mine.draft.id}/submit").status_code == 404
        assert applications(store) == []

    @pytest.mark.parametrize(
        "cookie", ["", "x", ".", "..", "eyJfdXNlcl9pZCI6MX0.x.y", "." * 3000, "\\u0000", '{"_user_id":1}', "a.b.c"]
    )
    def test_a_forged_session_is_nobodys(self, client: FlaskClient, cookie: str) -> None:
        client.set_cookie("counter", cookie)
        assert client.get("/").status_code == 200
        for address in ("/office/cases", "/desk", "/staff/people", "/staff/"):
            assert "/staff/sign-in" in client.get(address).headers["Location"]
        assert client.get(f"/status/{'0000-' * 3}00000").status_code == 303

    def test_after_leaving_a_shared_machine_back_shows_nothing(self, app: Flask, store: Store, mine: Resident) -> None:
        client = browser(app, mine.owner)
        assert client.get(f"/apply/{mine.draft.id}/check").headers["Cache-Control"] == "no-store"
        client.post("/apply/leave")
        assert {client.get(f"/apply/{mine.draft.id}/{place}").status_code for place in PLACES} == {404}
        assert mine.draft.id not in client.get("/").text


class TestChangedDefinitions:
    """What the resident answered yesterday meets what is asked today."""

    def test_a_question_that_came_new_is_asked_and_nothing_is_filed_without_it(
        self, app: Flask, store: Store, mine: Resident, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = browser(app, mine.owner)
        assert client.get(f"/apply/{mine.draft.id}/check").status_code == 200
        new = Field(Section("news", "新しいこと"), "told", "新しい質問", Text())
        changed = dataclasses.replace(
            CATALOGUE["health-insurance"], asks=(*CATALOGUE["health-insurance"].asks, Ask(new))
        )
        monkeypatch.setitem(CATALOGUE, "health-insurance", changed)
        asked = client.post(f"/apply/{mine.draft.id}/submit", follow_redirects=True)
        assert "新しい質問" in Page(asked).text
        assert applications(store) == []
        client.post(f"/apply/{mine.draft.id}/q/news", data={"news.told": "はい"})
        assert client.post(f"/apply/{mine.draft.id}/submit").headers["Location"].endswith("/receipt")
        assert len(applications(store)) == 4

    def test_an_answer_that_fits_no_more_is_asked_again_with_what_stood_there(
        self, app: Flask, store: Store, mine: Resident, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = CATALOGUE["health-insurance"]
        asks = tuple(dataclasses.replace(one, field=dataclasses.replace(one.field, kind=Digits(3, 3)))
                     if isinstance(one, Ask) and one.field.key == "health-insurance.previous" else one for one in old.asks)  # fmt: skip
        asks = tuple(one for one in asks if not (isinstance(one, Ask) and "health-insurance" in repr(one.when)))
        monkeypatch.setitem(CATALOGUE, "health-insurance", dataclasses.replace(old, asks=asks, musts=()))
        client = browser(app, mine.owner)
        page = Page(client.post(f"/apply/{mine.draft.id}/submit", follow_redirects=True))
        assert page.title.startswith("エラー：")
        assert page.form()[1]["health-insurance.previous"] == "none"
        assert applications(store) == []

    @pytest.mark.parametrize("gone", [("child-allowance",), tuple(CATALOGUE)], ids=["one", "all"])
    def test_a_procedure_that_is_offered_no_more_drops_out(
        self, app: Flask, store: Store, mine: Resident, monkeypatch: pytest.MonkeyPatch, gone: tuple[str, ...]
    ) -> None:
        for code in gone:
            monkeypatch.delitem(CATALOGUE, code)
        client = browser(app, mine.owner)
        for place in PLACES:
            assert client.get(f"/apply/{mine.draft.id}/{place}", follow_redirects=True).status_code in (200, 404)
        answer = client.post(f"/apply/{mine.draft.id}/submit")
        assert answer.status_code in (302, 303)
        filed = {row.procedure for row in applications(store)}
        assert filed == (set() if len(gone) > 1 else {"move-out", "move-in", "health-insurance"})
        if len(gone) > 1:
            assert answer.headers["Location"].endswith(f"/apply/{mine.draft.id}/procedures?none=1")

    def test_a_receipt_outlives_the_definitions_it_was_made_with(
        self, app: Flask, store: Store, mine: Resident, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = browser(app, mine.owner)
        client.post(f"/apply/{mine.draft.id}/submit")
        before = Page(client.get(f"/apply/{mine.draft.id}/receipt"))
        for code in tuple(CATALOGUE):
            monkeypatch.delitem(CATALOGUE, code)
        after = Page(client.get(f"/apply/{mine.draft.id}/receipt"))
        assert after.texts("sc-number") == before.texts("sc-number")
        assert "児童手当" in after.text
        assert client.get(f"/apply/{mine.draft.id}/receipt.pdf").data.startswith(b"%PDF")


def test_nothing_changes_a_draft_that_was_submitted(app: Flask, store: Store, mine: Resident) -> None:
    client = browser(app, mine.owner)
    client.post(f"/apply/{mine.draft.id}/submit")
    number = Page(client.get(f"/apply/{mine.draft.id}/receipt")).texts("sc-number")
    before = _draft(store)
    for place in ("people", "q/move", "procedures", "submit"):
        for data in (
            {"_do": "add"},
            {"procedure": "safety"},
            {"procedure": "supplier"},
            {"move.old_address.city": "x"},
            {"_lang": "en"},
            {},
        ):
            assert client.post(f"/apply/{mine.draft.id}/{place}", data=data).status_code in (302, 303)
    assert _draft(store) == before
    assert len(applications(store)) == 4
    assert Page(client.get(f"/apply/{mine.draft.id}/receipt?lang=ja")).texts("sc-number") == number


def _draft(store: Store) -> tuple[Any, ...]:
    with store.session(write=False) as session:
        row = session.scalars(sa.select(Draft)).one()
        return row.content, row.bundle_id, row.updated_at


class TestGuessing:
    def test_a_wrong_number_and_a_wrong_secret_cost_the_same_and_say_the_same(
        self, app: Flask, store: Store, mine: Resident
    ) -> None:
        browser(app, mine.owner).post(f"/apply/{mine.draft.id}/submit")
        with store.session(write=False) as session:
            real = session.scalars(sa.select(Bundle.id)).one()
        never = "0" * 17
        answers, costs = [], []
        for number in (never, real):
            client, statements = app.test_client(), []
            client.get("/status/")
            engine = app.extensions["store"].engine

            def note(_c: object, _k: object, statement: str, *_: object, into: list[str] = statements) -> None:
                into.append(re.sub(r"\s+", " ", statement))

            sa.event.listen(engine, "before_cursor_execute", note)
            try:
                answer = client.post("/status/", data={"number": number, "secret": "AAAA-BBBB-CCCC"})
            finally:
                sa.event.remove(engine, "before_cursor_execute", note)
            answers.append((answer.status_code, _plain(answer.text.replace(number, ""))))
            costs.append(statements)
        assert answers[0] == answers[1]
        assert costs[0] == costs[1]

    def test_a_receipts_guesses_are_counted_from_everywhere(self, app: Flask, store: Store, mine: Resident) -> None:
        browser(app, mine.owner).post(f"/apply/{mine.draft.id}/submit")
        with store.session(write=False) as session:
            real = session.scalars(sa.select(Bundle.id)).one()
        for guess in range(12):
            last = app.test_client().post("/status/", data={"number": real, "secret": f"{guess:012}"},
                                          environ_base={"REMOTE_ADDR": f"198.51.100.{guess}"})  # fmt: skip
        assert last.status_code == 429
        assert "4-" not in re.sub(r"<[^>]*>", "", last.text)

    def test_a_page_of_status_opens_only_for_who_proved_it(self, app: Flask, store: Store, mine: Resident) -> None:
        client = browser(app, mine.owner)
        client.post(f"/apply/{mine.draft.id}/submit")
        number, secret = Page(client.get(f"/apply/{mine.draft.id}/receipt")).texts("sc-number")
        assert client.get(f"/status/{number}").status_code == 200, "whoever filed it holds its draft"
        client.post("/apply/leave")
        assert client.get(f"/status/{number}").status_code == 303, "on a shared machine that ends with the visit"
        proved = app.test_client()
        assert proved.post("/status/", data={"number": number, "secret": secret}).status_code == 303
        assert proved.get(f"/status/{number}").status_code == 200
        other = with_finished_drafts(store, 1)[0]
        browser(app, other.owner).post(f"/apply/{other.draft.id}/submit")
        theirs = Page(browser(app, other.owner).get(f"/apply/{other.draft.id}/receipt")).texts("sc-number")[0]
        assert proved.get(f"/status/{theirs}").status_code == 303
        proved.post(f"/status/{number}/close")
        assert proved.get(f"/status/{number}").status_code == 303


def _plain(page: str) -> str:
    return re.sub(r"[0-9A-Z]{17}|csrf_token\" value=\"[^\"]*|nonce=\"[^\"]*|value=\"[^\"]*\"", "", page)
