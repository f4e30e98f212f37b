"""The newborn's day, told at two places of a draft: one of them is asked, the other follows."""

from __future__ import annotations

from typing import Any

from counter.services import drafts, newborn
from counter.services.drafts import Draft
from forms.kinds import Date
from forms.path import look_up

DAY, OTHER = (Date().parse(day) for day in ("2026-11-02", "2026-11-03"))


def draft(**answers: Any) -> Draft:
    return Draft("d", "n", (), answers={"people": [{"id": "a", "birth_date": DAY}], **answers})


def told(mine: Draft, path: str, value: Any) -> None:
    before = newborn.days(mine)
    drafts.put(mine.answers, path, value)
    newborn.settle(mine, before)


def child(mine: Draft) -> str:
    return str(look_up(mine.answers, newborn.NEWBORN))


def test_the_child_comes_with_its_day_and_both_stay_one() -> None:
    mine = draft()
    told(mine, "event.born_on", DAY)
    assert [one.get("birth_date") for one in mine.answers["people"]] == [DAY, DAY]
    told(mine, "event.born_on", OTHER)
    assert look_up(mine.answers, f"people.{child(mine)}.birth_date") == OTHER
    told(mine, f"people.{child(mine)}.birth_date", DAY)
    assert look_up(mine.answers, "event.born_on") == DAY
    told(mine, f"people.{child(mine)}.birth_date", None)
    assert look_up(mine.answers, "event.born_on") == DAY, "an emptied day is asked there, and says nothing"
    told(mine, "people.a.birth_date", OTHER)
    assert look_up(mine.answers, "event.born_on") == DAY


def test_a_child_that_was_taken_out_does_not_come_back() -> None:
    mine = draft()
    told(mine, "event.born_on", DAY)
    drafts.remove_person(mine, child(mine))
    told(mine, "event.born_on", OTHER)
    assert len(mine.answers["people"]) == 1


def test_nobody_is_added_who_may_be_there_already() -> None:
    mine = draft(people=[{"id": "a"}, {"id": "b", "name": {"single": "新"}}])
    told(mine, "event.born_on", DAY)
    assert len(mine.answers["people"]) == 2
    told(draft(people=[]), "event.born_on", DAY)


def test_what_cannot_be_read_moves_nothing() -> None:
    mine = draft()
    told(mine, "event.born_on", {"iso": "no"})
    assert len(mine.answers["people"]) == 1
