"""保存したデータの再利用: what is kept with consent comes back in the next application, and is the resident's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from counter import tenancy, vault
from counter.extensions import Store
from counter.models.application import Application
from counter.models.keys import Key
from counter.models.profile import Account, AccountBundle, Consent, Look
from counter.queries.records import sealed_as
from counter.services import profiles
from counter.vault import Shredded
from tests import moves, signing
from tests.conftest import both_backends
from tests.pages import Resident
from tests.returning import CODES, EVERYBODY, NEXT, Person, file_once, kept, remembered
from tests.staff import hire
from tests.staff import sign_in as staff_sign_in


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with signing.running() as issuer:
        yield issuer


@pytest.fixture
def settings(issuer: str, tmp_path: Path) -> dict[str, Any]:
    return signing.settings(issuer, tmp_path)


def contents(store: Store) -> list[dict[str, Any]]:
    """What stands in the records of every application."""
    with store.session(write=False) as session, tenancy.all_wards(session, "a test looks everywhere"):
        rows = session.scalars(sa.select(Application).order_by(Application.bundle_id, Application.line)).all()
        return [vault.of(session).open(session, row.key_id, sealed_as(row.ward, row.id), row.sealed) for row in rows]


@both_backends
def test_somebody_who_came_back_answers_under_a_third(app: Flask, store: Store) -> None:
    first = file_once(app)
    again = Person(app)
    again.begin()
    assert "保存した内容を使いますか" in again.page.text
    again.use()
    assert "保存した内容" in again.page.texts("sc-tag--done")
    again.walk(NEXT)
    sources = again.page.texts("sc-answer__from")
    assert any("転入届" in words and "から写しました" in words for words in sources)
    again.submit(keep=True)
    print(f"questions answered by hand: the first time {first.answered}, with consent {again.answered}")
    assert again.answered * 3 < first.answered
    latest = contents(store)[-len(CODES) :]
    how = {json.dumps(said, sort_keys=True) for one in contents(store) for said in one["provenance"].values()}
    assert any('"carried"' in one and '"profile"' in one for one in how)
    assert not any("move-in" in one for one in how), "an office does not learn what was filed elsewhere"
    assert len(latest) == len(CODES)
    profile = kept(store)
    assert profile is not None and len(profile.people) == 3, "the same people, merged"
    with store.session(write=False) as session:
        given = session.scalars(sa.select(Consent)).all()
        assert {(one.text_version, one.withdrawn_at) for one in given} == {(profiles.TEXT_VERSION, None)}


def test_consent_is_asked_and_never_given_beforehand(app: Flask, store: Store) -> None:
    person = Person(app)
    person.begin()
    person.walk(EVERYBODY)
    box = next(one for one in person.page.tree.iter("input") if one.get("name") == "keep")
    assert "checked" not in box.attrib
    person.submit(keep=False)
    assert kept(store) is None
    with store.session(write=False) as session:
        assert session.scalars(sa.select(Consent)).all() == []
        assert len(session.scalars(sa.select(AccountBundle)).all()) == 1, "what was filed is found again all the same"
    person.begin()
    assert "保存した内容を使いますか" not in person.page.text


def test_a_visitor_is_neither_asked_nor_offered(app: Flask, store: Store) -> None:
    visitor = Resident(app.test_client())
    answer = visitor.client.post("/apply/", data={"procedure": list(CODES), "event": "moving"})
    visitor.open(answer.location)
    assert "サインインする" in visitor.page.text
    visitor.walk(EVERYBODY)
    assert not [one for one in visitor.page.tree.iter("input") if one.get("name") == "keep"]
    visitor.send(keep="yes")
    with store.session(write=False) as session:
        assert session.scalars(sa.select(Account)).all() == []


def test_nothing_is_used_when_it_was_refused(app: Flask, store: Store) -> None:
    person = remembered(app, store)
    person.begin()
    person.send("reuse-form", no="1")
    assert "保存した内容を使いますか" not in person.page.text
    assert person.client.post(f"/my/drafts/{person.draft}/use", data={"yes": "1"}).status_code == 303
    assert "写しました" not in person.open(f"/apply/{person.draft}/").text, "decided once"


def test_somebody_else_may_come_along_later(app: Flask, store: Store) -> None:
    person = remembered(app, store)
    person.begin()
    person.send("reuse-form", yes="1")
    assert "花子" not in person.open(f"/apply/{person.draft}/people").response.text
    person.open(f"/apply/{person.draft}/")
    hanako = next(one for one in kept(store).people if one.facts["name"].value["given"] == "花子")  # type: ignore[union-attr]
    person.send("reuse-form", person=hanako.id)
    people = person.open(f"/apply/{person.draft}/people").response.text
    assert "花子" in people and "一郎" not in people
    assert "花子" not in "".join(person.open(f"/apply/{person.draft}/").texts("sc-choice__text"))


def test_what_was_used_may_still_be_refused(app: Flask, store: Store) -> None:
    person = remembered(app, store)
    person.begin()
    person.use()
    assert "保存した内容を使っています" in person.page.text
    person.send(f"/my/drafts/{person.draft}/refuse")
    assert "保存した内容を使っています" not in person.page.text
    people = person.open(f"/apply/{person.draft}/people")
    assert "山田" not in people.response.text and len(people.questions) == 1


def test_an_agent_keeps_and_uses_nothing(app: Flask, store: Store) -> None:
    person = remembered(app, store)
    before = kept(store)
    person.begin()
    person.use()
    person.open(f"/apply/{person.draft}/q/who")
    person.send(**{"who.filed_by": "agent"})
    assert "山田" not in person.open(f"/apply/{person.draft}/people").response.text
    assert "保存した内容を使" not in person.open(f"/apply/{person.draft}/").text
    assert kept(store) == before


def test_a_carried_answer_that_is_emptied_blocks_nothing(app: Flask, store: Store) -> None:
    """Open Forms #1833."""
    person = remembered(app, store)
    person.begin()
    person.use()
    person.walk(NEXT)
    me = person.people[0]
    person.open(f"/apply/{person.draft}/q/people.{me}?back=check")
    assert f"people.{me}.email" in person.carried
    person.send(**{f"people.{me}.email": ""})
    assert person.page.heading == "答えを確かめてください"
    person.submit(keep=False)
    record = next(one["record"] for one in contents(store) if "phone" in one["record"]["applicant"])
    assert "email" not in record["applicant"]


def test_other_procedures_are_filled_as_they_are_chosen(app: Flask, store: Store) -> None:
    person = remembered(app, store)
    person.begin("resident-record")
    person.use()
    person.client.post(
        f"/apply/{person.draft}/procedures", data={"procedure": ["resident-record", "seal-registration"]}
    )
    me = person.open(f"/apply/{person.draft}/people").questions[0].split(".")[1]
    assert (
        f"people.{me}.birth_date" in {*person.open(f"/apply/{person.draft}/q/people.{me}").questions} & person.carried
    )


def test_another_account_sees_nothing(app: Flask) -> None:
    mine = file_once(app)
    number = mine.page.texts("sc-number")[0]
    theirs = Person(app, "hanako")
    for page in ("/my/", "/my/kept", "/my/looks", "/my/kept.json", "/my/kept.html"):
        text = theirs.client.get(page).text
        assert "山田" not in text and number not in text, page
    paths = [href for text, href in mine.open("/my/kept").links.items() if text.startswith("直す")]
    assert len(paths) > 15
    for path in paths:
        assert theirs.client.get(path).status_code == 404
        assert theirs.client.post(path, data={}).status_code == 404
        theirs.client.post(f"{path}/remove")
    assert [href for text, href in mine.open("/my/kept").links.items() if text.startswith("直す")] == paths
    assert theirs.client.post(f"/my/drafts/{mine.draft}/open").status_code == 404
    assert theirs.client.post(f"/my/drafts/{mine.draft}/use", data={"yes": "1"}).status_code == 404
    assert theirs.client.post(f"/my/drafts/{mine.draft}/refuse").status_code == 404
    assert theirs.client.get(f"/status/{number}").status_code == 303
    assert mine.client.get(f"/status/{number}").status_code == 200


def test_a_draft_goes_on_in_another_browser(app: Flask) -> None:
    there = Person(app)
    there.begin()
    here = Person(app)
    here.open("/my/")
    assert "転入届" in here.page.text
    here.send(f"/my/drafts/{there.draft}/open")
    assert here.page.heading == "申請の準備"
    here.client.post("/my/sign-out")
    assert here.client.get(f"/apply/{there.draft}/").status_code == 404, "signed out, this browser forgets it"
    assert there.client.get(f"/apply/{there.draft}/").status_code == 200


def test_the_next_person_who_signs_in_finds_nothing_of_the_one_before(app: Flask) -> None:
    before = Person(app)
    before.begin()
    there = f"/apply/{before.draft}/"
    assert signing.sign_in(before.client, "hanako", after=there).location == "/my/"
    assert before.client.get(there).status_code == 404, "the same browser, another person"
    assert "転入届" not in before.client.get("/my/").text
    assert "転入届" in Person(app).open("/my/").text


def test_the_draft_one_was_writing_comes_along_into_the_account(app: Flask) -> None:
    person = Resident(app.test_client())
    begun = person.client.post("/apply/", data={"procedure": list(CODES), "event": "moving"}).location
    assert signing.sign_in(person.client, after=begun).location == begun
    assert "転入届" in Person(app).open("/my/").text


def test_what_is_kept_is_shown_corrected_and_removed(app: Flask, store: Store) -> None:
    person = remembered(app, store)
    page = person.open("/my/kept")
    for words in ("山田　太郎", "山田　花子", "山田　一郎", "09012345678", "東京都江東区", "で答えた内容です"):
        assert words in page.text, words
    me = kept(store).people[0].id  # type: ignore[union-attr]
    person.open(f"/my/kept/people.{me}.phone")
    person.send(**{f"people.{me}.phone": "123"})
    assert person.page.texts("sc-error")
    person.send(**{f"people.{me}.phone": "080-1111-2222"})
    assert "直しました" in person.page.text and "080-1111-2222" in person.page.text
    assert "わたしのページ」で直した" in person.page.text
    person.send(f"/my/kept/people.{me}.phone/remove")
    assert "080-1111-2222" not in person.page.text
    other = kept(store).people[1].id  # type: ignore[union-attr]
    person.send(f"/my/kept/people.{other}/remove")
    assert "花子" not in person.page.text
    profile = kept(store)
    assert profile is not None and "child-allowance.spouse" not in profile.facts
    person.send(f"/my/kept/people.{me}/remove")
    person.begin()
    person.use()
    assert person.page.heading == "申請の準備", "the resident's own facts are gone, and nobody took their place"
    assert "太郎" not in person.open(f"/apply/{person.draft}/people").response.text


def test_everything_can_be_taken_along(app: Flask) -> None:
    person = file_once(app)
    data = person.client.get("/my/kept.json")
    assert "attachment" in data.headers["Content-Disposition"] and data.headers["Cache-Control"] == "no-store"
    taken = data.get_json()
    assert len(taken["people"]) == 3 and taken["household"] and taken["consents"] and taken["looks"]
    assert len(taken["applications"][0]["lines"]) == len(CODES)
    readable = person.client.get("/my/kept.html")
    assert "attachment" in readable.headers["Content-Disposition"]
    assert "山田　太郎" in readable.text and "http" not in readable.text


@both_backends
def test_erasing_destroys_the_key(app: Flask, store: Store) -> None:
    person = file_once(app)
    with store.session(write=False) as session:
        row = session.scalars(sa.select(Account)).one()
        key_id, content, account_id = row.key_id, row.content, row.id
    assert key_id and content and "山田".encode() not in content
    person.open("/my/erase")
    person.send("/my/erase")
    assert "すべて消しました" in person.page.text and "山田" not in person.page.text
    with store.session(write=False) as session:
        key = session.get(Key, key_id)
        assert key is not None and key.wrapped is None and key.shredded_at is not None
        with pytest.raises(Shredded):
            vault.of(session).open(session, key_id, f"account:content:{account_id}", content)
        assert session.scalars(sa.select(Consent)).one().withdrawn_at is not None
    assert kept(store) is None
    person.begin()
    assert "保存した内容を使いますか" not in person.page.text
    person.walk(EVERYBODY)
    person.submit(keep=True)
    assert kept(store) is not None, "a new consent begins anew"


def test_one_sees_who_looked_when_and_why(app: Flask, store: Store) -> None:
    person = file_once(app)
    assert "職員" not in "".join(person.open("/my/looks").texts("sc-timeline__what"))
    hire(store, app, "clerk@example.jp", offices=("child-support",))
    clerk = staff_sign_in(app, "clerk@example.jp")
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):
        rows = session.scalars(sa.select(Application).where(Application.office == "child-support")).all()
    assert clerk.get(f"/office/cases/{rows[0].id}").status_code == 200
    page = person.open("/my/looks")
    assert "江東区 子育て支援課" in page.texts("sc-timeline__what")[0]
    assert "審査するために" in page.text and "児童手当" in page.text
    assert "clerk@example.jp" not in page.text
    person.begin()
    person.use()
    assert "新しい申請に、保存した内容を写しました" in person.open("/my/looks").text
    with store.session(write=False) as session:
        assert {row.why for row in session.scalars(sa.select(Look))} == {"keep", "prefill"}


def test_no_page_leaves_a_copy_with_the_browser(app: Flask, store: Store) -> None:
    person = remembered(app, store)
    for page in ("/my/", "/my/kept", "/my/looks", "/my/erase", "/my/kept.json", "/my/kept.html"):
        assert person.client.get(page).headers["Cache-Control"] == "no-store", page


def test_my_pages_cost_few_queries(app: Flask, store: Store) -> None:
    """However much was filed, the number of statements is the same."""
    person = file_once(app)
    counted = [_statements(app, person, page) for page in ("/my/", "/my/kept", "/my/looks")]
    for _ in range(2):
        person.begin("resident-record")
        person.use()
    file_once(app)
    assert [_statements(app, person, page) for page in ("/my/kept", "/my/looks")] == counted[1:]
    assert max(counted) <= 12, counted


def _statements(app: Flask, person: Person, page: str) -> int:
    ran: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        ran.append(statement)

    engine = app.extensions["store"].engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert person.client.get(page).status_code == 200
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return len([one for one in ran if one.startswith("SELECT")])


def test_the_guide_says_how_much_is_filled_already_and_fills_nothing_itself(app: Flask, store: Store) -> None:
    person = remembered(app, store)
    person.open("/start/moving")
    Resident.guide(person, {**moves.told(), **NEXT})
    assert "もう70％入力済み" in person.page.text and "次のページで選べます" in person.page.text
    person.send(procedure=["move-in"])
    assert "保存した内容を使いますか" in person.page.text, "nothing is used before it was agreed to"
    stranger = Resident(app.test_client())
    stranger.open("/start/moving")
    stranger.guide(moves.told())
    assert "もう70％入力済み" not in stranger.page.text and "次のページで選べます" not in stranger.page.text
