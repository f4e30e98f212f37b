"""From the resident's document to an office's record (project) and, for paper, back (gather)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.conditions import All, Condition, Is
from forms.model import About, Ask, Field, Procedure
from forms.path import Document, valid_answer, walk

Record = dict[str, Any]


def project(procedure: Procedure, answers: Document) -> tuple[Record, dict[str, str]]:
    """The office's record, with only what this procedure asks on its path, and where each value came from."""
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

    People get ids by their place (``p1`` …). A role that is written with the same values as a member of a list, or
    as an earlier role, is that person; a person who only fills a role is ``listed: false``, so that no list asks of
    them what the paper did not. What a row implies by standing on the paper (an ``Is`` of ``where``) is set.
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
            document.setdefault(who.section.key, {})[who.name] = people.role(about, written)
    document.update(people.sections)
    return document


class _People:
    """The people found so far, by list section."""

    def __init__(self) -> None:
        self.sections: dict[str, list[dict[str, Any]]] = {}

    def member(self, about: About, row: Mapping[str, Any]) -> None:
        implied = _implied(about.where) if about.where is not None else {}
        person = self._same(about, row, listed=True) or self._new(about)
        person.update(row)
        person.update({name: value for name, value in implied.items() if name not in row})

    def role(self, about: About, written: Mapping[str, Any]) -> str:
        person = self._same(about, written) or self._new(about, listed=False)
        person.update(written)
        return str(person["id"])

    def _same(self, about: About, written: Mapping[str, Any], listed: bool = False) -> dict[str, Any] | None:
        """Somebody with the same name whom nothing written contradicts and whose record would not change."""
        asks = {item.field.name for item in about.asks}
        for person in self.sections.get(about.section_key, ()):
            if listed and about.record_key in person.get("_rows", ()):
                continue
            shared = [name for name in written if name in person]
            complete = all(name in written for name in asks if name in person)
            if "name" in shared and complete and all(person[name] == written[name] for name in shared):
                return person
        return None

    def _new(self, about: About, listed: bool = True) -> dict[str, Any]:
        people = self.sections.setdefault(about.section_key, [])
        person: dict[str, Any] = {"id": f"p{len(people) + 1}"}
        if not listed:
            person["listed"] = False
        people.append(person)
        return person


def _implied(where: Condition) -> dict[str, Any]:
    if isinstance(where, Is):
        return {where.field.name: where.values[0]}
    if isinstance(where, All):
        return {name: value for part in where.parts for name, value in _implied(part).items()}
    return {}
