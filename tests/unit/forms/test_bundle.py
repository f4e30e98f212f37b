"""Bundles: the properties over random households, and the move that everything is measured by."""

from __future__ import annotations

import random
from typing import Any

import pytest

from forms.bundle import Bundle, Incomplete
from forms.gather import gather
from forms.model import Section
from forms.procedures import CATALOGUE
from tests.documents import answer_all, household
from tests.unit.forms.properties import SEEDS, check_all, without

MOVING = ("move-out", "move-in", "health-insurance", "child-allowance")
MOVES = (
    "move-out", "move-in", "child-allowance", "pension", "child-medical", "childcare", "school-aid", "care-insurance",
    "care-insurance-leaving",
)  # fmt: skip


@pytest.fixture
def move() -> dict[str, Any]:
    """A family of three moves from 渋谷区 to 江東区; the applicant is neither head nor claimant."""
    day = {"iso": "2026-11-20", "precision": "day", "as_written": "2026-11-20"}
    address = {"town": "町", "number": "1-1"}
    member = {"moves": "yes", "sex": "1", "joins_insurance": "no"}
    return {
        "event": {"cause": "moving"},
        "move": {
            "old_address": {"city": "東京都渋谷区", **address}, "new_address": {"city": "東京都江東区", **address},
            "out_date": day, "in_date": day, "jan1": "old",
        },
        "who": {"filed_by": "self", "applicant": "a", "head": "b", "old_head": "b"},
        "people": [
            {"id": "a", "name": {"family": "髙橋", "given": "花子"}, "phone": {"e164": "+819012345678", "as_written": "09012345678"},
             "birth_date": date("1990-02-03"), "relation": "spouse", **member, "joins_insurance": "yes"},
            {"id": "b", "name": {"family": "髙橋", "given": "太郎"}, "birth_date": date("1988-01-02"), "relation": "head",
             "pension": "employee", "account": {"bank": "みずほ", "branch": "深川", "type": "ordinary", "number": "1234567"}, **member},
            {"id": "c", "name": {"family": "髙橋", "given": "一"}, "birth_date": date("2019-05-01"), "relation": "child",
             "raised": "yes", "to_claimant": "child", "together": "yes", **member},
        ],
        "child-allowance": {"claimant": "b", "has_spouse": "yes", "spouse": "a"},
        "child-allowance-consent": {"consent": "yes"},
        "health-insurance": {"previous": "national", "payment": "slip"},
    }  # fmt: skip


def date(iso: str) -> dict[str, str]:
    return {"iso": iso, "precision": "day", "as_written": iso}


def of(*codes: str) -> Bundle:
    return Bundle([CATALOGUE[code] for code in codes])


def test_properties_hold_over_random_households() -> None:
    covered = check_all(SEEDS)
    lists = [f"two in {about.record_key} of {procedure.code}"
             for procedure in CATALOGUE.values() for about in procedure.abouts if isinstance(about.who, Section)]  # fmt: skip
    few = {name: covered[name] for name in (*CATALOGUE, *lists, "only a role", "nobody", "must", "opened")
           if covered[name] < 3}  # fmt: skip
    assert not few, "green, but hardly tried"


def test_one_move_makes_four_applications(move: dict[str, Any]) -> None:
    found = of(*MOVING).applications(move)
    assert [(application.procedure, application.ward, application.office) for application in found] == [
        ("move-out", "131130", "resident-registry"),
        ("move-in", "131083", "resident-registry"),
        ("health-insurance", "131083", "health-insurance"),
        ("child-allowance", "131083", "child-support"),
    ]
    out, into, insurance, allowance = (application.answers for application in found)
    assert "in_date" not in out["move"] and "out_date" not in into["move"]
    assert [row["name"]["given"] for row in insurance["insured"]] == ["花子"]
    assert [row["name"]["given"] for row in allowance["children"]] == ["一"]
    assert "account" not in repr(out) + repr(into) + repr(insurance)
    assert found[3].origins["claimant.account"] == "people.b.account"


def test_a_missing_answer_is_named_and_nothing_is_made(move: dict[str, Any]) -> None:
    broken = without(move, "people.b.account")
    [problem] = of(*MOVING).problems(broken)
    assert (problem.path, problem.code, problem.by) == ("people.b.account", "missing", "child-allowance")
    with pytest.raises(Incomplete):
        of(*MOVING).applications(broken)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("move.new_address", {"city": "横浜市", "town": "x", "number": "1"}, "not-ours"),
        ("child-allowance.spouse", "b", "must"),
        ("child-allowance.spouse", "nobody", "invalid"),
        ("people.c.raised", "no", "nobody"),
        ("people.b.account", {"bank": "x"}, "invalid"),
        ("move.in_date", {"iso": "2026-11-20"}, "invalid"),
        ("move.jan1", None, "missing"),
    ],
)
def test_what_keeps_a_bundle_back(move: dict[str, Any], path: str, value: Any, code: str) -> None:
    parts = path.split(".")
    holder = move[parts[0]] if len(parts) == 2 else next(item for item in move["people"] if item["id"] == parts[1])
    holder[parts[-1]] = value
    assert code in {problem.code for problem in of(*MOVING).problems(move)}


def test_somebody_who_only_fills_a_role_is_asked_for_no_list(move: dict[str, Any]) -> None:
    move["people"].append({"id": "z", "listed": False, "name": {"single": "Agent"}})
    move["who"]["applicant"] = "z"
    paths = {question.path for question in of(*MOVING).asked(move)}
    assert "people.z.phone" in paths and "people.z.moves" not in paths


def test_a_supplier_reaches_each_ward_and_each_learns_of_no_other() -> None:
    document = household([CATALOGUE["supplier"]], random.Random(5))
    document["supplier"]["wards"] = ["131083", "131130"]
    found = of("supplier").applications(document)
    assert [(application.ward, application.answers["supplier"]["wards"]) for application in found] == [
        ("131083", ["131083"]), ("131130", ["131130"]),
    ]  # fmt: skip


def test_a_person_on_paper_in_two_places_is_one_when_nothing_contradicts() -> None:
    procedure = CATALOGUE["child-allowance"]
    name, phone = {"family": "髙橋", "given": "太郎"}, {"e164": "+819012345678", "as_written": "090-1234-5678"}
    claimant = {"name": name, "birth_date": date("1988-01-02")}
    one = gather(procedure, {"applicant": {"name": name, "phone": phone}, "claimant": claimant})
    assert one["who"]["applicant"] == one["child-allowance"]["claimant"]
    other = gather(procedure, {"claimant": claimant, "spouse": {"name": name, "birth_date": date("1990-01-02")}})
    assert other["child-allowance"]["claimant"] != other["child-allowance"].get("spouse")


ALLOWANCE = {
    "raised"
}  # it is paid for children who live apart as well (監護), so they are asked about wherever they stay


def test_who_stays_behind_is_asked_nothing_of_the_move(move: dict[str, Any]) -> None:
    for child in (True, False):
        stays = {
            "id": "s",
            "name": {"single": "凪"},
            "moves": "no",
            "birth_date": date("2018-05-01" if child else "1970-01-01"),
        }
        document = move | {"people": [*move["people"], stays]}
        asked = {one.path.split(".")[2] for one in of(*MOVES).asked(document) if one.path.startswith("people.s.")}
        assert asked == {"moves", "birth_date", *(ALLOWANCE if child else ())}


def test_where_nobody_moves_nobody_is_asked_whether_they_move() -> None:
    for seed, code in enumerate(("child-medical", "pension", "school-aid", "childcare", "care-insurance")):
        document = {"event": {"cause": "birth"}, "people": [{"id": "a"}, {"id": "b"}]}
        answer_all(of(code), document, random.Random(seed))
        assert not [one.path for one in of(code).asked(document) if one.field.name == "moves"]


def test_two_people_of_one_name_on_paper_are_two_where_a_rule_says_so() -> None:
    record = {
        "deceased": {"name": {"single": "Suharto"}, "birth_date": date("1963-07-09")},
        "applicant": {"name": {"single": "Suharto"}, "phone": {"e164": "+81312345678", "as_written": "03-1234-5678"}},
    }
    roles = gather(CATALOGUE["bereavement"], record)["who"]
    assert roles["deceased"] != roles["applicant"]


def test_one_question_of_two_procedures_is_as_strict_as_the_stricter() -> None:
    document = {
        "event": {"cause": "birth", "born_on": date("2026-11-02")}, "care-assessment": {"subject": "a"},
        "people": [{"id": "a", "birth_date": date("2019-05-01"), "raised": "yes"}],
    }  # fmt: skip
    asked = {one.path: one for one in of("care-assessment", "child-medical").asked(document)}
    assert asked["people.a.insurer"].required, "optional in the one, required in the other"
    assert not asked["people.a.birth_date"].choosing, "it chooses, and stands in a record too"
    assert asked["people.a.raised"].choosing
