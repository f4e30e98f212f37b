"""手続ナビ: a question a page, what follows growing beside it, answers that can be changed, a choice at its end."""

from __future__ import annotations

import random
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter import tenancy
from counter.extensions import Store
from counter.models.draft import Draft
from counter.services import guide, overlays
from counter.services.filled import filled
from counter.web.front.search import search
from forms.kinds.base import Kind
from forms.life_events import LIFE_EVENTS
from forms.overlays import Overlay
from forms.procedures import CATALOGUE
from tests import documents, lives, moves
from tests.pages import Resident


@pytest.fixture
def resident(client: FlaskClient) -> Resident:
    return Resident(client)


def to_wards(resident: Resident, old: str, new: str) -> None:
    resident.open("/start/moving")
    resident.send(**{"guide.at_old_address": old, "guide.at_new_address": new})


def to_list(resident: Resident) -> None:
    resident.open("/start/moving")
    resident.guide(moves.told())
    assert resident.page.heading == "あなたに必要な手続"


def offered(resident: Resident) -> list[str]:
    return resident.page.form()[1].getlist("procedure")


def test_nothing_is_kept_before_the_first_answer_and_then_it_is_sealed(resident: Resident, store: Store) -> None:
    def rows() -> list[Draft]:
        with store.session() as session:
            return list(session.scalars(sa.select(Draft)))

    resident.open("/start/moving")
    resident.send(**{"guide.at_old_address": "", "guide.at_new_address": moves.KOTO})
    assert resident.page.texts("sc-error") == ["＊選んでください。"] and rows() == []
    to_wards(resident, moves.SHIBUYA, moves.KOTO)
    assert len(rows()) == 1 and moves.SHIBUYA.encode() not in rows()[0].content
    assert moves.SHIBUYA not in resident.address


def test_one_question_a_page_and_the_list_grows_with_dates(resident: Resident) -> None:
    to_wards(resident, moves.SHIBUYA, moves.KOTO)
    grown = []
    while resident.page.questions:
        assert len(resident.page.questions) == 1
        grown.append(len(resident.page.texts("sc-running__item")))
        resident.fill(moves.told())
    assert grown == sorted(grown) and grown[0] >= 2
    assert len(offered(resident)) >= grown[-1]
    assert "2026年11月25日（水）まで" in resident.page.text, "14 days after 11 November"


def test_an_answer_can_be_changed_from_the_list_and_by_going_back(resident: Resident) -> None:
    to_list(resident)
    assert "health-insurance" in offered(resident)
    change = next(href for text, href in resident.page.links.items() if "国民健康保険に入っている方" in text)
    resident.open(change)
    assert resident.page.form()[1]["guide.insurance"] == "yes"
    resident.send(**{"guide.insurance": "no"})
    assert resident.page.heading == "あなたに必要な手続" and "health-insurance" not in offered(resident)
    places = 0
    while "戻る" in resident.page.links and "/guide" in resident.page.links["戻る"]:
        resident.open(resident.page.links["戻る"])
        places += 1
    assert resident.page.questions == ["guide.at_old_address", "guide.at_new_address"] and places > 3
    assert resident.page.form()[1]["guide.at_new_address"] == moves.KOTO


def test_a_move_inside_one_ward_is_another_procedure(resident: Resident) -> None:
    resident.open("/start/moving")
    told = moves.told()
    told["guide"]["at_old_address"] = moves.KOTO
    resident.guide(told)
    assert "move-within" in offered(resident) and not {"move-in", "move-out"} & set(offered(resident))


def test_two_places_that_are_not_ours_are_told_so(resident: Resident, store: Store) -> None:
    to_wards(resident, guide.ELSEWHERE, guide.ELSEWHERE)
    assert all("東京23区" in text for text in resident.page.texts("sc-error")) and resident.page.texts("sc-error")
    with store.session() as session:
        assert session.scalars(sa.select(Draft)).all() == []
    to_wards(resident, guide.ELSEWHERE, moves.KOTO)
    resident.guide(moves.told())
    assert "move-in" in offered(resident) and "move-out" not in offered(resident)


def test_what_was_chosen_becomes_the_drafts_tasks(resident: Resident) -> None:
    to_list(resident)
    resident.send(procedure=[])
    assert "手続を一つ以上選んでください。" in resident.page.text
    resident.send(procedure=["move-in", "nothing-of-ours"])
    assert (
        resident.page.heading == "申請の準備" and "転入届" in resident.page.text and "転出届" not in resident.page.text
    )
    assert "move.in_date" in _asked(resident), "the task list still shows what the guide was told"


def _asked(resident: Resident) -> list[str]:
    resident.open(next(href for href in resident.page.links.values() if "/q/move" in href))
    assert resident.page.form()[1]["move.in_date.day"] == "11"
    return resident.page.questions


def test_an_unfinished_guide_is_offered_again(resident: Resident) -> None:
    to_wards(resident, moves.SHIBUYA, moves.KOTO)
    here = resident.address
    assert any("/guide" in href for href in resident.open("/").links.values())
    resident.open("/start/moving")
    assert "つづきがあります" in resident.page.text
    resident.open(next(href for href in resident.page.links.values() if "/apply/" in href))
    assert resident.address == here
    assert "つづきがあります" not in resident.open("/start/birth").text


def test_somebody_elses_guide_is_absent(resident: Resident, app: Flask) -> None:
    to_wards(resident, moves.SHIBUYA, moves.KOTO)
    address = re.sub(r"/guide.*", "/guide", resident.address)
    for path in (address, f"{address}/places"):
        assert app.test_client().get(path).status_code == 404
        assert app.test_client().post(path).status_code == 404


def test_no_key_of_the_guide_breaks_it(resident: Resident) -> None:
    to_wards(resident, moves.SHIBUYA, moves.KOTO)
    base = re.sub(r"/guide.*", "/guide/", resident.address)
    for key in ("people", "guide.nothing", "..", "guide.nursery"):
        resident.open(f"{base}{key}")
        assert resident.page.response.status_code in (200, 404)


def test_a_language_is_changed_in_the_middle(resident: Resident) -> None:
    to_wards(resident, moves.SHIBUYA, moves.KOTO)
    question = resident.page.questions
    resident.send(press=("_lang", "en"), **{f"{question[0]}.year": "20"})
    assert resident.page.tree.get("lang") == "en" and resident.page.questions == question
    assert resident.page.form()[1][f"{question[0]}.year"] == "20"


@pytest.mark.parametrize("key", lives.WALKED)
def test_every_life_event_ends_with_something_to_file_or_register(key: str) -> None:
    event = LIFE_EVENTS[key]
    told = lives.tell(event, lives.everything)
    assert guide.follow(event, told)
    for seed in range(40):
        rng = random.Random(seed)
        answers = lives.tell(event, lambda kind, _, rng=rng: documents.answer(kind, rng))
        found = guide.follow(event, answers)
        assert len({one.procedure.code for one in found}) == len(found)
        assert all(one.reason and one.procedure.summary for one in found)


def test_every_procedure_follows_from_something() -> None:
    seen = {"supplier"}
    for event in LIFE_EVENTS.values():
        picks = [lives.everything, _inside_koto, *(_random(seed) for seed in range(20))]
        for pick in picks if event.key != "business" else ():
            seen |= {one.procedure.code for one in guide.follow(event, lives.tell(event, pick))}
    assert set(CATALOGUE) <= seen


def _inside_koto(kind: Kind, path: str) -> object:
    return moves.KOTO if path.startswith("guide.at_") else lives.everything(kind, path)


def _random(seed: int) -> object:
    rng = random.Random(seed)
    return lambda kind, _: documents.answer(kind, rng)


def test_the_share_that_is_filled_grows_with_answers_and_never_says_more_than_there_is() -> None:
    document = moves.answers()
    for code in moves.MOVE:
        nothing, all_of_it = filled([CATALOGUE[code]], {}), filled([CATALOGUE[code]], document)
        assert nothing.percent == 0 and nothing.known == 0
        assert all_of_it.known <= all_of_it.asked and all_of_it.percent >= 70
    together = filled([CATALOGUE[code] for code in moves.MOVE], document).asked
    assert together < sum(filled([CATALOGUE[code]], document).asked for code in moves.MOVE)


def test_the_ward_chosen_in_the_catalogue_stands_in_the_address(resident: Resident) -> None:
    page = resident.open(f"/procedures/move-in?ward={moves.KOTO}")
    assert "江東区の区民課 住民記録係に届きます" in page.text and "日本語" in page.text
    resident.send("/apply/")
    resident.open(next(href for href in resident.page.links.values() if "/q/move" in href))
    assert resident.page.form()[1]["move.new_address.city"] == "東京都江東区"


def test_what_a_ward_does_not_take_is_said_and_cannot_be_begun(resident: Resident, store: Store) -> None:
    with store.scope() as session:
        overlay = Overlay(moves.KOTO, "childcare", offered=False, note={"ja": "区の窓口へどうぞ。"})
        with tenancy.tenant(session, moves.KOTO):
            overlays.change(session, overlay, seen=0, actor="staff:1")
    page = resident.open(f"/procedures/childcare?ward={moves.KOTO}")
    assert "受け付けていません" in page.text and "区の窓口へどうぞ。" in page.text
    assert "この手続を始める" not in page.text
    assert "保育" not in resident.open(f"/procedures?ward={moves.KOTO}&q=保育園").text.split("件見つかりました")[-1]
    resident.open("/start/moving")
    resident.guide(lives.life("moving").answers)
    assert "childcare" not in offered(resident) and "電子窓口で受け付けていません" in resident.page.text


def test_words_reach_every_procedure(app: Flask) -> None:
    with app.test_request_context():
        for code, one in CATALOGUE.items():
            titles = [found.code for found in search(one.title)[0]]
            assert titles and titles[0] == code or code in titles[:3], one.title
        for words in ("ひっこし", "ヒッコシ", "hikkoshi", "ＨＩＫＫＯＳＨＩ", "引っ越しました", "引越し"):
            assert {"move-in", "move-out"} <= {found.code for found in search(words)[0]}, words
        assert search("🦊") == ([], False)
