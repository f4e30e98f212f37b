"""手続ナビ: what follows from a life event, why, until when, and which questions are worth asking."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from forms.common import MOVE_IN_DATE
from forms.conditions import Is
from forms.guide import GUIDE, INSURANCE, PENSION
from forms.life_events import LIFE_EVENTS, guide_questions, said, suggestions
from forms.model import Deadline, Procedure, Trigger, WrongDefinition
from forms.path import look_up
from forms.procedures import CATALOGUE
from forms.rules import check_described

SHIBUYA, KOTO, OUTSIDE = "東京都渋谷区", "東京都江東区", "横浜市"
EVERYTHING = {
    "members": ["small", "pupil", "teen", "senior"], "insurance": "yes", "pension": "yes", "nursery": "yes",
    "school_costs": "yes", "seal": "yes", "allowance": "no", "head_changes": "yes",
    "died_was": ["head", "insured", "parent"], "needs_care": "yes", "care_address": "yes", "damaged": "yes",
    "needs": ["record", "seal"],
}  # fmt: skip
NOTHING = {
    "members": ["nobody"], "insurance": "no", "pension": "no", "nursery": "no", "school_costs": "no", "seal": "no",
    "allowance": "yes", "head_changes": "no", "died_was": ["none"], "needs_care": "no", "care_address": "no",
    "damaged": "no", "needs": ["seal"],
}  # fmt: skip


def move(old: str, new: str, **guide: Any) -> dict[str, Any]:
    return {"move": {"old_address": {"city": old}, "new_address": {"city": new}}, "guide": guide}


def day(iso: str) -> dict[str, str]:
    return {"iso": iso, "precision": "day", "as_written": iso}


def codes(event: str, answers: dict[str, Any]) -> set[str]:
    return {found.procedure.code for found in suggestions(event, answers)}


def asked(event: str, answers: dict[str, Any]) -> list[str]:
    return [item.field.key for item in guide_questions(event, answers)]


FAR = {
    "move-out", "move-in", "health-insurance", "health-insurance-leaving", "pension", "child-allowance", "child-medical",
    "child-allowance-ending", "childcare", "school-aid", "care-insurance", "care-insurance-leaving", "seal-registration",
}  # fmt: skip
LEAVING = {"move-out", "health-insurance-leaving", "child-allowance-ending", "care-insurance-leaving"}


@pytest.mark.parametrize(
    ("event", "answers", "expected"),
    [
        ("moving", move(SHIBUYA, KOTO, **EVERYTHING), FAR),
        ("moving", move(OUTSIDE, KOTO, **EVERYTHING), FAR - LEAVING),
        ("moving", move(SHIBUYA, OUTSIDE, **EVERYTHING), LEAVING),
        ("moving", move(KOTO, KOTO, **EVERYTHING), {"move-within", "child-medical", "childcare", "care-insurance"}),
        ("moving", move(SHIBUYA, KOTO, **NOTHING), {"move-out", "move-in"}),
        ("moving", move(KOTO, KOTO, **NOTHING), {"move-within"}),
        ("moving", move(OUTSIDE, "大阪市", **EVERYTHING), set()),
        ("birth", {"guide": EVERYTHING}, {"child-allowance", "child-medical", "childcare", "health-insurance"}),
        ("birth", {"guide": NOTHING}, {"child-allowance-more", "child-medical"}),
        ("marriage", {"guide": EVERYTHING}, {"household-change", "health-insurance", "pension"}),
        ("bereavement", {"guide": EVERYTHING}, {"bereavement", "funeral", "household-change", "child-allowance"}),
        ("bereavement", {"guide": NOTHING}, {"bereavement"}),
        ("school", {"guide": EVERYTHING}, {"childcare", "school-aid"}),
        ("care", {"guide": EVERYTHING}, {"care-assessment", "care-insurance"}),
        ("disaster", {"guide": EVERYTHING}, {"damage-certificate", "safety"}),
        ("disaster", {}, {"safety"}),
        ("certificate", {"guide": EVERYTHING}, {"resident-record", "seal-registration"}),
        ("business", {}, {"supplier"}),
    ],
)
def test_what_follows(event: str, answers: dict[str, Any], expected: set[str]) -> None:
    places = {"home": {"address": {"city": KOTO}}, "death": {"last_address": {"city": KOTO}}}
    assert codes(event, {**places, **answers}) == expected


def test_what_waits_for_an_answer_is_not_suggested_yet() -> None:
    assert codes("moving", move(SHIBUYA, KOTO)) == {"move-out", "move-in"}
    assert codes("moving", {"move": {"new_address": {"city": KOTO}}}) == set()
    assert codes("bereavement", {}) == set(), "no ward is known"


def test_each_suggestion_has_its_reason_and_its_ward() -> None:
    found = suggestions("moving", move(SHIBUYA, KOTO, **EVERYTHING))
    assert all(one.reason for one in found)
    assert {one.ward for one in found if one.procedure.code in LEAVING} == {"131130"}
    assert {one.ward for one in found if one.procedure.code not in LEAVING} == {"131083"}
    [ward] = {one.ward for one in suggestions("birth", {"home": {"address": {"city": KOTO}}, "guide": EVERYTHING})}
    assert ward == "131083"


def test_a_question_that_could_change_nothing_is_not_asked() -> None:
    assert asked("moving", move(SHIBUYA, KOTO))[:2] == ["move.out_date", "move.in_date"]
    assert "move.out_date" not in asked("moving", move(OUTSIDE, KOTO)), "nobody of ours waits for it"
    assert "move.in_date" not in asked("moving", move(SHIBUYA, OUTSIDE))
    assert "guide.pension" not in asked("moving", move(KOTO, KOTO))


def test_a_question_opens_by_an_earlier_one() -> None:
    assert "guide.nursery" not in asked("moving", move(SHIBUYA, KOTO, members=["senior"]))
    assert "guide.nursery" in asked("moving", move(SHIBUYA, KOTO, members=["small"]))
    stale = move(SHIBUYA, KOTO, members=["senior"], nursery="yes")
    assert "childcare" not in codes("moving", stale), "an answer off the path chooses nothing"


def test_deadlines_become_days_once_dated() -> None:
    answers = move(SHIBUYA, KOTO, **EVERYTHING)
    assert all(found.last_day is None for found in suggestions("moving", answers))
    answers["move"] |= {"in_date": day("2026-11-20"), "out_date": day("2026-11-20")}
    days = {found.procedure.code: str(found.last_day) for found in suggestions("moving", answers) if found.deadline}
    assert days["move-in"] == "2026-12-04"
    assert days["child-allowance"] == "2026-12-07", "5 December is a Saturday"
    assert days["move-out"] == "2026-11-30"


@pytest.mark.parametrize(
    ("funeral", "last"),
    [
        ("2023-11-20", "2025-11-20"),
        ("2024-02-29", "2026-03-02"),  # to 28 February, a Saturday
        ("2022-12-30", "2025-01-06"),  # 30 December; the first days of the year, and a weekend
    ],
)
def test_two_years_end_on_the_same_date(funeral: str, last: str) -> None:
    death = {"last_address": {"city": KOTO}, "funeral_on": day(funeral)}
    answers = {"death": death, "guide": {"died_was": ["insured"]}}
    [found] = [one for one in suggestions("bereavement", answers) if one.procedure.code == "funeral"]
    assert found.last_day == dt.date.fromisoformat(last)


def test_every_event_leads_somewhere_and_every_procedure_is_found_by_some() -> None:
    named = {trigger.event for procedure in CATALOGUE.values() for trigger in procedure.triggers}
    assert named == set(LIFE_EVENTS)
    assert all(procedure.triggers for procedure in CATALOGUE.values())


@pytest.mark.parametrize("event", LIFE_EVENTS)
def test_every_question_of_the_guide_is_there_for_something(event: str) -> None:
    places = {}
    for place, city in zip(LIFE_EVENTS[event].places, (SHIBUYA, KOTO), strict=False):
        places.setdefault(place.section.key, {})[place.name] = {"city": city}
    questions = asked(event, {**places, "guide": EVERYTHING})
    assert questions == [item.field.key for item in LIFE_EVENTS[event].asks]


def test_the_guides_own_answers_leave_in_no_record() -> None:
    for procedure in CATALOGUE.values():
        assert GUIDE not in {found.section for found in procedure.fields()}


@pytest.mark.parametrize("event", [event for event in LIFE_EVENTS if LIFE_EVENTS[event].says])
def test_what_happened_is_not_asked_again(event: str) -> None:
    for field, answer in LIFE_EVENTS[event].says:
        assert look_up(said(event), field.key) == answer
        assert field.kind.valid(answer)


@pytest.mark.parametrize(
    "trigger",
    [
        Trigger("party", "x"),
        Trigger("birth", "x", apart=True),
        Trigger("moving", "x", apart=True, within=True),
        Trigger("birth", "x", when=Is(PENSION, "yes")),
        Trigger("birth", "x", Deadline(14, MOVE_IN_DATE, "x")),
    ],
)
def test_a_wrong_trigger_fails_at_import(trigger: Trigger) -> None:
    with pytest.raises(WrongDefinition):
        check_described(replace(CATALOGUE["move-in"], triggers=(trigger,)))


def test_a_wrong_category_fails_at_import_and_a_right_trigger_does_not() -> None:
    def made(**more: Any) -> Procedure:
        return replace(CATALOGUE["move-in"], **more)

    with pytest.raises(WrongDefinition):
        check_described(made(category="parties"))
    check_described(made(triggers=(Trigger("moving", "x", within=True, when=Is(INSURANCE, "no")),)))
