"""From the resident's document to an office's record (project) and, for paper, back (gather)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from forms.conditions import All, AnyOf, Condition, Differ, Is
from forms.model import About, Ask, Field, Procedure
from forms.path import Document, look_up, still, valid_answer, walk

Record = dict[str, Any]


def project(procedure: Procedure, answers: Document) -> tuple[Record, dict[str, str]]:
    """The office's record, with only what this procedure asks on its path, and where each value came from."""
    answers = still(answers)
    record: Record = {}
    origins: dict[str, str] = {}
    walked = walk(procedure, answers)
    for step in walked.steps:
        if not step.land:
            continue
        value = valid_answer(answers, step.path, step.field)
        if value is not None:
            _put(record, step.land.split("."), value)
            origins[step.land] = step.path
    for group in walked.groups:  # a member of whom nothing was answered still has its row
        if group.members:
            rows = record.setdefault(group.about.record_key, [])
            rows.extend({} for _ in range(len(group.members) - len(rows)))
    return record, origins


def record_value(record: Mapping[str, Any], path: str) -> Any:
    """What stands at a record path; None if nothing does."""
    found: Any = record
    for key in path.split("."):
        if isinstance(found, list):
            found = found[int(key)] if key.isdigit() and int(key) < len(found) else None
        else:
            found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _put(record: Record, path: list[str], value: Any) -> None:
    if len(path) == 3:
        rows = record.setdefault(path[0], [])
        while len(rows) <= int(path[1]):
            rows.append({})
        rows[int(path[1])][path[2]] = value
    else:
        record.setdefault(path[0], {})[path[1]] = value


def gather(procedure: Procedure, record: Mapping[str, Any]) -> dict[str, Any]:
    """A document that projects to ``record``: paper's way back.

    People get ids by their place (``p1`` …). A role that agrees in all that both places ask with a member of a list,
    or with an earlier role, is that person, unless a rule says that they differ; a person who only fills a role is
    ``listed: false``, so that no list asks of them what the paper did not. What a row implies by standing on the paper
    (an ``Is`` of ``where``) is set.
    """
    document: dict[str, Any] = {}
    people = _People()
    for item in procedure.asks:
        if isinstance(item, Ask):
            value = record_value(record, item.field.key)
            if value is not None:
                document.setdefault(item.field.section.key, {})[item.field.name] = value
    for about in procedure.abouts:
        if not isinstance(about.who, Field):
            for row in record.get(about.record_key) or ():
                people.member(about, row)
    for about in procedure.abouts:
        who = about.who
        written = record.get(about.record_key)
        if isinstance(who, Field) and isinstance(written, Mapping) and written:
            others = {look_up(document, other) for other in _others(procedure, who)}
            document.setdefault(who.section.key, {})[who.name] = people.role(about, written, others)
    document.update(people.sections)
    return document


@dataclass(slots=True)
class _Found:
    """A person on the paper, with what the places that name them ask there."""

    item: dict[str, Any]
    asked: set[str]
    rows: set[str]


class _People:
    """The people found so far, by list section."""

    def __init__(self) -> None:
        self._found: dict[str, list[_Found]] = {}

    @property
    def sections(self) -> dict[str, list[dict[str, Any]]]:
        return {section: [found.item for found in people] for section, people in self._found.items()}

    def member(self, about: About, row: Mapping[str, Any]) -> None:
        person = self._same(about, row) or self._new(about)
        implied = _implied(about.where, about.section_key) if about.where is not None else {}
        person.item.update({**implied, **row})
        person.asked.update(ask.field.name for ask in about.asks)
        person.rows.add(about.record_key)

    def role(self, about: About, written: Mapping[str, Any], others: set[Any]) -> str:
        person = self._same(about, written, others) or self._new(about, listed=False)
        person.item.update(written)
        person.asked.update(ask.field.name for ask in about.asks)
        return str(person.item["id"])

    def _same(self, about: About, written: Mapping[str, Any], others: Collection[Any] = ()) -> _Found | None:
        """Somebody of the same name whom nothing contradicts: what either place asks, both left alike; none of ``others``."""
        asks = {ask.field.name for ask in about.asks}
        for person in self._found.get(about.section_key, ()):
            both = asks & person.asked
            same = person.item["id"] not in others and all(person.item.get(name) == written.get(name) for name in both)
            if same and "name" in written and "name" in both and about.record_key not in person.rows:
                return person
        return None

    def _new(self, about: About, listed: bool = True) -> _Found:
        people = self._found.setdefault(about.section_key, [])
        item: dict[str, Any] = {"id": f"p{len(people) + 1}"}
        if not listed:
            item["listed"] = False
        people.append(_Found(item, set(), set()))
        return people[-1]


def _others(procedure: Procedure, role: Field) -> set[str]:
    """The roles that a rule keeps for somebody else: of two people of one name, paper means two."""
    pairs = [
        {must.holds.first.key, must.holds.second.key} for must in procedure.musts if isinstance(must.holds, Differ)
    ]
    return {other for pair in pairs if role.key in pair for other in pair - {role.key}}


def _implied(where: Condition, section: str) -> dict[str, Any]:
    if isinstance(where, Is):
        return {where.field.name: where.values[0]} if where.field.section.key == section else {}
    if isinstance(where, All):
        return {name: value for part in where.parts for name, value in _implied(part, section).items()}
    if isinstance(where, AnyOf) and (only := where.of_list(section)) is not None:
        return _implied(only, section)
    return {}
