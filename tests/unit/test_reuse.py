"""What is carried from one application to the next: the allow-list holds over the whole catalogue and any household."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from counter.services import carrying, drafts, keeping
from counter.services.drafts import Draft
from counter.services.journey import journey
from counter.services.profiles import PEOPLE, Profile
from forms.bundle import Bundle
from forms.model import Field
from forms.path import look_up
from forms.procedures import CATALOGUE
from forms.reuse import CARRIED, fact_of
from tests import moves
from tests.documents import household

NOW = dt.datetime(2026, 11, 1, 3, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)
SEEDS = range(40)
FIELDS: dict[str, Field] = {field.key: field for one in CATALOGUE.values() for field in one.fields()}
APPLIED = [one for one in CATALOGUE.values() if one.door == "application"]
# DOMAIN §2, and what is told of one event only.
NEVER_KINDS = {"declaration", "file", "longtext"}
NEVER_WORDS = (
    "consent",
    "pledge",
    "sign",
    "purpose",
    "photo",
    "paper",
    "mandate",
    "agent",
    "number_my",
    "cause",
    "copies",
)


def draft_of(*codes: str) -> Draft:
    draft = Draft("d", "n", codes)
    drafts.new_person(draft.answers)
    return draft


def kept(answers: Any = None, *codes: str) -> Profile:
    return keeping.merge(Profile(), moves.procedures(*codes), answers or moves.answers(), NOW)


def carried(profile: Profile, *codes: str, today: dt.date = TODAY) -> Draft:
    draft = draft_of(*(codes or moves.MOVE))
    carrying.use(draft, profile, moves.procedures(*codes), {one.id for one in profile.people}, today)
    return draft


def test_the_list_names_fields_that_are_asked_and_may_be_filled() -> None:
    for key in CARRIED:
        assert key in FIELDS, f"{key} is asked nowhere"
        assert FIELDS[key].kind.prefill
        assert FIELDS[key].kind.code not in NEVER_KINDS
        assert not any(word in key for word in NEVER_WORDS), key
        assert set(CARRIED[key].of) <= set(CARRIED), f"{key} is told of a role that is not carried"
        assert set(CARRIED[key].not_for) <= set(CATALOGUE)


def test_what_is_told_of_one_event_is_never_carried() -> None:
    for key in ("move.new_address", "move.in_date", "move.out_date", "people.moves", "event.cause", "who.applicant",
                "who.filed_by", "who.agent", "who.mandate", "who.deceased", "resident-record.purpose"):  # fmt: skip
        assert fact_of(FIELDS[key]) is None, key


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_of_the_never_common_list_is_carried(seed: int) -> None:
    """Random households over the whole catalogue: kept from some procedures, carried into others."""
    rng = random.Random(seed)
    told = rng.sample(APPLIED, k=rng.randint(1, 5))
    document = household(told, rng)
    profile = keeping.merge(Profile(), told, document, NOW)
    for path, _ in profile.paths():
        assert fact_of(FIELDS[_key(path)]) == _key(path), path
    into = rng.sample(APPLIED, k=rng.randint(1, 6))
    draft = draft_of(*(one.code for one in into))
    carrying.use(draft, profile, into, {one.id for one in profile.people}, TODAY)
    for path, source in draft.sources.items():
        field = FIELDS[_key(path)]
        assert fact_of(field) in CARRIED, path
        assert field.kind.prefill and field.kind.code not in NEVER_KINDS
        assert source["how"] == "carried"
    filled = {path for path in _paths(draft.answers) if look_up(draft.answers, path) is not None}
    assert filled <= {*draft.sources, "who.applicant"}, "an answer that does not say where it came from"
    for problem in Bundle(into).problems(draft.answers):
        assert problem.code != "invalid", problem


def test_the_property_above_sees_much_of_the_list() -> None:
    seen: set[str] = set()
    for seed in SEEDS:
        rng = random.Random(seed)
        told = rng.sample(APPLIED, k=rng.randint(1, 5))
        seen |= {_key(path) for path, _ in keeping.merge(Profile(), told, household(told, rng), NOW).paths()}
    assert len(seen) > len(CARRIED) * 2 / 3, sorted(set(CARRIED) - seen)


def test_the_new_address_of_last_time_is_where_one_moves_from() -> None:
    draft = carried(kept())
    assert draft.answers["move"] == {"old_address": moves.answers()["move"]["new_address"]}
    assert carried(kept(), "resident-record").answers["home"]["address"]["city"] == "東京都江東区"


def test_whoever_stays_keeps_their_address() -> None:
    answers = moves.answers()
    answers["people"][0]["moves"] = "no"
    assert "home.address" not in kept(answers).facts


def test_people_are_merged_by_name_and_birth_date() -> None:
    profile = kept()
    answers = moves.answers()
    answers["people"] = [answers["people"][0], answers["people"][2], answers["people"][1]]
    answers["people"][1]["name"] = {"family": "山田", "given": "一郎"}
    answers["people"][2]["birth_date"] = moves.day("1990-01-01")
    keeping.merge(profile, moves.procedures(), answers, NOW)
    names = [person.facts["name"].value["given"] for person in profile.people]
    assert names == ["太郎", "花子", "一郎", "花子"], "another birth date is another person"


def test_somebody_of_a_variant_spelling_is_the_same() -> None:
    answers = moves.answers()
    answers["people"][1]["name"] = {"family": "髙橋", "given": "花子"}
    profile = kept(answers)
    answers["people"][1]["name"] = {"family": "高橋", "given": "花子"}
    keeping.merge(profile, moves.procedures(), answers, NOW)
    assert len(profile.people) == 3
    assert profile.people[1].facts["name"].value["family"] == "高橋", "as written last"


def test_who_has_died_is_kept_no_more() -> None:
    profile = kept()
    answers = moves.answers()
    answers["who"]["deceased"] = "b2"
    keeping.merge(profile, [CATALOGUE["move-in"]], answers, NOW)
    assert [person.facts["name"].value["given"] for person in profile.people] == ["太郎", "一郎"]
    assert "child-allowance.spouse" not in profile.facts


def test_nothing_is_kept_or_carried_for_an_agent() -> None:
    answers = moves.answers()
    answers["who"]["filed_by"] = "agent"
    assert kept(answers).empty
    draft = draft_of(*moves.MOVE)
    draft.answers["who"] = {"filed_by": "agent"}
    carrying.use(draft, kept(), moves.procedures(), (), TODAY)
    assert draft.sources == {} and not draft.reuse


def test_whoever_turns_out_to_be_an_agent_loses_what_was_carried() -> None:
    draft = carried(kept())
    drafts.put(draft.answers, "who.filed_by", "agent")
    carrying.settle(draft)
    assert draft.sources == {}
    assert "山田" not in json.dumps(draft.answers, ensure_ascii=False)
    assert draft.reuse["decided"] == carrying.REFUSED


def test_only_those_who_were_ticked_come_along() -> None:
    profile = kept()
    draft = draft_of(*moves.MOVE)
    carrying.use(draft, profile, moves.procedures(), {profile.people[2].id}, TODAY)
    assert [person["name"]["given"] for person in draft.answers[PEOPLE]] == ["太郎", "一郎"]
    assert "spouse" not in draft.answers.get("child-allowance", {}), "a role of somebody who is not here"


def test_ids_are_new_in_every_draft() -> None:
    profile = kept()
    ids = [{one["id"] for one in carried(profile).answers[PEOPLE]} for _ in range(2)]
    assert not ids[0] & ids[1]
    assert not ids[0] & {one.id for one in profile.people}


def test_what_was_typed_is_never_overwritten() -> None:
    draft = draft_of(*moves.MOVE)
    me = draft.answers[PEOPLE][0]["id"]
    drafts.put(draft.answers, f"people.{me}.phone", moves.phone("08011112222"))
    carrying.use(draft, kept(), moves.procedures(), (), TODAY)
    assert look_up(draft.answers, f"people.{me}.phone")["as_written"] == "08011112222"
    assert f"people.{me}.phone" not in draft.sources


def test_a_changed_answer_is_typed_and_what_hung_on_it_goes() -> None:
    draft = carried(kept())
    other = draft.answers[PEOPLE][1]["id"]
    child = draft.answers[PEOPLE][2]["id"]
    assert f"people.{child}.to_claimant" in draft.sources
    carrying.heard(draft, {"child-allowance.claimant": other})
    draft.put({"child-allowance.claimant": other}, {})
    assert "child-allowance.claimant" not in draft.sources
    for name in ("to_claimant", "together", "raised"):
        assert look_up(draft.answers, f"people.{child}.{name}") is None
    assert look_up(draft.answers, f"people.{child}.birth_date") is not None


def test_an_emptied_answer_blocks_nothing() -> None:
    """Open Forms #1833: what was filled in beforehand and came back empty is an empty answer like any other."""
    answers = moves.answers()
    answers["people"][0]["email"] = "taro@example.jp"
    draft = carried(kept(answers))
    me = draft.answers[PEOPLE][0]["id"]
    path = f"people.{me}.email"
    assert path in draft.sources
    carrying.heard(draft, {path: None})
    draft.put({path: None}, {})
    carrying.settle(draft)
    assert path not in draft.sources
    paths = [one.path for one in journey(moves.procedures(), draft.answers, draft.kept).problems]
    assert path not in paths


def test_refusing_leaves_what_was_typed_alone() -> None:
    draft = carried(kept())
    drafts.put(draft.answers, "move.in_date", moves.day("2027-01-01"))
    carrying.refuse(draft)
    assert draft.sources == {}
    assert draft.answers["move"] == {"in_date": moves.day("2027-01-01")}
    assert len(draft.answers[PEOPLE]) == 1 and set(draft.answers[PEOPLE][0]) == {"id"}
    assert not carrying.open_for(draft), "it is not offered again"


def test_an_old_phone_is_shown_and_asked_again() -> None:
    draft = carried(kept(), today=TODAY + dt.timedelta(days=400))
    me = draft.answers[PEOPLE][0]["id"]
    phone = f"people.{me}.phone"
    assert phone in carrying.to_confirm(draft)
    assert f"people.{me}.birth_date" not in carrying.to_confirm(draft)
    page = journey(moves.procedures(), draft.answers, draft.kept, None, carrying.to_confirm(draft)).page(f"people.{me}")
    assert page is not None and page.state == "part"
    carrying.heard(draft, {phone: look_up(draft.answers, phone)})
    assert phone not in carrying.to_confirm(draft) and phone in draft.sources


def test_an_address_of_another_ward_than_the_guide_was_told_is_not_the_one() -> None:
    draft = draft_of(*moves.MOVE)
    draft.suggested = {"move.old_address": {"city": "東京都港区"}}
    carrying.use(draft, kept(), moves.procedures(), (), TODAY)
    assert look_up(draft.answers, "move.old_address") is None


def test_the_head_is_not_carried_where_it_has_just_changed() -> None:
    for code in CARRIED["who.head"].not_for:
        assert look_up(carried(kept(), code).answers, "who.head") is None, code
        assert all(not path.endswith(".relation") for path in carried(kept(), code).sources)


def test_a_value_that_todays_definition_refuses_stays_behind() -> None:
    profile = kept()
    me = profile.people[0]
    me.facts["sex"] = type(me.facts["sex"])("x", "move-in", me.facts["sex"].at)
    assert not any(path.endswith(".sex") and path.split(".")[1] == carried(profile).answers[PEOPLE][0]["id"]
                   for path in carried(profile).sources)  # fmt: skip


def _key(path: str) -> str:
    section, *rest = path.split(".")
    return f"{section}.{rest[-1]}"


def _paths(answers: dict[str, Any]) -> Iterator[str]:
    for section, value in answers.items():
        if isinstance(value, list):
            yield from (
                f"{section}.{item['id']}.{name}" for item in value for name in item if name not in ("id", "listed")
            )
        else:
            yield from (f"{section}.{name}" for name in value)
