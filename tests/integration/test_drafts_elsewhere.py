"""One draft in many hands: two tabs, two devices, codes, a shared machine, definitions that changed, one case once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import threading

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter import tenancy
from counter.extensions import Store
from counter.models.application import Application
from counter.models.draft import Draft, DraftHolder, TakeAway
from counter.services import drafts, guessing, take_away
from forms.kinds import Text
from forms.model import Ask, Field, Section
from forms.procedures import CATALOGUE
from tests.conftest import both_backends
from tests.pages import Page
from tests.pages import Resident as Walker
from tests.residents import Resident, with_finished_drafts

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{5}")
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def mine(store: Store) -> Resident:
    return with_finished_drafts(store, 1)[0]


def browser(app: Flask, owner: str = "") -> FlaskClient:
    client = app.test_client()
    if owner:
        client.set_cookie("owner", owner)
    return client


def answers(store: Store, mine: Resident) -> drafts.Document:
    with store.session(write=False) as session:
        found = drafts.load(session, mine.draft.id, mine.owner)
        assert found is not None
        return found.answers


def opened(app: Flask, mine: Resident, key: str = "q/move") -> Walker:
    walker = Walker(browser(app, mine.owner))
    walker.open(f"/apply/{mine.draft.id}/{key}")
    return walker


class TestTwoTabs:
    def test_other_fields_of_one_page_merge(self, app: Flask, store: Store, mine: Resident) -> None:
        one, two = opened(app, mine), opened(app, mine)
        one.send(**{"move.old_address.number": "9-9-9"})
        two.send(**{"move.new_address.number": "8-8-8"})
        found = answers(store, mine)["move"]
        assert (found["old_address"]["number"], found["new_address"]["number"]) == ("9-9-9", "8-8-8")

    def test_other_pages_merge(self, app: Flask, store: Store, mine: Resident) -> None:
        person = mine.draft.answers["people"][0]["id"]
        one, two = opened(app, mine), opened(app, mine, f"q/people.{person}")
        one.send(**{"move.old_address.number": "9-9-9"})
        two.send(**{f"people.{person}.kana.given": "ジロウ"})
        found = answers(store, mine)
        assert found["move"]["old_address"]["number"] == "9-9-9"
        assert found["people"][0]["kana"]["given"] == "ジロウ"

    @pytest.mark.parametrize(("keep", "left"), [("mine", "8-8-8"), ("theirs", "9-9-9")])
    def test_the_same_field_is_shown_twice_and_one_is_chosen(
        self, app: Flask, store: Store, mine: Resident, keep: str, left: str
    ) -> None:
        one, two = opened(app, mine), opened(app, mine)
        one.send(**{"move.old_address.number": "9-9-9"})
        page = two.send(**{"move.old_address.number": "8-8-8", "move.new_address.number": "7-7-7"})
        assert page.response.status_code == 409
        assert "9-9-9" in page.text and "8-8-8" in page.text
        assert answers(store, mine)["move"]["new_address"]["number"] == "7-7-7", "nobody else touched it: saved"
        assert two.send().response.status_code == 409, "without a choice it is asked again"
        assert two.send(**{"_keep:move.old_address": keep}).response.status_code == 200
        assert answers(store, mine)["move"]["old_address"]["number"] == left

    def test_what_could_not_be_read_is_not_lost_in_a_conflict(self, app: Flask, store: Store, mine: Resident) -> None:
        one, two = opened(app, mine), opened(app, mine)
        one.send(**{"move.out_date.day": "11"})
        page = two.send(**{"move.out_date.day": "三十二"})
        assert page.response.status_code == 409
        assert "三十二" in page.text
        two.send(**{"_keep:move.out_date": "mine"})
        assert "三十二" in opened(app, mine).page.form()[1].values()

    def test_the_same_answer_twice_is_no_conflict(self, app: Flask, mine: Resident) -> None:
        one, two = opened(app, mine), opened(app, mine)
        for tab in (one, two):
            assert tab.send(**{"move.old_address.number": "9-9-9"}).response.status_code == 200

    def test_a_page_without_marks_is_taken_as_before(self, app: Flask, store: Store, mine: Resident) -> None:
        action, said = opened(app, mine).page.form()
        said = {**{k: v for k, v in said.items() if not k.startswith("_")}, "move.old_address.number": "5"}
        assert browser(app, mine.owner).post(action, data=said).status_code == 302
        assert answers(store, mine)["move"]["old_address"]["number"] == "5"

    @pytest.mark.parametrize("seen", ["[", "[]", "1", '{"a":1}', "{" * 30_000, '"' * 9])
    def test_marks_that_nobody_made_are_worth_nothing(self, app: Flask, mine: Resident, seen: str) -> None:
        assert opened(app, mine).send(_seen=seen).response.status_code == 200

    def test_a_page_that_another_tab_made_needless_says_so(self, app: Flask, mine: Resident) -> None:
        one = opened(app, mine, "q/health-insurance")
        opened(app, mine, "procedures").send("", procedure=["move-in"])
        page = one.send()
        assert "いまは要りません" in page.text


class TestAutosave:
    def save(self, tab: Walker, mine: Resident, **changes: str) -> dict[str, object]:
        _, said = tab.page.form()
        address = f"/apply/{mine.draft.id}/autosave/move"
        answer = tab.client.post(address, data={**said.to_dict(), **changes})
        assert answer.status_code == 200
        found: dict[str, object] = answer.get_json()
        return found

    def test_it_keeps_what_is_typed_and_says_when(self, app: Flask, store: Store, mine: Resident) -> None:
        tab = opened(app, mine)
        told = self.save(tab, mine, **{"move.old_address.number": "4-4", "move.out_date.day": "三"})
        assert told["saved"] is True
        assert re.fullmatch(r"保存しました \d\d:\d\d", str(told["message"]))
        assert answers(store, mine)["move"]["old_address"]["number"] == "4-4"
        assert opened(app, mine).page.form()[1]["move.out_date.day"] == "三"
        assert tab.send(**{"move.old_address.number": "5-5"}).response.status_code == 200, (
            "one's own save is no conflict"
        )

    def test_a_save_that_comes_after_its_page_was_sent_changes_nothing(
        self, app: Flask, store: Store, mine: Resident
    ) -> None:
        tab, late = opened(app, mine), opened(app, mine)
        late.page = tab.page
        tab.send(**{"move.old_address.number": "6-6"})
        assert self.save(late, mine, **{"move.old_address.number": "5-"}) == {"saved": False}
        assert answers(store, mine)["move"]["old_address"]["number"] == "6-6"

    def test_it_tells_of_another_tab(self, app: Flask, store: Store, mine: Resident) -> None:
        tab = opened(app, mine)
        opened(app, mine).send(**{"move.old_address.number": "9-9-9"})
        told = self.save(tab, mine, **{"move.old_address.number": "1-1"})
        assert told["saved"] is False
        assert "別のタブ" in str(told["message"])
        assert answers(store, mine)["move"]["old_address"]["number"] == "9-9-9"

    def test_names_are_kept_too(self, app: Flask, store: Store, mine: Resident) -> None:
        tab = opened(app, mine, "people")
        _, said = tab.page.form()
        person = mine.draft.answers["people"][1]["id"]
        typed = {**said.to_dict(), f"people.{person}.name.given": "花"}
        assert tab.client.post(f"/apply/{mine.draft.id}/autosave/people", data=typed).get_json()["saved"] is True
        assert answers(store, mine)["people"][1]["name"]["given"] == "花"

    def test_nothing_after_submission_and_nothing_of_a_stranger(self, app: Flask, mine: Resident) -> None:
        tab = opened(app, mine)
        tab.client.post(f"/apply/{mine.draft.id}/submit")
        assert self.save(tab, mine) == {"saved": False}
        assert browser(app, "x").post(f"/apply/{mine.draft.id}/autosave/move").status_code == 404


def made(app: Flask, mine: Resident) -> str:
    page = Page(browser(app, mine.owner).post(f"/apply/{mine.draft.id}/take-away"))
    found = CODE.search(page.text)
    assert found
    return found[0]


class TestCodes:
    @both_backends
    def test_a_code_opens_the_draft_on_another_device_and_both_go_on(
        self, app: Flask, store: Store, mine: Resident
    ) -> None:
        code = made(app, mine)
        other = browser(app)
        assert other.get(f"/apply/{mine.draft.id}/").status_code == 404
        answer = other.post("/apply/resume", data={"code": f"http://x/apply/resume#{code.lower()} "})
        assert answer.status_code == 303
        assert "続きを書けます" in other.get(answer.location).text
        assert browser(app, mine.owner).get(f"/apply/{mine.draft.id}/").status_code == 200
        assert mine.draft.id in other.get("/").text

    def test_the_code_is_nowhere_but_on_its_page(self, app: Flask, store: Store, mine: Resident) -> None:
        client = browser(app, mine.owner)
        page = Page(client.post(f"/apply/{mine.draft.id}/take-away"))
        code = CODE.search(page.text)[0]  # type: ignore[index]
        assert not any(code in href for href in page.links.values())
        assert page.response.headers["Cache-Control"] == "no-store"
        assert not CODE.search(Page(client.get(f"/apply/{mine.draft.id}/take-away")).text)
        with store.session(write=False) as session:
            dump = repr([vars(row) for row in session.scalars(sa.select(TakeAway))])
        assert code not in dump and code.replace("-", "") not in dump

    def test_a_wrong_an_old_and_a_used_up_code_are_one(self, app: Flask, store: Store, mine: Resident) -> None:
        used, old = made(app, mine), made(app, mine)
        for _ in range(take_away.USES):
            assert browser(app).post("/apply/resume", data={"code": used}).status_code == 303
        with store.scope() as session:
            rows = session.scalars(sa.select(TakeAway).where(TakeAway.uses_left == take_away.USES)).all()
            for row in rows:
                row.expires_at = NOW - dt.timedelta(seconds=1)
        said = set()
        for code in (used, old, "0000-0000-0000-00000", "", "山", "A" * 300):
            answer = browser(app).post("/apply/resume", data={"code": code})
            assert answer.status_code == 422
            said.add(re.sub(r'value="[^"]*"|nonce="[^"]*"', "", answer.text))
        assert len(said) == 1

    def test_guesses_are_counted_and_stopped(self, app: Flask, mine: Resident) -> None:
        client = browser(app)
        for _ in range(guessing.MOST["address"]):
            assert client.post("/apply/resume", data={"code": "x"}).status_code == 422
        code = made(app, mine)
        assert client.post("/apply/resume", data={"code": code}).status_code == 429
        elsewhere = client.post("/apply/resume", data={"code": code}, environ_base={"REMOTE_ADDR": "198.51.100.9"})
        assert elsewhere.status_code == 303

    def test_codes_can_be_taken_back_and_only_a_few_live(self, app: Flask, store: Store, mine: Resident) -> None:
        codes = [made(app, mine) for _ in range(take_away.MOST + 2)]
        with store.session(write=False) as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(TakeAway)) == take_away.MOST
        browser(app, mine.owner).post(f"/apply/{mine.draft.id}/take-away/revoke")
        assert browser(app).post("/apply/resume", data={"code": codes[-1]}).status_code == 422

    @both_backends
    def test_the_last_use_is_used_once(self, app: Flask, store: Store, mine: Resident) -> None:
        code = made(app, mine)
        with store.scope() as session:
            session.execute(sa.update(TakeAway).values(uses_left=1))
        outcome: list[str | None] = []

        def use(name: str) -> None:
            with store.scope() as session:
                outcome.append(take_away.use(session, code, name, name, dt.datetime.now(dt.UTC)))

        threads = [threading.Thread(target=use, args=(f"browser{number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(map(str, outcome)) == sorted([mine.draft.id, "None", "None", "None"])

    def test_discarding_leaves_no_code_and_no_holder(self, app: Flask, store: Store, mine: Resident) -> None:
        browser(app).post("/apply/resume", data={"code": made(app, mine)})
        browser(app, mine.owner).post(f"/apply/{mine.draft.id}/discard")
        with store.session(write=False) as session:
            for table in (Draft, DraftHolder, TakeAway):
                assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0

    def test_a_cookie_cannot_name_a_counter_or_an_account(self, app: Flask, store: Store, mine: Resident) -> None:
        with store.scope() as session:
            drafts.adopt(session, mine.draft.id, "counter:X")
            drafts.adopt(session, mine.draft.id, "account:Y")
        for owner in ("counter:X", "account:Y"):
            assert browser(app, owner).get(f"/apply/{mine.draft.id}/").status_code == 404


class TestOneCaseOneDraft:
    """démarches #2860: four or five drafts of the same case."""

    CHOSEN = {"procedure": ["move-out", "move-in", "health-insurance", "child-allowance"], "event": "moving"}

    def test_the_same_again_offers_to_go_on(self, app: Flask, store: Store, mine: Resident) -> None:
        client = browser(app, mine.owner)
        page = Page(client.post("/apply/", data=self.CHOSEN))
        assert "書きかけの下書きがあります" in page.text
        assert any(f"/apply/{mine.draft.id}/" in href for href in page.links.values())
        with store.session(write=False) as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 1
        _, said = page.form()
        assert client.post("/apply/", data=said).status_code == 303, "a new one all the same"
        with store.session(write=False) as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 2

    def test_another_case_and_a_submitted_one_are_no_reason_to_ask(self, app: Flask, mine: Resident) -> None:
        client = browser(app, mine.owner)
        assert client.post("/apply/", data={"procedure": "resident-record"}).status_code == 303
        client.post(f"/apply/{mine.draft.id}/submit")
        assert client.post("/apply/", data=self.CHOSEN).status_code == 303


class TestSharedMachine:
    def test_the_cookie_lives_minutes_and_every_page_renews_it(self, app: Flask, mine: Resident) -> None:
        client = browser(app, mine.owner)
        plain = client.get(f"/apply/{mine.draft.id}/").headers.getlist("Set-Cookie")
        assert not any(one.startswith("owner=") for one in plain)
        answer = client.post(f"/apply/{mine.draft.id}/share", data={"shared": "1"})
        assert any("Max-Age=1800" in one for one in answer.headers.getlist("Set-Cookie"))
        page = client.get(f"/apply/{mine.draft.id}/q/move")
        assert any("Max-Age=1800" in one for one in page.headers.getlist("Set-Cookie"))
        assert "まで開けます" in page.text and "時間をのばす" in page.text
        walker = Walker(client)
        walker.open(f"/apply/{mine.draft.id}/q/move")
        assert walker.send(press=("_do", "stay"), **{"move.old_address.number": "3"}).heading == walker.seen[0]
        gone = client.get("/apply/away")
        assert any("owner=;" in one for one in gone.headers.getlist("Set-Cookie"))
        assert client.get(f"/apply/{mine.draft.id}/").status_code == 404

    def test_one_may_say_that_it_is_ones_own_after_all(self, app: Flask, mine: Resident) -> None:
        client = browser(app, mine.owner)
        client.post(f"/apply/{mine.draft.id}/share", data={"shared": "1"})
        answer = client.post(f"/apply/{mine.draft.id}/share")
        assert any("Max-Age=7776000" in one for one in answer.headers.getlist("Set-Cookie"))


class TestChangedDefinitions:
    def test_what_changed_is_said_until_it_was_read(
        self, app: Flask, store: Store, mine: Resident, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = browser(app, mine.owner)
        assert "変わったこと" not in client.get(f"/apply/{mine.draft.id}/").text
        old = CATALOGUE["health-insurance"]
        new = Field(Section("news", "新しいこと"), "told", "新しい質問の名前", Text())
        monkeypatch.setitem(CATALOGUE, "health-insurance", dataclasses.replace(old, asks=(*old.asks, Ask(new))))
        monkeypatch.delitem(CATALOGUE, "child-allowance")
        page = Page(client.get(f"/apply/{mine.draft.id}/"))
        assert "新しい質問：新しい質問の名前" in page.text
        assert "いまは電子申請を受け付けていません" in page.text
        assert "児童手当" in page.text
        client.post(f"/apply/{mine.draft.id}/changes")
        page = Page(client.get(f"/apply/{mine.draft.id}/"))
        assert "変わったこと" not in page.text
        with store.session(write=False) as session, tenancy.all_wards(session, "the test counts"):
            assert session.scalar(sa.select(sa.func.count()).select_from(Application)) == 0

    def test_a_draft_of_before_this_was_kept_opens(self, app: Flask, store: Store, mine: Resident) -> None:
        from counter import vault

        with store.scope() as session:
            row = session.get_one(Draft, mine.draft.id)
            aad = f"draft:content:{row.id}"
            content = vault.of(session).open(session, row.key_id, aad, row.content)
            old = {name: content[name] for name in ("procedures", "event", "answers", "kept", "suggested")}
            row.content = vault.of(session).seal(session, row.key_id, aad, json.loads(json.dumps(old)))
        assert browser(app, mine.owner).get(f"/apply/{mine.draft.id}/").status_code == 200
