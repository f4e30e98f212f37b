"""From what is kept into a draft: common answers of the right people and roles, each with where it came from.

What was typed is never overwritten. A carried answer is an answer shown for confirmation: changed, it becomes a typed
one; refused, all of them go. Nothing is carried for an agent. Pure, but for the draft it works on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from counter.services import drafts
from counter.services.drafts import Draft
from counter.services.profiles import PEOPLE, Fact, Person, Profile
from forms.bundle import Bundle
from forms.common import APPLICANT, by_agent
from forms.model import Field, Procedure
from forms.path import look_up
from forms.reuse import CARRIED, fact_of, is_role

USED, REFUSED = "used", "refused"
HOW = "carried"


def open_for(draft: Draft) -> bool:
    """Whether using what is kept may still be offered."""
    return not draft.reuse and not draft.bundle_id and bool(draft.procedures) and not by_agent(draft.answers)


def use(
    draft: Draft, profile: Profile, procedures: Sequence[Procedure], chosen: Collection[str], today: dt.date
) -> None:
    """Fill the draft for its first person, the resident, and for the people `chosen` among those kept."""
    if by_agent(draft.answers):
        return
    draft.reuse = {"decided": USED, "people": dict(draft.reuse.get("people") or {})}
    for person in profile.people:
        if person is profile.people[0] or person.id in chosen:
            _bring(draft, person, own=person is profile.people[0])
    asked = {field.key for procedure in procedures for field in procedure.fields()}
    people = list(drafts.people_of(draft.answers))
    if APPLICANT.key in asked and people and look_up(draft.answers, APPLICANT.key) is None:
        drafts.put(
            draft.answers, APPLICANT.key, people[0]["id"]
        )  # whoever writes is the applicant, until they say otherwise
    again(draft, profile, procedures, today)


def again(draft: Draft, profile: Profile, procedures: Sequence[Procedure], today: dt.date) -> None:
    """Fill what these procedures may ask and nobody has answered; also after the choice of procedures changed."""
    if draft.reuse.get("decided") != USED or by_agent(draft.answers):
        return
    fields = {field.key: field for procedure in procedures for field in procedure.fields()}
    mapped: dict[str, str] = draft.reuse["people"]
    for field in sorted(fields.values(), key=_roles_first):
        fact = fact_of(field)
        if fact and not _changes(field, procedures):
            for path, found in _places(draft, profile, field, fact, mapped):
                _fill(draft, path, field, fact, found, mapped, today)
    _left_empty(draft, profile, procedures, today)


def refuse(draft: Draft) -> None:
    """For this application nothing that is kept is used: every carried answer goes, and whoever came with them."""
    for path in list(draft.sources):
        if _carried(draft, path):
            _forget(draft, path)
    brought = set((draft.reuse.get("people") or {}).values())
    for person in list(drafts.people_of(draft.answers))[1:]:
        if person["id"] in brought and not person.get("name"):
            drafts.remove_person(draft, person["id"])
    draft.reuse = {"decided": REFUSED}


def heard(draft: Draft, values: Mapping[str, Any]) -> None:
    """Before a page's answers are taken over: what was changed is typed now, what was left as it is, is confirmed."""
    for path, value in values.items():
        source = draft.sources.get(path)
        if source is None or source.get("how") != HOW:
            continue
        if value == look_up(draft.answers, path):
            source.pop("confirm", None)
            continue
        del draft.sources[path]
        for other in [other for other in draft.sources if path in _told_of(other) and _carried(draft, other)]:
            if other not in values or values[other] == look_up(draft.answers, other):
                _forget(draft, other)


def settle(draft: Draft) -> None:
    """After a page's answers were taken over: whoever turns out to file for somebody else gets nothing carried."""
    if by_agent(draft.answers) and draft.reuse.get("decided") == USED:
        refuse(draft)
    for path in [path for path in draft.sources if _carried(draft, path) and not _stands(draft, path)]:
        del draft.sources[path]


def to_confirm(draft: Draft) -> frozenset[str]:
    """Carried answers so old that their page must be looked at before they count."""
    return frozenset(path for path, source in draft.sources.items() if source.get("confirm"))


def provenance(draft: Draft) -> dict[str, dict[str, str]]:
    """For the record: which answers were carried, and from when. Which procedure they were told in stays with us."""
    return {
        path: {"how": HOW, "from": "profile", "at": source["at"]}
        for path, source in draft.sources.items()
        if _carried(draft, path)
    }


def _changes(field: Field, procedures: Sequence[Procedure]) -> bool:
    """Whether one of the procedures is there because this very answer is another one now."""
    carried = CARRIED.get(field.key)
    return carried is not None and any(procedure.code in carried.not_for for procedure in procedures)


def _roles_first(field: Field) -> tuple[bool, bool]:
    """What is told in relation to a role comes after it."""
    return not is_role(field), bool(_told_of(field.key))


def _bring(draft: Draft, person: Person, *, own: bool) -> None:
    """Map a kept person to one of the draft: the resident to the first, others to a new one of their own."""
    mapped: dict[str, str] = draft.reuse["people"]
    people = list(drafts.people_of(draft.answers))
    if person.id in mapped and any(one["id"] == mapped[person.id] for one in people):
        return
    if own:
        new = people[0]["id"] if people else drafts.new_person(draft.answers)
    else:
        new = _same_name(people[1:], person) or drafts.new_person(draft.answers)
    if new is not None:
        mapped[person.id] = new


def _same_name(people: Iterable[Mapping[str, Any]], person: Person) -> str | None:
    """Somebody who was written into the draft already."""
    name = person.facts.get("name")
    return next((str(one["id"]) for one in people if name and one.get("name") == name.value), None)


def _places(
    draft: Draft, profile: Profile, field: Field, fact: str, mapped: Mapping[str, str]
) -> Iterator[tuple[str, Fact]]:
    """Where a field stands in the draft, with what is kept for it there."""
    if field.section.key == PEOPLE:
        for person in profile.people:
            if person.id in mapped and field.name in person.facts:
                yield f"{PEOPLE}.{mapped[person.id]}.{field.name}", person.facts[field.name]
    elif fact in profile.facts:
        yield field.key, profile.facts[fact]


def _fill(
    draft: Draft, path: str, field: Field, fact: str, found: Fact, mapped: Mapping[str, str], today: dt.date
) -> None:
    value = mapped.get(found.value) if is_role(field) else found.value
    if value is None or look_up(draft.answers, path) is not None or path in draft.kept:
        return
    if not field.kind.valid(value) or not _fits(draft, path, value) or not _role_stands(draft, fact):
        return
    drafts.put(draft.answers, path, value)
    draft.sources[path] = _source(found, CARRIED[fact].fresh, today)


def _left_empty(draft: Draft, profile: Profile, procedures: Sequence[Procedure], today: dt.date) -> None:
    """An optional question beside carried answers, left empty last time too, needs no second visit of its page."""
    for question in Bundle(procedures).asked(draft.answers):
        key = fact_of(question.field)
        if question.required or key is None or look_up(draft.answers, question.path) is not None:
            continue
        person = question.path.split(".")[1] if question.field.section.key == PEOPLE else ""
        kept = next((one for one, here in draft.reuse["people"].items() if here == person), None)
        empty = profile.find(f"{PEOPLE}.{kept}.{question.field.name}" if kept else key)
        if empty is not None and empty.value is None and question.path not in draft.kept:
            drafts.put(draft.answers, question.path, None)
            draft.sources[question.path] = _source(empty, CARRIED[key].fresh, today)


def _source(found: Fact, fresh: int, today: dt.date) -> dict[str, Any]:
    source: dict[str, Any] = {"how": HOW, "from": "profile", "procedure": found.procedure, "at": found.at}
    if fresh and (today - found.moment.date()).days > fresh:
        source["confirm"] = True
    return source


def _fits(draft: Draft, path: str, value: Any) -> bool:
    """A kept address that lies in another ward than the one said at the start is not the one that is meant."""
    said = draft.suggested.get(path)
    if not isinstance(said, Mapping) or not isinstance(value, Mapping) or not said.get("city"):
        return True
    return bool(said["city"] == value.get("city"))


def _role_stands(draft: Draft, fact: str) -> bool:
    """A fact told in relation to a role is carried only together with whoever filled it."""
    of = CARRIED[fact].of
    return not of or any(role in draft.sources for role in of)


def _told_of(path: str) -> tuple[str, ...]:
    section, *rest = path.split(".")
    carried = CARRIED.get(f"{section}.{rest[-1]}")
    return carried.of if carried else ()


def _carried(draft: Draft, path: str) -> bool:
    return bool(draft.sources[path].get("how") == HOW)


def _stands(draft: Draft, path: str) -> bool:
    """Whether the person that a carried answer is about is still there."""
    section, *rest = path.split(".")
    return len(rest) < 2 or any(one["id"] == rest[0] for one in drafts.people_of(draft.answers, section))


def _forget(draft: Draft, path: str) -> None:
    drafts.take(draft.answers, path)
    draft.sources.pop(path, None)
