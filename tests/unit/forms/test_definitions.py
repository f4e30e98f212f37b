"""Definitions: wrong ones fail at import, right ones keep their digest, old copies come back."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from forms.common import BIRTH_DATE, HEAD, HOME_ADDRESS, JAN1, MOVE_IN_DATE, NAME, NEW_ADDRESS, PEOPLE, PHONE
from forms.conditions import Age, Differ, Is
from forms.exports import columns, row
from forms.kinds import ALL_KINDS, Choice, Text
from forms.messages import N_
from forms.model import About, Ask, Field, Must, Procedure, Section, WrongDefinition, ask
from forms.procedures import CATALOGUE
from forms.procedures.child_allowance import RAISED
from forms.routing import NotOurs, route
from forms.schema import schema
from forms.snapshot import digest, dump, load

GOLDEN = {
    "bereavement": "13af928a9bde9097",
    "care-assessment": "5e43859563710177",
    "care-insurance": "2c1b3ae4315c757c",
    "care-insurance-leaving": "54122271ea978838",
    "child-allowance": "e9ff2550b8f853ee",
    "child-allowance-ending": "955acbf3580ba37e",
    "child-allowance-more": "ce21a8a13c44919f",
    "child-medical": "0d0a8da55a3a76b0",
    "childcare": "433b06960e487d65",
    "damage-certificate": "acdb76543b0f09da",
    "funeral": "6bc6fe3432752d35",
    "health-insurance": "4b62bb5a52c6fe79",
    "health-insurance-leaving": "157767f7e684fda7",
    "household-change": "6867ee1332a22e51",
    "move-in": "d26f50782f2a8cbd",
    "move-out": "26ef81f3b0f20f15",
    "move-within": "9776967a6d55a795",
    "pension": "9324385294a600ae",
    "resident-record": "0016e8109c7e33aa",
    "safety": "1c4593b4a8c31648",
    "school-aid": "aa823a280fbc7288",
    "seal-registration": "f1ea795aee668f0e",
    "supplier": "480063160586aa89",
}
EARLY = Section("early", "x", order=1)


def made(*asks: Ask | About, **more: Any) -> Procedure:
    return Procedure("trial", N_("試し"), "disaster", to=NEW_ADDRESS, asks=(*ask(NEW_ADDRESS), *asks), **more)


def test_digests_are_those_of_the_printed_paper() -> None:
    """A digest that changes sends every printed sheet and running draft the long way round: change it knowingly."""
    assert {code: digest(procedure) for code, procedure in CATALOGUE.items()} == GOLDEN


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_a_copy_as_json_comes_back_equal(code: str) -> None:
    procedure = CATALOGUE[code]
    copy = load(json.loads(json.dumps(dump(procedure))))
    assert copy == procedure and digest(copy) == digest(procedure)


def test_words_for_people_are_no_part_of_the_digest() -> None:
    plain = made()
    assert digest(plain) == digest(made(summary="x", visit=True))
    assert digest(plain) != digest(made(Ask(JAN1)))


def test_a_copy_keeps_defaults_that_change_later() -> None:
    copied = json.dumps(dump(CATALOGUE["resident-record"]))
    assert '"longest": 100' in copied and '"required": true' in copied


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Procedure("trial", "x", "disaster", to=HOME_ADDRESS, asks=ask(NEW_ADDRESS)),
        lambda: Procedure("trial", "x", "disaster", to=NEW_ADDRESS, asks=(Ask(NEW_ADDRESS, required=False),)),
        lambda: Procedure("Trial", "x", "disaster", to=NEW_ADDRESS, asks=ask(NEW_ADDRESS)),
        lambda: made(Ask(JAN1), Ask(JAN1)),
        lambda: made(Ask(HOME_ADDRESS, when=Is(JAN1, "old"))),
        lambda: made(Ask(JAN1), Ask(Field(EARLY, "late", "x", Text()), when=Is(JAN1, "old"))),
        lambda: made(Ask(NAME)),
        lambda: made(About(HEAD, ask(JAN1))),
        lambda: made(About(HEAD, ask(NAME), where=Is(RAISED, "yes"))),
        lambda: made(About(JAN1, ask(NAME))),
        lambda: made(About(EARLY, ask(NAME))),
        lambda: made(About(HEAD, ())),
        lambda: made(About(HEAD, ask(NAME, NAME))),
        lambda: made(About(HEAD, ask(NAME)), About(HEAD, ask(PHONE))),
        lambda: made(About(HEAD, (Ask(NAME, when=Is(RAISED, "yes")),))),
        lambda: made(About(PEOPLE, ask(NAME), where=Age(BIRTH_DATE, MOVE_IN_DATE, under=18))),
        lambda: made(*ask(MOVE_IN_DATE), About(PEOPLE, ask(NAME), where=Age(BIRTH_DATE, MOVE_IN_DATE, under=18))),
        lambda: made(About(PEOPLE, ask(NAME), where=Is(RAISED, "yes") | Is(RAISED, "no"))),
        lambda: made(About(HEAD, ask(NAME), name="move")),
        lambda: made(musts=(Must(Differ(HEAD, JAN1), "x", at=HEAD),)),
        lambda: Field(EARLY, "Late", "x", Text()),
    ],
)
def test_a_wrong_definition_fails_when_it_is_made(wrong: Any) -> None:
    with pytest.raises(WrongDefinition):
        wrong()


def test_a_schema_demands_what_a_condition_opens() -> None:
    validator = jsonschema.Draft202012Validator(schema(CATALOGUE["supplier"]))
    sole = {"form": "sole"}
    errors = {error.validator for error in validator.iter_errors({"supplier": sole})}
    assert "required" in errors
    missing = [error.message for error in validator.iter_errors({"supplier": {"form": "corporation"}})]
    assert any("corporate_number" in message for message in missing)
    assert not any("corporate_number" in error.message for error in validator.iter_errors({"supplier": sole}))


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_a_schema_is_one(code: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(CATALOGUE[code]))


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_an_empty_record_exports_empty_cells(code: str) -> None:
    procedure = CATALOGUE[code]
    assert row(procedure, {}) == [""] * len(columns(procedure))
    labels = [column.label for column in columns(procedure)]
    assert len(labels) == len(set(labels)), "two columns of one name"


def test_nothing_is_routed_by_default() -> None:
    procedure = CATALOGUE["move-in"]
    assert route(procedure, "131083").office_name == "区民課 住民記録係"
    assert "江東区" in route(procedure, "131083").reason
    for ward, offices in (("999999", None), ("131083", {"disaster": "x"})):
        with pytest.raises(NotOurs):
            route(procedure, ward, offices)


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.code)
def test_every_kind_has_its_facts(kind: type) -> None:
    made = kind(Choice().options) if kind.code == "choices" else kind()
    assert isinstance(made.schema(), dict)
    assert all(part.label for part in made.parts())
    assert made.cells() or kind.code == "person", "only a pointer has no place on paper"
    hash(made)
