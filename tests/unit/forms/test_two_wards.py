"""A family of five leaves one ward for another with six procedures: no fact is asked twice, no office learns too much."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import pytest

from forms.bundle import Bundle
from forms.exports import columns, row
from forms.model import Question
from forms.path import look_up
from forms.procedures import CATALOGUE
from tests import moves

SIX = (
    "move-out", "move-in", "health-insurance-leaving", "health-insurance", "child-allowance-ending", "child-allowance",
)  # fmt: skip


@pytest.fixture
def family() -> dict[str, Any]:
    """Parents, two children and a grandmother; a grandmother is head, the father claims, the mother files."""
    answers = moves.answers()
    father, mother, child = answers["people"]
    second = copy.deepcopy(child) | {
        "id": "d4",
        "name": {"family": "山田", "given": "桜"},
        "birth_date": moves.day("2026-11-01"),
    }
    grandmother = {
        "id": "e5", "name": {"family": "山田", "given": "キヨ"}, "birth_date": moves.day("1950-03-31"), "sex": "2",
        "moves": "yes", "relation": "head", "joins_insurance": "yes", "raised": "no",
    }  # fmt: skip
    father["relation"] = "child"
    mother["phone"] = father.pop("phone")
    answers["people"] = [mother, father, child, second, grandmother]
    for person in answers["people"]:
        person["leaves_insurance"] = "yes"
    answers["who"] |= {"applicant": "b2", "head": "e5", "old_head": "a1", "recipient": "a1"}
    return answers


def of(*codes: str) -> Bundle:
    return Bundle([CATALOGUE[code] for code in codes])


def test_no_fact_is_asked_twice(family: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    bundle = of(*SIX)
    assert bundle.problems(family) == []
    asked = bundle.asked(family)
    facts = {(whose(question), question.field.key) for question in asked}
    assert len(asked) == len(facts)
    words = Counter((whose(question), question.field.label) for question in asked)
    assert [label for label, times in words.items() if times > 1] == [], "it reads as if it were asked twice"
    one_by_one = sum(len(of(code).asked(family)) for code in SIX)
    with capsys.disabled():
        print(f"\ntwo wards, five people, six procedures: {one_by_one} questions one by one, {len(asked)} together")
    assert len(asked) < one_by_one / 2


def whose(question: Question) -> str:
    return question.path.split(".")[1] if question.path.count(".") == 2 else ""


def test_no_two_questions_have_to_be_answered_alike(family: dict[str, Any]) -> None:
    """The same words typed twice would be a fact asked twice under two names."""
    typed: dict[tuple[str, str], set[str]] = {}
    for question in of(*SIX).asked(family):
        value = look_up(family, question.path)
        if question.field.kind.code in ("name", "address", "phone", "account", "text", "digits"):
            typed.setdefault((whose(question), repr(value)), set()).add(question.field.key)
    assert {value: keys for value, keys in typed.items() if len(keys) > 1} == {}


def test_each_office_gets_its_own_fields_and_no_others(family: dict[str, Any]) -> None:
    bundle = of(*SIX)
    filed = bundle.applications(family)
    assert [(one.procedure, one.ward) for one in filed] == [
        (
            code,
            moves.SHIBUYA if code in ("move-out", "health-insurance-leaving", "child-allowance-ending") else moves.KOTO,
        )
        for code in SIX
    ]
    asked_by = {question.path: question.by for question in bundle.asked(family)}
    for one in filed:
        procedure = CATALOGUE[one.procedure]
        assert set(one.origins.values()) <= {path for path, by in asked_by.items() if one.procedure in by}
        exported = dict(zip(columns(procedure), row(procedure, one.answers), strict=True))
        assert any(exported.values())
        told = " ".join(exported.values())
        assert ("0001" in told) is (one.procedure == "child-allowance"), "nobody else sees the account"
        assert ("キヨ" in told) is (not one.procedure.startswith("child-allowance"))


def test_filing_together_equals_filing_alone(family: dict[str, Any]) -> None:
    together = {one.procedure: one for one in of(*SIX).applications(family)}
    for code in SIX:
        [alone] = of(code).applications(family)
        assert together[code] == alone
