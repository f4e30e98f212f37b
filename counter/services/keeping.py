"""From a submission into what is kept, with consent: common facts only, people merged by who they are. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from counter.folding import fold_name
from counter.services import drafts
from counter.services.journey import was_shown
from counter.services.profiles import PEOPLE, Fact, Person, Profile
from forms.bundle import Bundle
from forms.common import HOME_ADDRESS, by_agent
from forms.model import Procedure, Question
from forms.path import Document, look_up, still, valid_answer
from forms.reuse import CARRIED, GONE, HOME_KEY, HOME_TOLD_BY, fact_of, is_role


def merge(profile: Profile, procedures: Sequence[Procedure], answers: Document, now: dt.datetime) -> Profile:
    """What these answers tell about the household, written over what was told before; nothing of an agent's."""
    if by_agent(answers) or not procedures:
        return profile
    document = still(answers)
    asked = Bundle(procedures).asked(document)
    mapped = _people(profile, document, asked)
    at = now.isoformat(timespec="seconds")
    for question in sorted(asked, key=lambda one: not is_role(one.field)):
        key = fact_of(question.field)
        if key is None or key != question.field.key or key == HOME_KEY:
            continue
        value = valid_answer(document, question.path, question.field)
        path = _path_here(question.path, mapped)
        if path is None or (value is None and not _left_empty(profile, document, question.path, path)):
            continue
        if is_role(question.field):
            value = mapped.get(value)
            _role_changed(profile, key, value)
        profile.put(path, Fact(value, question.by[0], at))
    _home(profile, document, asked, at)
    gone = mapped.get(str(look_up(document, GONE)))
    if gone is not None and gone != profile.people[0].id:
        profile.remove_person(gone)
    profile.people = [person for place, person in enumerate(profile.people) if person.facts or not place]
    return profile


def _people(profile: Profile, document: Document, asked: Sequence[Question]) -> dict[str, str]:
    """Everybody on the path: id in the document → id in what is kept, where those who are new are added."""
    on_path = {question.path.split(".")[1] for question in asked if question.field.section.key == PEOPLE}
    on_path |= {str(look_up(document, question.path)) for question in asked if is_role(question.field)}
    mapped: dict[str, str] = {}
    for place, item in enumerate(drafts.people_of(document)):
        if place == 0:
            mapped[item["id"]] = _own(profile).id
        elif item["id"] in on_path:
            mapped[item["id"]] = (_same(profile, item, set(mapped.values())) or profile.new_person()).id
    return mapped


def _own(profile: Profile) -> Person:
    """The account's own person is the first of every draft, whatever they are called today."""
    return profile.people[0] if profile.people else profile.new_person()


def _same(profile: Profile, item: Mapping[str, Any], taken: set[str]) -> Person | None:
    """Somebody of the same name and birth date; by the name alone where one side tells no birth date."""
    name, born = _folded(item.get("name")), _day(item.get("birth_date"))
    if not name:
        return None
    likely = []
    for person in profile.people[1:]:
        theirs = {key: person.facts[key].value for key in ("name", "birth_date") if key in person.facts}
        if person.id in taken or _folded(theirs.get("name")) != name:
            continue
        known = _day(theirs.get("birth_date"))
        if born and known == born:
            return person
        if not born or not known:
            likely.append(person)
    return likely[0] if len(likely) == 1 else None


def _folded(name: Any) -> str:
    if not isinstance(name, Mapping):
        return ""
    return fold_name(str(name.get("single") or f"{name.get('family', '')}{name.get('given', '')}"))


def _day(born: Any) -> str:
    return str(born.get("iso", "")) if isinstance(born, Mapping) else ""


def _path_here(path: str, mapped: Mapping[str, str]) -> str | None:
    section, *rest = path.split(".")
    if section != PEOPLE:
        return path
    return f"{PEOPLE}.{mapped[rest[0]]}.{rest[1]}" if rest[0] in mapped else None


def _left_empty(profile: Profile, document: Document, theirs: str, ours: str) -> bool:
    """Shown and left empty is worth knowing only where nothing is known."""
    return was_shown(document, theirs) and look_up(document, theirs) is None and profile.find(ours) is None


def _role_changed(profile: Profile, key: str, value: Any) -> None:
    """With another person in a role, what was told in relation to it is no longer true."""
    known = profile.facts.get(key)
    if known is None or known.value == value:
        return
    for path, _ in list(profile.paths()):
        section, *rest = path.split(".")
        told = CARRIED.get(f"{section}.{rest[-1]}")
        if told and key in told.of:
            profile.remove(path)


def _home(profile: Profile, document: Document, asked: Sequence[Question], at: str) -> None:
    """Where the resident lives after this: the new address of a move they take part in, or the one they stated."""
    people = tuple(drafts.people_of(document))
    stays = bool(people) and people[0].get("moves") == "no"
    by_path = {question.path: question for question in asked}
    for path in HOME_TOLD_BY:
        value = look_up(document, path)
        if path not in by_path or value is None or not HOME_ADDRESS.kind.valid(value):
            continue
        if path != HOME_KEY and stays:
            continue
        profile.put(HOME_KEY, Fact(value, by_path[path].by[0], at))
        return
