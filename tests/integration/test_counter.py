"""書かない窓口: a clerk fills in, the person checks on a second screen, and 次の方へ leaves nothing of them behind."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter.extensions import Store
from counter.ids import grouped
from counter.models.application import Application
from counter.models.audit import AuditEvent
from counter.models.counter_session import CounterSession
from counter.models.draft import Draft, DraftHolder
from tests import moves
from tests.conftest import both_backends
from tests.integration.test_drafts_elsewhere import CODE, browser, made
from tests.moves import KOTO, SHIBUYA
from tests.pages import Page
from tests.pages import Resident as Walker
from tests.residents import Resident, with_finished_drafts
from tests.staff import desk_clerk, office_clerk, rows

CHECKED = {"how": "screen", "identity": "residence-card"}


@pytest.fixture
def mine(store: Store) -> Resident:
    return with_finished_drafts(store, 1, canary="カナリア")[0]


@pytest.fixture
def clerk(app: Flask, store: Store) -> FlaskClient:
    return desk_clerk(store, app, name="counter")


def serve(clerk: FlaskClient, app: Flask, mine: Resident) -> str:
    """The person has come with the code of what they wrote at home."""
    assert clerk.post("/desk/assisted").status_code == 303
    answer = clerk.post("/desk/assisted/code", data={"code": made(app, mine)})
    assert answer.status_code == 303, answer.text
    return f"/apply/{mine.draft.id}/"


def second(app: Flask, clerk: FlaskClient) -> FlaskClient:
    code = CODE.search(Page(clerk.post("/desk/assisted/screen")).text)
    assert code
    screen = app.test_client()
    assert screen.post("/second/", data={"code": code[0]}).status_code == 303
    return screen


class TestServing:
    @both_backends
    def test_from_home_to_the_receipt(self, app: Flask, store: Store, mine: Resident, clerk: FlaskClient) -> None:
        place = serve(clerk, app, mine)
        page = Page(clerk.get(f"{place}check"))
        assert "次の方へ" in page.text and "本人の確認と申請" in page.text
        assert "山田カナリア00000" in Page(second(app, clerk).get("/second/show")).text
        refused = clerk.post("/desk/assisted/submit", data={"draft": mine.draft.id}, follow_redirects=True)
        assert "本人の確認を記録してから" in refused.text
        assert clerk.post(f"{place}submit").location.endswith("/check"), "the resident's own button does nothing here"
        assert rows(store, KOTO, Application) == []
        clerk.post("/desk/assisted/checked", data={"draft": mine.draft.id, **CHECKED})
        assert "本人が確認しました" in clerk.get(f"{place}check").text
        done = clerk.post("/desk/assisted/submit", data={"draft": mine.draft.id})
        assert done.location.endswith("/receipt")
        assert CODE.search(Page(clerk.get(done.location)).text)
        filed = rows(store, KOTO, Application)
        assert {row.channel for row in filed} == {"counter"}
        assert all(row.arrived_at == row.received_at for row in filed), "identity was checked: it has arrived"
        clerk.post("/desk/assisted/next")
        assert CODE.search(Page(browser(app, mine.owner).get(f"{place}receipt")).text), "at home the receipt is there"

    def test_the_office_and_the_log_name_the_clerk(
        self, app: Flask, store: Store, mine: Resident, clerk: FlaskClient
    ) -> None:
        place = serve(clerk, app, mine)
        for page in ("", "people", "q/move", "check"):
            assert clerk.get(place + page).status_code == 200
        clerk.post("/desk/assisted/checked", data={"draft": mine.draft.id, **CHECKED})
        clerk.post("/desk/assisted/submit", data={"draft": mine.draft.id})
        with store.session(write=False) as session:
            events = list(session.scalars(sa.select(AuditEvent).order_by(AuditEvent.sequence)))
        actor = rows(store, KOTO, CounterSession)[0].actor
        looks = [json.loads(one.detail or "{}")["page"] for one in events if one.action == "assisted.look"]
        assert {"tasks", "people", "page", "check"} <= set(looks)
        received = [one for one in events if one.action == "application.received"]
        assert received and {one.actor for one in received} == {actor}
        assert "カナリア" not in "".join(one.detail or "" for one in events)
        case = next(row for row in rows(store, KOTO, Application) if row.procedure == "child-allowance")
        office = office_clerk(store, app, "child-support")
        assert "窓口" in Page(office.get(f"/office/cases/{case.id}")).text

    def test_a_change_after_the_check_makes_it_void(
        self, app: Flask, store: Store, mine: Resident, clerk: FlaskClient
    ) -> None:
        place = serve(clerk, app, mine)
        clerk.post("/desk/assisted/checked", data={"draft": mine.draft.id, **CHECKED})
        walker = Walker(clerk)
        walker.open(f"{place}q/move?back=check")
        walker.send(**{"move.new_address.number": "7-7-7"})
        assert "本人が確認した方法" in clerk.get(f"{place}check").text
        clerk.post("/desk/assisted/submit", data={"draft": mine.draft.id})
        assert rows(store, KOTO, Application) == []

    def test_the_check_must_be_whole(self, app: Flask, store: Store, mine: Resident, clerk: FlaskClient) -> None:
        place = serve(clerk, app, mine)
        for said in ({}, {"how": "screen"}, {"identity": "passport"}, {"how": "x", "identity": "passport"}):
            page = clerk.post("/desk/assisted/checked", data={"draft": mine.draft.id, **said}, follow_redirects=True)
            assert "選んでください" in page.text
        assert clerk.get(f"/desk/assisted/answers.pdf?draft={mine.draft.id}").data.startswith(b"%PDF")
        assert clerk.get(place).status_code == 200

    def test_begun_at_the_counter_from_the_first_question(self, app: Flask, store: Store, clerk: FlaskClient) -> None:
        clerk.post("/desk/assisted")
        walker = Walker(clerk)
        walker.open("/desk/assisted")
        walker._see(clerk.post("/desk/assisted/draft", data={"procedure": list(moves.MOVE)}, follow_redirects=True))
        assert "次の方へ" in walker.page.text
        walker.walk(moves.answers())
        assert walker.address.endswith("/check")
        draft = re.findall(r"/apply/(\w{17})/", walker.address)[0]
        clerk.post("/desk/assisted/checked", data={"draft": draft, **CHECKED})
        assert clerk.post("/desk/assisted/submit", data={"draft": draft}).location.endswith("/receipt")
        assert len(rows(store, KOTO, Application)) == 3
        clerk.post("/desk/assisted/next")
        with store.session(write=False) as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0, "the case is the truth now"

    def test_a_life_event_begins_with_the_guide(self, app: Flask, store: Store, clerk: FlaskClient) -> None:
        clerk.post("/desk/assisted")
        page = Page(clerk.post("/desk/assisted/draft", data={"event": "moving"}, follow_redirects=True))
        assert "/guide" in page.response.request.path
        assert "次の方へ" in page.text
        assert page.questions
        assert clerk.post("/desk/assisted/draft", data={"event": "x"}).location.endswith("/desk/assisted")


class TestWhoMay:
    def test_the_owner_only_looks_on_and_may_take_it_back(
        self, app: Flask, store: Store, mine: Resident, clerk: FlaskClient
    ) -> None:
        place, home = serve(clerk, app, mine), browser(app, mine.owner)
        for method, page in (
            ("get", ""),
            ("get", "check"),
            ("post", "q/move"),
            ("post", "submit"),
            ("post", "discard"),
        ):
            answer = getattr(home, method)(place + page)
            assert answer.status_code == 409
            assert "窓口で続けています" in answer.text
        assert home.post(f"{place}take-back").status_code == 302
        assert home.get(place).status_code == 200
        assert clerk.get(place).location.endswith("/desk/assisted?over=1")
        assert "終わっています" in clerk.get("/desk/assisted?over=1").text

    def test_nobody_else_of_the_staff_and_no_other_draft(
        self, app: Flask, store: Store, mine: Resident, clerk: FlaskClient
    ) -> None:
        place = serve(clerk, app, mine)
        other = with_finished_drafts(store, 1)[0]
        assert clerk.get(f"/apply/{other.draft.id}/").status_code == 404
        clerk.set_cookie("owner", other.owner)
        assert clerk.get(f"/apply/{other.draft.id}/").status_code == 404, "a clerk at work has no cookie"
        for ward, name in ((KOTO, "beside"), (SHIBUYA, "away")):
            colleague = desk_clerk(store, app, ward, name)
            assert colleague.get(place).status_code == 404
            with clerk.session_transaction() as theirs, colleague.session_transaction() as own:
                own["assisted"] = theirs["assisted"]
            assert colleague.get(place).status_code == 303
            assert colleague.post("/desk/assisted/submit", data={"draft": mine.draft.id}).status_code == 303
        assert rows(store, KOTO, Application) == []

    def test_it_ends_with_the_clerks_sign_in_and_by_itself(
        self, app: Flask, store: Store, mine: Resident, clerk: FlaskClient
    ) -> None:
        place, home = serve(clerk, app, mine), browser(app, mine.owner)
        clerk.post("/staff/sign-out")
        assert home.get(place).status_code == 200
        again = desk_clerk(store, app, name="again")
        serve(again, app, mine)
        past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
        from counter import tenancy

        with store.scope() as session, tenancy.tenant(session, KOTO):
            session.execute(sa.update(CounterSession).values(until=past))
            session.execute(sa.update(Draft).values(held_until=past))
        assert home.get(place).status_code == 200
        assert again.get(place).status_code == 303

    @pytest.mark.parametrize("code", ["", "x", "0000-0000-0000-00000", "山"])
    def test_a_wrong_code_opens_nothing(self, clerk: FlaskClient, code: str) -> None:
        clerk.post("/desk/assisted")
        answer = clerk.post("/desk/assisted/code", data={"code": code})
        assert answer.status_code == 422
        assert "開けませんでした" in Page(answer).text

    def test_the_number_of_a_receipt_leads_to_the_cases(
        self, app: Flask, store: Store, mine: Resident, clerk: FlaskClient
    ) -> None:
        browser(app, mine.owner).post(f"/apply/{mine.draft.id}/submit")
        number = grouped(rows(store, KOTO, Application)[0].bundle_id)
        clerk.post("/desk/assisted")
        for typed in (number.lower(), f"https://counter.example/status/?number={number}"):
            answer = clerk.post("/desk/assisted/code", data={"code": typed})
            assert answer.status_code == 422
            assert "もう申請されています（" in Page(answer).text
            assert "所管課の職員が受付番号からさがせます" in Page(answer).text
        elsewhere = desk_clerk(store, app, ward="131067", name="elsewhere")
        elsewhere.post("/desk/assisted")
        answer = elsewhere.post("/desk/assisted/code", data={"code": number})
        assert "開けませんでした" in Page(answer).text, "what other wards hold is not told"

    def test_without_a_session_nothing_is_begun(self, store: Store, clerk: FlaskClient) -> None:
        for place in ("draft", "code", "screen", "checked", "submit"):
            assert clerk.post(f"/desk/assisted/{place}", data={"procedure": "move-in"}).location.endswith("over=1")
        with store.session(write=False) as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


class TestSecondScreen:
    def test_it_opens_once_and_changes_nothing(
        self, app: Flask, store: Store, mine: Resident, clerk: FlaskClient
    ) -> None:
        place = serve(clerk, app, mine)
        code = CODE.search(Page(clerk.post("/desk/assisted/screen")).text)[0]  # type: ignore[index]
        screen = app.test_client()
        assert screen.post("/second/", data={"code": code}).status_code == 303
        assert app.test_client().post("/second/", data={"code": code}).status_code == 422
        assert screen.get(place).status_code == 404
        before = screen.get("/second/state").get_json()
        page = Page(screen.get("/second/show?lang=en"))
        assert page.tree.get("lang") == "en"
        assert not [one for one in page.tree.iter("input") if one.get("type") != "hidden"]
        walker = Walker(clerk)
        walker.open(f"{place}q/move")
        walker.send(**{"move.new_address.number": "7-7-7"})
        assert screen.get("/second/state").get_json() != before
        assert "7-7-7" in screen.get("/second/show").text

    def test_an_old_code_and_guesses(self, app: Flask, store: Store, mine: Resident, clerk: FlaskClient) -> None:
        from counter import tenancy

        serve(clerk, app, mine)
        code = CODE.search(Page(clerk.post("/desk/assisted/screen")).text)[0]  # type: ignore[index]
        with store.scope() as session, tenancy.tenant(session, KOTO):
            session.execute(sa.update(CounterSession).values(screen_until=dt.datetime.now(dt.UTC)))
        client = app.test_client()
        assert [client.post("/second/", data={"code": code}).status_code for _ in range(31)] == [422] * 30 + [429]
        assert client.get("/second/show").location.endswith("/second/")


class TestNextPerson:
    """CiviForm #2636: the previous client's answers appeared in the next client's form."""

    def test_nothing_of_the_first_is_left_for_the_second(
        self, app: Flask, store: Store, mine: Resident, clerk: FlaskClient
    ) -> None:
        place, screen = serve(clerk, app, mine), None
        screen = second(app, clerk)
        clerk.get("/?lang=en")
        clerk.get(f"{place}q/move")
        seen = [f"{place}{page}" for page in ("", "people", "q/move", "check", "receipt", "take-away")]
        answer = clerk.post("/desk/assisted/next")
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
        cookies = answer.headers.getlist("Set-Cookie")
        assert all(any(one.startswith(f"{name}=;") for one in cookies) for name in ("owner", "sc_lang"))
        with clerk.session_transaction() as session:
            assert not set(session) - {"_user_id", "_fresh", "_id", "fs_cc", "fs_paa", "identity", "sid", "csrf_token"}
        for address in seen:
            assert clerk.get(address).status_code == 404
        assert "消しました" in clerk.get("/desk/assisted?done=1").text, "the clerk is still signed in"
        assert "次の方をお待ちください" in screen.get("/second/show").text
        assert screen.get("/second/state").get_json() == {"mark": "over"}
        clerk.post("/desk/assisted")
        for address in ("/desk/assisted", "/", "/procedures"):
            page = clerk.get(address).text
            assert "カナリア" not in page and mine.draft.id not in page
        assert browser(app, mine.owner).get(place).status_code == 200, "it went home with its owner"

    def test_what_nobody_took_home_is_erased_and_what_has_a_code_is_not(
        self, app: Flask, store: Store, clerk: FlaskClient
    ) -> None:
        code = ""
        for take in (False, True):
            clerk.post("/desk/assisted")
            begun = clerk.post("/desk/assisted/draft", data={"procedure": "resident-record"}).location
            if take:
                code = CODE.search(Page(clerk.post(f"{begun}take-away")).text)[0]  # type: ignore[index]
            clerk.post("/desk/assisted/next")
            assert clerk.get(begun).status_code == 404
            with store.session(write=False) as session:
                assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == int(take)
                assert session.scalar(sa.select(sa.func.count()).select_from(DraftHolder)) == 0
        home = app.test_client()
        assert home.post("/apply/resume", data={"code": code}).status_code == 303

    def test_a_new_session_ends_the_one_that_was_forgotten(
        self, app: Flask, store: Store, mine: Resident, clerk: FlaskClient
    ) -> None:
        place = serve(clerk, app, mine)
        screen = second(app, clerk)
        clerk.post("/desk/assisted")
        assert clerk.get(place).status_code == 404
        assert "次の方をお待ちください" in screen.get("/second/show").text

    def test_leaving_a_shared_machine_does_the_same(self, app: Flask, mine: Resident, clerk: FlaskClient) -> None:
        place = serve(clerk, app, mine)
        assert "Clear-Site-Data" in clerk.post("/apply/leave").headers
        assert clerk.get(place).status_code == 404
        assert clerk.get("/desk/assisted").status_code == 200
