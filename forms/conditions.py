"""Conditions of questions (Is, Age, and, or; there is no Not) and the relations that a Must may state."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from forms.kinds.dates import date_of
from forms.model import Field

Answers = Callable[[Field], Any]
"""The valid answer of a field on the path, None while there is none."""


@dataclass(frozen=True, slots=True)
class Condition(ABC):
    """``decide`` is True, False, or None while an answer it needs is not there; None never opens a question."""

    @abstractmethod
    def decide(self, answers: Answers) -> bool | None: ...

    @abstractmethod
    def fields(self) -> tuple[Field, ...]: ...

    def frontier(self, answers: Answers) -> Iterator[Field]:
        """The fields to ask, in order, up to where it is decided or waits for an answer."""
        yield from self.fields()

    def __and__(self, other: Condition) -> Condition:
        return All((*_flat(self, All), *_flat(other, All)))

    def __or__(self, other: Condition) -> Condition:
        return AnyOf((*_flat(self, AnyOf), *_flat(other, AnyOf)))


def _flat(condition: Condition, kind: type[All] | type[AnyOf]) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, kind) else (condition,)


@dataclass(frozen=True, slots=True, init=False)
class Is(Condition):
    """The field's answer is one of ``values``; for several picks: one of them is."""

    field: Field
    values: tuple[str, ...]

    def __init__(self, field: Field, *values: str) -> None:
        object.__setattr__(self, "field", field)
        object.__setattr__(self, "values", values)

    def decide(self, answers: Answers) -> bool | None:
        answer = answers(self.field)
        if answer is None:
            return None
        return any(pick in self.values for pick in answer) if isinstance(answer, list) else answer in self.values

    def fields(self) -> tuple[Field, ...]:
        return (self.field,)


@dataclass(frozen=True, slots=True)
class Age(Condition):
    """Age on the day ``on`` is at least ``least`` and below ``under``.

    An age is reached when the day before the birthday ends (年齢計算ニ関スル法律). ``school_year``: below ``under``
    lasts to the 31 March on or after the day it is reached (児童手当法3条の「18歳に達する日以後の最初の3月31日」).
    ``instead``: days of which the first that is answered stands for ``on``, where another answer decides which is asked.
    """

    born: Field
    on: Field
    least: int = 0
    under: int = 200
    school_year: bool = False
    instead: tuple[Field, ...] = ()

    def decide(self, answers: Answers) -> bool | None:
        born = answers(self.born)
        on = next((day for field in (self.on, *self.instead) if (day := answers(field)) is not None), None)
        if born is None or on is None:
            return None
        birth, day = date_of(born), date_of(on)
        if self.least and day < reached(birth, self.least):
            return False
        last = reached(birth, self.under)
        if self.school_year:
            end = dt.date(last.year, 3, 31)
            return day <= (end if last <= end else dt.date(last.year + 1, 3, 31))
        return day < last

    def fields(self) -> tuple[Field, ...]:
        return (self.born, self.on, *self.instead)


@dataclass(frozen=True, slots=True)
class Grade(Condition):
    """学年 on the day ``on`` is from ``first`` to ``last``: 1 to 6 at elementary, 7 to 9 at junior high school.

    Below 1 come the years before school: 0 are those of the class of five-year-olds, -5 the babies of last year.
    School begins with the first 1 April on or after the sixth birthday (学校教育法17条1項「満六歳に達した日の翌日以後における
    最初の学年の初め」; six is reached the day before the birthday, so 1 April belongs to the older children, 早生まれ).
    """

    born: Field
    on: Field
    first: int = 1
    last: int = 9

    def decide(self, answers: Answers) -> bool | None:
        born, on = answers(self.born), answers(self.on)
        if born is None or on is None:
            return None
        return self.first <= grade(date_of(born), date_of(on)) <= self.last

    def fields(self) -> tuple[Field, ...]:
        return (self.born, self.on)


def grade(birth: dt.date, day: dt.date) -> int:
    """The year of school on ``day`` for somebody who neither began late nor repeated; 1 is the first."""
    return _school_year(day) - _school_year(reached(birth, 6))


def _school_year(day: dt.date) -> int:
    """年度: from 1 April."""
    return day.year if day.month >= 4 else day.year - 1


def reached(birth: dt.date, age: int) -> dt.date:
    """The day on which somebody reaches an age: the day before that birthday."""
    try:
        birthday = birth.replace(year=birth.year + age)
    except ValueError:  # 29 February in a common year: the day before the birthday is 28 February all the same
        birthday = dt.date(birth.year + age, 3, 1)
    return birthday - dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class All(Condition):
    parts: tuple[Condition, ...]

    def decide(self, answers: Answers) -> bool | None:
        verdicts = [part.decide(answers) for part in self.parts]
        return False if False in verdicts else None if None in verdicts else True

    def fields(self) -> tuple[Field, ...]:
        return tuple(field for part in self.parts for field in part.fields())

    def frontier(self, answers: Answers) -> Iterator[Field]:
        for part in self.parts:
            yield from part.frontier(answers)
            if part.decide(answers) is not True:
                return


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    parts: tuple[Condition, ...]

    def decide(self, answers: Answers) -> bool | None:
        verdicts = [part.decide(answers) for part in self.parts]
        return True if True in verdicts else None if None in verdicts else False

    def fields(self) -> tuple[Field, ...]:
        return tuple(field for part in self.parts for field in part.fields())

    def frontier(self, answers: Answers) -> Iterator[Field]:
        for part in self.parts:
            yield from part.frontier(answers)
            if part.decide(answers) is not False:
                return

    def of_list(self, section: str) -> Condition | None:
        """Its only part about that list: taken to hold of whoever stands there, it makes the whole hold. None if several."""
        parts = [part for part in self.parts if any(field.section.key == section for field in part.fields())]
        return parts[0] if len(parts) == 1 else None


@dataclass(frozen=True, slots=True)
class Holds(ABC):
    """A relation of two answers, judged only when both are there."""

    first: Field
    second: Field

    @abstractmethod
    def holds(self, first: Any, second: Any) -> bool: ...


@dataclass(frozen=True, slots=True)
class Differ(Holds):
    """The two are not the same person or value."""

    def holds(self, first: Any, second: Any) -> bool:
        return bool(first != second)


@dataclass(frozen=True, slots=True)
class SameWard(Holds):
    """Both addresses lie in one of our wards, the same."""

    def holds(self, first: Any, second: Any) -> bool:
        wards = self.first.kind.wards(first)
        return bool(wards) and wards == self.second.kind.wards(second)


@dataclass(frozen=True, slots=True)
class InOrder(Holds):
    """The first date is not after the second."""

    def holds(self, first: Any, second: Any) -> bool:
        return date_of(first) <= date_of(second)
