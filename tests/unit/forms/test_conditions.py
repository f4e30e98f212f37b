"""Conditions: three verdicts, legal ages, and what a list asks before it is decided."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from forms.common import BIRTH_DATE, JAN1, MOVE_IN_DATE
from forms.conditions import Age, Differ, Grade, InOrder, Is, reached
from forms.model import Field
from forms.procedures.child_allowance import RAISED


def given(**answers: Any) -> Any:
    return lambda field: answers.get(field.name)


def day(iso: str) -> dict[str, str]:
    return {"iso": iso, "precision": "day", "as_written": iso}


@pytest.mark.parametrize(
    ("born", "age", "on"),
    [
        ("2008-04-01", 18, "2026-03-31"),  # 早生まれ: reached on the day before the birthday
        ("2008-04-02", 18, "2026-04-01"),
        ("2008-02-29", 18, "2026-02-28"),
        ("2008-02-29", 20, "2028-02-28"),
    ],
)
def test_an_age_is_reached_the_day_before_the_birthday(born: str, age: int, on: str) -> None:
    assert reached(dt.date.fromisoformat(born), age) == dt.date.fromisoformat(on)


@pytest.mark.parametrize(
    ("born", "on", "holds"),
    [
        ("2008-04-01", "2026-03-31", True),
        ("2008-04-01", "2026-04-01", False),
        ("2008-04-02", "2026-04-01", True),
        ("2008-04-02", "2027-03-31", True),
        ("2008-04-02", "2027-04-01", False),
        ("2026-11-21", "2026-11-21", True),
    ],
)
def test_a_child_counts_to_the_31_march_after_18(born: str, on: str, holds: bool) -> None:
    age = Age(BIRTH_DATE, MOVE_IN_DATE, under=18, school_year=True)
    assert age.decide(given(birth_date=day(born), in_date=day(on))) is holds


@pytest.mark.parametrize(
    ("born", "on", "holds"),
    [("1961-11-22", "2026-11-20", False), ("1961-11-22", "2026-11-21", True), ("1951-11-22", "2026-11-21", False)],
)
def test_from_65_to_75(born: str, on: str, holds: bool) -> None:
    age = Age(BIRTH_DATE, MOVE_IN_DATE, least=65, under=75)
    assert age.decide(given(birth_date=day(born), in_date=day(on))) is holds


def test_without_an_answer_nothing_is_decided() -> None:
    assert Is(JAN1, "old").decide(given()) is None
    assert Age(BIRTH_DATE, MOVE_IN_DATE).decide(given(birth_date=day("2000-01-01"))) is None


@pytest.mark.parametrize(
    ("jan1", "raised", "both", "either"),
    [
        ("old", "yes", True, True), ("old", "no", False, True), ("new", "no", False, False),
        (None, "no", False, None), ("old", None, None, True), (None, None, None, None), ("new", None, False, None),
    ],
)  # fmt: skip
def test_and_or_with_an_answer_missing(jan1: str | None, raised: str | None, both: Any, either: Any) -> None:
    one, other = Is(JAN1, "old"), Is(RAISED, "yes")
    assert (one & other).decide(given(jan1=jan1, raised=raised)) is both
    assert (one | other).decide(given(jan1=jan1, raised=raised)) is either


def names(fields: Any) -> list[str]:
    return [field.name for field in fields]


def test_and_asks_on_only_while_it_may_still_hold() -> None:
    where = Is(JAN1, "old") & Is(RAISED, "yes")
    assert names(where.frontier(given())) == ["jan1"]
    assert names(where.frontier(given(jan1="new"))) == ["jan1"]
    assert names(where.frontier(given(jan1="old"))) == ["jan1", "raised"]


def test_or_asks_on_only_while_it_may_still_fail() -> None:
    where = Is(JAN1, "old") | Is(RAISED, "yes")
    assert names(where.frontier(given(jan1="old"))) == ["jan1"]
    assert names(where.frontier(given(jan1="new"))) == ["jan1", "raised"]


def test_one_of_several_picks_is_enough() -> None:
    field = Field(JAN1.section, "picks", "x", JAN1.kind)
    assert Is(field, "a", "b").decide(lambda _: ["c", "b"]) is True
    assert Is(field, "a", "b").decide(lambda _: ["c"]) is False
    assert Is(field, "a", "b").decide(lambda _: "b") is True


def test_relations() -> None:
    assert Differ(JAN1, RAISED).holds("a", "b")
    assert not Differ(JAN1, RAISED).holds("a", "a")
    assert InOrder(BIRTH_DATE, MOVE_IN_DATE).holds(day("2026-01-01"), day("2026-01-01"))
    assert not InOrder(BIRTH_DATE, MOVE_IN_DATE).holds(day("2026-01-02"), day("2026-01-01"))


@pytest.mark.parametrize(("born", "goes"), [("2020-04-01", True), ("2020-04-02", False), ("2011-04-01", False)])
def test_school_begins_with_the_first_april_after_the_sixth_birthday(born: str, goes: bool) -> None:
    days = {BIRTH_DATE.key: born, MOVE_IN_DATE.key: "2026-04-01"}
    on_that_day = Grade(BIRTH_DATE, MOVE_IN_DATE, first=1, last=9)
    assert on_that_day.decide(lambda field: {"iso": days[field.key], "precision": "day"}) is goes
