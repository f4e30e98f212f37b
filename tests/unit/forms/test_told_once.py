"""Nobody types a fact twice: what the guide was told is asked by no page after it, of whatever life event."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pytest

from counter.services import drafts, guide, newborn
from forms import kinds
from forms.bundle import Bundle
from forms.guide import DIED_WAS
from forms.kinds.base import Kind
from forms.life_events import LIFE_EVENTS, guide_questions, implied
from forms.model import Question
from forms.path import look_up
from tests import documents, lives

SAME = {
    "people.NEWBORN.birth_date": "event.born_on",
    "bereavement.was_head": "guide.died_was",
    "household-change.change": "guide.died_was",
}
"""Two names of one fact: what a page would ask, and the question of the guide that has told it."""
OTHER_DAYS = {"people.birth_date", "people.pension_from", "childcare.start", "school-aid.since", "damage.day"}
"""Days that pages ask after a guide that has asked for one. A new one stands here once somebody has seen that the guide asks for another."""
OTHER_ADDRESSES = {
    "move.old_address", "move.new_address", "home.address", "death.last_address",  # the guide knows their ward alone
    "jan1.address", "people.address", "damage.address",
}  # fmt: skip


@dataclass(frozen=True)
class After:
    """``told``: the document as the pages find it; ``asked``: what they ask that is not answered there."""

    told: dict[str, Any]
    asked: list[Question]


def after(event: str, seed: int, pick: Any = lives.everything) -> After:
    told = lives.tell(LIFE_EVENTS[event], pick)
    procedures = lives.files(LIFE_EVENTS[event], told)
    drafts.new_person(told)
    newborn.bring(told)
    guide.tell(event, told)
    answers = {
        key: [dict(one) for one in value] if isinstance(value, list) else dict(value) for key, value in told.items()
    }
    answers["people"] += [{"id": f"p{place}"} for place in range(4)]
    bundle, rng = Bundle(procedures), random.Random(f"{event}{seed}")
    documents.answer_all(bundle, answers, rng)
    return After(told, [one for one in bundle.asked(answers) if look_up(told, one.path) is None])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("event", lives.WALKED)
def test_no_page_asks_what_the_guide_was_told(event: str, seed: int) -> None:
    found = after(event, seed)
    heard = {item.field.key: item.field for item in guide_questions(event, guide.told(LIFE_EVENTS[event], found.told))}
    dated = any(isinstance(field.kind, kinds.Date) for field in heard.values())
    child = str(look_up(found.told, newborn.NEWBORN))
    for question in found.asked:
        assert question.field.key not in heard, "the very same question"
        meaning = SAME.get(question.path.replace(child, "NEWBORN"))
        assert meaning is None or look_up(found.told, meaning) is None, f"{question.path} is {meaning}"
        if dated and isinstance(question.field.kind, kinds.Date):
            assert question.field.key in OTHER_DAYS, question.path
        if isinstance(question.field.kind, kinds.Address):
            assert question.field.key in OTHER_ADDRESSES, question.path


def test_the_newborns_day_is_told_once() -> None:
    found = after("birth", 0)
    child = look_up(found.told, newborn.NEWBORN)
    assert look_up(found.told, f"people.{child}.birth_date") == look_up(found.told, "event.born_on")
    asked = [question.path for question in found.asked]
    assert f"people.{child}.name" in asked, "everything else is asked of it as of anybody"
    assert f"people.{child}.birth_date" not in asked


def answers_of_nobody(kind: Kind, path: str) -> Any:
    return ["none"] if path == DIED_WAS.key else lives.everything(kind, path)


def test_what_the_deceased_was_tells_what_it_can_and_no_more() -> None:
    told = {field.key: answer for field, answer in implied("bereavement", {"guide": {"died_was": ["head", "insured"]}})}
    assert told == {"bereavement.was_head": "yes", "household-change.change": "head"}
    asked = [question.path for question in after("bereavement", 0, answers_of_nobody).asked]
    assert "death.insurance" not in asked, "neither of the ward's insurances: another one"
    assert "bereavement.was_head" in asked, "a head with one left behind is told by nobody"
    assert implied("bereavement", {}) == []


def test_the_guide_never_talks_over_a_person() -> None:
    answers: dict[str, Any] = {"guide": {"died_was": ["head"]}, "bereavement": {"was_head": "no"}}
    guide.tell("bereavement", answers)
    assert answers["bereavement"]["was_head"] == "no"
    guide.tell("", answers)
