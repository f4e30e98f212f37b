"""The whole catalogue: each procedure is complete, what two of them share is one fact, and some facts are never kept."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

import pytest

from forms.common import AGENT, FILED_BY, MANDATE, by_agent
from forms.guide import CATEGORIES
from forms.kinds import CorporateNumber, Declaration, File
from forms.kinds.base import Kind
from forms.model import Field, Procedure
from forms.msgids import msgids
from forms.paper import sheet
from forms.procedures import CATALOGUE
from forms.reuse import fact_of
from forms.routing import OFFICES
from forms.snapshot import digest

PROCEDURES = pytest.mark.parametrize("procedure", CATALOGUE.values(), ids=CATALOGUE)
DOMAIN = {  # P1 … P16, and the procedures by which P7, P9 and P13 end, grow and begin
    "move-in", "move-within", "move-out", "household-change", "resident-record", "seal-registration",
    "health-insurance", "health-insurance-leaving", "pension", "child-allowance", "child-allowance-more",
    "child-allowance-ending", "child-medical", "childcare", "school-aid", "care-insurance", "care-insurance-leaving",
    "care-assessment", "funeral", "bereavement", "damage-certificate",
}  # fmt: skip
NEVER_COMMON = re.compile("同意|署名|誓約|宣言|写真|マイナンバー|個人番号|使いみち|使途|証明書の?使")
FRESH_KINDS = (Declaration, File)
VISITS = {"move-in", "move-within", "seal-registration"}
BY_HAND = {"supplier", "safety", *(code for code in DOMAIN if code.startswith("child")), "school-aid"}


def fields() -> list[tuple[Procedure, Field]]:
    return [(procedure, found) for procedure in CATALOGUE.values() for found in procedure.fields()]


def test_the_catalogue_is_whole() -> None:
    assert set(CATALOGUE) == DOMAIN | {"safety", "supplier"}
    assert {code for code, procedure in CATALOGUE.items() if procedure.visit} == VISITS


@PROCEDURES
def test_a_procedure_says_what_people_need(procedure: Procedure) -> None:
    assert procedure.category in CATEGORIES
    assert procedure.office in OFFICES
    assert len(procedure.words.split()) >= 4 and procedure.summary.endswith("。")
    assert re.search("[ぁ-ん]{3}", procedure.words), "kana find it too"
    assert all(trigger.reason.endswith("。") for trigger in procedure.triggers)
    assert all(trigger.deadline is None or trigger.deadline.source for trigger in procedure.triggers)
    assert {procedure.words, *procedure.at_hand} <= {*msgids(procedure), ""}


def test_both_ends_of_a_move_share_one_clock() -> None:
    assert {code for code, procedure in CATALOGUE.items() if procedure.linked == "move"} == {"move-out", "move-in"}


@PROCEDURES
def test_how_long_an_office_takes_is_no_part_of_the_digest(procedure: Procedure) -> None:
    assert 1 <= procedure.days <= 60
    assert digest(replace(procedure, days=99)) == digest(procedure)


@PROCEDURES
def test_a_procedure_takes_three_pages_of_paper_at_most(procedure: Procedure) -> None:
    assert len(sheet(procedure).pages) <= 3


def test_a_fact_that_two_procedures_ask_is_the_same_fact() -> None:
    meanings: dict[str, set[Field]] = defaultdict(set)
    for _, found in fields():
        meanings[found.key].add(found)
    assert {key for key, found in meanings.items() if len(found) > 1} == set()


def test_two_facts_never_bear_the_same_name() -> None:
    """A resident who reads one label twice thinks that the question was asked twice."""
    keys: dict[tuple[bool, str], set[str]] = defaultdict(set)
    for procedure, found in fields():
        if procedure.code not in ("safety", "supplier"):
            keys[found.section.many, found.label].add(found.key)
    assert {label: found for label, found in keys.items() if len(found) > 1} == {}


def test_sections_differ_in_key_and_title_and_each_has_its_place() -> None:
    sections = {found.section for _, found in fields()}
    for attribute in ("key", "title", "order"):
        values = [getattr(section, attribute) for section in sections]
        twice = {value for value in values if values.count(value) > 1}
        assert twice <= {50, 90}, (attribute, twice)  # suppliers and 安否 are filed beside nothing else


def test_what_is_never_common_is_never_carried_over() -> None:
    """DOMAIN: consent, signature, declaration, photograph, My Number, the purpose of a certificate."""
    tried = 0
    for procedure, found in fields():
        if NEVER_COMMON.search(found.label) or isinstance(found.kind, FRESH_KINDS):
            tried += 1
            assert not found.prefill and fact_of(found) is None, f"{procedure.code}: {found.key}"
    assert tried > 20


def test_nothing_but_what_is_once_only_is_kept_from_being_carried_over() -> None:
    assert {found.key for _, found in fields() if not found.prefill and not isinstance(found.kind, FRESH_KINDS)} == {
        "resident-record.purpose", "damage-certificate.purposes", "who.mandate", "safety.hide_from_family",
        "safety.hide_from_friends", "safety.publish",
    }  # fmt: skip


def test_nobody_asks_for_a_my_number() -> None:
    for procedure, found in fields():
        assert "マイナンバー" not in found.label and "個人番号" not in found.label, procedure.code
        digits = getattr(found.kind, "most", 0) if found.kind.code == "digits" else 0
        assert digits != 12 or isinstance(found.kind, CorporateNumber)


def test_an_account_belongs_to_a_person() -> None:
    """In whose name it is follows from whose it is: there is no field for a holder."""
    for _, found in fields():
        if found.kind.code == "account":
            assert found.section.key == "people"


@PROCEDURES
def test_an_agent_may_file_and_says_what_was_entrusted(procedure: Procedure) -> None:
    asked = {found.key for found in procedure.fields()}
    assert ({FILED_BY.key, AGENT.key, MANDATE.key} <= asked) is (procedure.code not in BY_HAND)


def test_who_files_is_read_from_the_answers() -> None:
    assert by_agent({"who": {"filed_by": "agent"}})
    for answers in ({}, {"who": {"filed_by": "self"}}, {"who": {"filed_by": None}}, {"who": "agent"}):
        assert not by_agent(answers)


def test_every_kind_has_an_example_in_the_catalogue() -> None:
    def used(kind: Kind) -> str:
        return kind.code

    assert {"account", "address", "digits", "file", "declaration", "date"} <= {
        used(found.kind) for _, found in fields()
    }
