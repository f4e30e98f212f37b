"""代理人: who files for somebody else belongs to nobody's household, and every page says for whom."""

from __future__ import annotations

import pytest
from flask import Flask

from counter.extensions import Store
from counter.services import drafts
from tests.integration.test_drafts_elsewhere import answers, browser
from tests.pages import Page
from tests.pages import Resident as Walker
from tests.residents import Resident, with_finished_drafts


@pytest.fixture
def mine(store: Store) -> Resident:
    """A move that somebody begins to file; the first of the people is who writes."""
    return with_finished_drafts(store, 1, codes=("move-out",))[0]


def who(app: Flask, mine: Resident) -> Walker:
    walker = Walker(browser(app, mine.owner))
    walker.open(f"/apply/{mine.draft.id}/q/who")
    return walker


def test_who_writes_becomes_the_agent_and_moves_with_nobody(app: Flask, store: Store, mine: Resident) -> None:
    writer, client = (person["id"] for person in mine.draft.answers["people"][:2])
    walker = who(app, mine)
    walker.send(**{"who.filed_by": "agent"})
    found = answers(store, mine)
    assert found["who"]["agent"] == writer
    assert "applicant" not in found["who"], "the one who entrusted it has to be named"
    assert found["people"][0]["listed"] is False
    assert "who.agent" in walker.page.questions
    walker.send(**{"who.applicant": client, "who.mandate": "転出届を出すこと"})
    assert answers(store, mine)["who"]["applicant"] == client
    page = Page(walker.client.get(f"/apply/{mine.draft.id}/"))
    assert "山田　太郎さん（代理人）が、山田　花子さんのために申請します" in page.text
    assert "家族ではない方" in Page(walker.client.get(f"/apply/{mine.draft.id}/people")).text


def test_changing_ones_mind_brings_everybody_back(app: Flask, store: Store, mine: Resident) -> None:
    walker = who(app, mine)
    walker.send(**{"who.filed_by": "agent"})
    walker.open(f"/apply/{mine.draft.id}/q/who")
    walker.send(**{"who.filed_by": "self"})
    assert all(person.get("listed") is not False for person in answers(store, mine)["people"])
    assert "代理人が申請します" not in walker.client.get(f"/apply/{mine.draft.id}/").text


def test_somebody_beside_the_household_is_asked_nothing_of_the_move(app: Flask, store: Store, mine: Resident) -> None:
    walker = Walker(browser(app, mine.owner))
    walker.open(f"/apply/{mine.draft.id}/people")
    walker.send(press=("_do", "add:apart"))
    added = answers(store, mine)["people"][-1]
    assert added["listed"] is False
    with store.session(write=False) as session:
        assert drafts.load(session, mine.draft.id, mine.owner) is not None
    walker.send(**{f"people.{added['id']}.name.family": "鈴木", f"people.{added['id']}.name.given": "頼"})
    assert f"q/people.{added['id']}" not in walker.client.get(f"/apply/{mine.draft.id}/").text
