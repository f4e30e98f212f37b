"""Invented households and what they write on a procedure's paper: seeded, consistent, partly outside every lexicon."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from forms import eras
from forms.bundle import Bundle
from forms.kinds import (
    Account,
    Address,
    Choice,
    Choices,
    CorporateNumber,
    Count,
    Date,
    Declaration,
    Digits,
    Email,
    File,
    InvoiceNumber,
    Kana,
    Kind,
    LongText,
    Name,
    Person,
    Phone,
    Postcode,
    Text,
    Ward,
    Wards,
)
from forms.kinds.files import on_paper
from forms.kinds.numbers import corporate_check_digit
from forms.messages import Invalid
from forms.model import Field, Procedure
from forms.wards import WARDS
from tests.scans import vocabulary as words

MOVED = dt.date(2026, 10, 1)
VISITS = dt.date(2031, 4, 1)
OPTIONAL_ANSWERED = 0.85
IN_NEED = {"care-insurance": 78, "care-insurance-leaving": 78, "childcare": 3, "school-aid": 9}
"""of what age somebody must be for whom the procedure is made"""


@dataclass
class Member:
    """One of the household; `role` is what they are to its head."""

    id: str
    role: str
    family: tuple[str, str]
    given: tuple[str, str]
    woman: bool
    born: dt.date
    answers: dict[str, Any] = field(default_factory=dict)


class Household:
    """People who live together and move from one place to another."""

    def __init__(
        self, rng: np.random.Generator, ward: str = "131083", children: int | None = None, split: str = ""
    ) -> None:
        """`split`: uses only that split's share of the vocabulary; all of it without one."""
        self.rng = rng
        self.split = split
        self.ward = ward
        many = int(rng.integers(1, 4)) if children is None else children
        family = self.word(words.RARE_FAMILIES if rng.random() < 0.25 else words.FAMILIES)
        woman = bool(rng.random() < 0.5)
        self.members = [self._adult("p1", "head", family, woman), self._adult("p2", "spouse", family, not woman)]
        names = rng.permutation(np.array(words.share(words.GIVEN_CHILDREN, split)))
        for place in range(many):
            given = tuple(str(word) for word in names[place % len(names)])
            if rng.random() < 0.2:
                given = self.word(words.RARE_GIVEN)
            born = MOVED - dt.timedelta(days=int(rng.integers(200, 16 * 365)))
            self.members.append(Member(f"p{place + 3}", "child", family, given, bool(rng.random() < 0.5), born))
        self.new = self.address(ward)
        self.old = self.address(self.pick([code for code in WARDS if code != ward]))

    def pick(self, options: Any) -> Any:
        return options[int(self.rng.integers(len(options)))]

    def word(self, options: Any) -> Any:
        """A word of this household's split, so that no name, place or sentence trains and tests."""
        return self.pick(words.share(options, self.split))

    def _adult(self, id_: str, role: str, family: tuple[str, str], woman: bool) -> Member:
        given = self.word(words.GIVEN_WOMEN if woman else words.GIVEN_MEN)
        born = MOVED - dt.timedelta(days=int(self.rng.integers(27 * 365, 55 * 365)))
        return Member(id_, role, family, given, woman, born)

    def address(self, ward: str = "") -> dict[str, str]:
        """A real place in the ward; elsewhere in Japan without one. One town in seven is in no table."""
        rng = self.rng
        if ward:
            (postcode, town), city = self.word(words.TOWNS[ward]), "東京都" + WARDS[ward].name
        else:
            postcode, city, town = self.word(words.ELSEWHERE)
        if rng.random() < 0.15:
            town = self.word(words.UNLISTED_TOWNS)
        numbers = [str(int(rng.integers(1, high))) for high in (9, 30, 30)]
        number = "-".join(numbers) if rng.random() < 0.7 else f"{numbers[0]}丁目{numbers[1]}番{numbers[2]}号"
        made = {"postcode": postcode, "city": city, "town": town, "number": number}
        if building := self.word(words.BUILDINGS):
            made["building"] = building
        return made

    # --- answers ---

    def fill(self, procedure: Procedure) -> dict[str, Any]:
        """The office's record of the procedure, as this household would give it."""
        bundle = Bundle([procedure])
        self._fit(procedure.code)
        answers: dict[str, Any] = {"people": [{"id": member.id} for member in self.members]}
        skipped: set[str] = set()
        for _ in range(500):
            todo = [q for q in bundle.asked(answers) if q.path not in skipped and not _given(answers, q.path)]
            if not todo:
                break
            question = todo[0]
            if not question.required and self.rng.random() > OPTIONAL_ANSWERED:
                skipped.add(question.path)
                continue
            _give(answers, question.path, self.answer(question.path, question.field))
        made = bundle.applications(answers)
        return made[0].answers

    def _fit(self, code: str) -> None:
        """Somebody lives here for whom the procedure is made, and who moves within a ward comes from there."""
        if code == "move-within":
            self.old = self.address(self.ward)
        age = IN_NEED.get(code)
        if age is not None:
            born = MOVED - dt.timedelta(days=age * 365 + int(self.rng.integers(0, 200)))
            given = self.word(words.GIVEN_WOMEN if age > 20 else words.GIVEN_CHILDREN)
            role = "parent" if age > 20 else "child"
            number = len(self.members) + 1
            self.members.append(Member(f"p{number}", role, self.members[0].family, given, True, born))

    def answer(self, path: str, asked: Field) -> Any:
        member = next((m for m in self.members if path.startswith(f"people.{m.id}.")), self.members[0])
        told = self._known(asked.key, member)
        return self._invented(asked.kind, asked.key, member) if told is None else told

    def _known(self, key: str, member: Member) -> Any:
        """What the household's story decides."""
        head, child = member.role == "head", member.role == "child"
        facts: dict[str, Any] = {
            "event.cause": "moving",
            "event.died_on": _date(MOVED, self.rng),
            "death.funeral_on": _date(MOVED + dt.timedelta(days=int(self.rng.integers(2, 9))), self.rng, plain=True),
            "death.last_address": self.new,
            "damage.address": self.new,
            "who.filed_by": "self",
            "who.agent": "p2",
            "who.deceased": "p2",
            "childcare.other_guardian": "p2",
            "people.address": self.new,
            "people.insurer": self.word(words.INSURERS),
            "people.school": f"区立{self.new['town']}小学校",
            "people.leaves_insurance": "yes",
            "people.joins_pension": "yes",
            "people.care_insured": "yes",
            "people.care_leaves": "yes",
            "people.changes_household": "yes",
            "people.allowance_added": "yes" if child else "no",
            "people.nursery": "yes",
            "people.school_aid": "yes",
            "childcare-wish.first": f"{self.new['town']}保育園",
            "child-allowance.spouse": "p2",
            "child-allowance.has_spouse": "yes",
            "people.birth_date": _date(member.born, self.rng),
            "people.raised": "yes" if child else "no",
            "people.to_claimant": "child",
            "people.together": "yes" if self.rng.random() < 0.7 else "no",
            "people.moves": "yes",
            "people.joins_insurance": "yes",
            "people.record_wanted": "yes" if head or child else "no",
            "people.relation": member.role,
            "people.sex": "2" if member.woman else "1",
            "move.new_address": self.new,
            "home.address": self.new,
            "move.old_address": self.old,
            "move.in_date": _date(MOVED + dt.timedelta(days=int(self.rng.integers(0, 30))), self.rng, plain=True),
            "move.out_date": _date(MOVED, self.rng, plain=True),
            "safety.birth_date": _date(member.born, self.rng),
            "safety.sex": "2" if member.woman else "1",
            "safety.ward": self.ward,
            "safety.address": "東京都" + WARDS[self.ward].name + self.new["town"] + self.new["number"],
            "safety.nationality": self.word(words.COUNTRIES),
            "safety.place": self.word(words.SHELTERS),
            "safety.contact": self._phone()["as_written"],
            "health-insurance.insurer": self.word(words.INSURERS),
            "resident-record.purpose": self.word(words.PURPOSES),
            "resident-record.copies": int(self.rng.integers(1, 4)),
            "supplier.trade_name": self.word(words.EMPLOYERS),
            "supplier.trade_kana": self.word(words.KANA_WORDS),
            "supplier.representative_title": "代表取締役",
            "supplier.capital": int(self.rng.integers(1, 90)) * 1000,
            "supplier.employees": int(self.rng.integers(2, 400)),
        }
        return facts.get(key)

    def _invented(self, kind: Kind, key: str, member: Member) -> Any:
        rng = self.rng
        match kind:
            case Person():
                return "p1"
            case Name():
                return {"family": member.family[0], "given": member.given[0]}
            case Kana():
                return {"family": member.family[1], "given": member.given[1]}
            case Date():
                day = (VISITS if kind.future else MOVED) + dt.timedelta(days=int(rng.integers(0, 27)))
                return _date(day, rng, plain=not kind.past)
            case Phone():
                return self._phone()
            case Email():
                return f"{self.pick(('hana', 'yama', 'taro', 'info', 'sora'))}{rng.integers(10, 99)}@example.jp"
            case Address():
                return self.address("" if rng.random() < 0.5 else self.pick(list(WARDS)))
            case Account():
                bank, branch = self.word(words.BANKS)
                return {"bank": bank, "branch": branch, "type": "ordinary", "number": f"{rng.integers(10**6, 10**7)}"}
            case Ward():
                return self.ward
            case Wards() | Choices():
                codes = [code for code, _ in kind.options]
                taken = rng.permutation(len(codes))[: max(kind.least, int(rng.integers(1, 4)))]
                return [codes[place] for place in sorted(taken)]
            case Choice():
                return self.pick(kind.options)[0]
            case Declaration():
                return "yes"
            case File():
                return on_paper()
            case Postcode():
                return self.new["postcode"]
            case CorporateNumber():
                base = f"{rng.integers(10**11, 10**12)}"
                return f"{corporate_check_digit(base)}{base}"
            case InvoiceNumber():
                return f"T{rng.integers(10**12, 10**13)}"
            case Digits():
                return "".join(str(d) for d in rng.integers(0, 10, int(rng.integers(kind.least, kind.most + 1))))
            case Count():
                return int(rng.integers(kind.least, min(kind.most, kind.least + 20) + 1))
            case LongText():
                return "。".join(self.word(words.SENTENCES) for _ in range(min(2, kind.lines))) + "。"
            case Text():
                return self.word(words.SENTENCES)[: kind.longest]
        raise TypeError(f"nobody knows what to write for {type(kind).__name__} ({key})")

    def _phone(self) -> dict[str, str]:
        """A number that may exist, written with hyphens or without."""
        rng = self.rng
        while True:
            four = [f"{int(rng.integers(1, 10_000)):04d}" for _ in range(2)]
            start = self.pick(("090", "080", "070", "03", "03"))
            written = self.pick(("-", "-", "-", "")).join((start, *four))
            try:
                return Phone().parse(written)  # type: ignore[no-any-return]
            except Invalid:
                continue


def _date(day: dt.date, rng: np.random.Generator, *, plain: bool = False) -> dict[str, str]:
    """The day as a form gives it: circled era (or 西暦), year, month, day; some write a leading zero."""
    era = eras.era_on(day)
    western = rng.random() < (0.05 if plain else 0.15)
    year = str(day.year if western else era.year_of(day.year))
    month, date = (f"{n:02d}" if rng.random() < 0.1 else str(n) for n in (day.month, day.day))
    raw = {"era": "ad" if western else era.code, "year": year, "month": month, "day": date}
    return Date().parse(raw)  # type: ignore[no-any-return]


def _given(answers: dict[str, Any], path: str) -> bool:
    holder, key = _holder(answers, path)
    return key in holder


def _give(answers: dict[str, Any], path: str, value: Any) -> None:
    holder, key = _holder(answers, path)
    holder[key] = value


def _holder(answers: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    section, *middle, key = path.split(".")
    if middle:
        return next(item for item in answers[section] if item["id"] == middle[0]), key
    return answers.setdefault(section, {}), key
