"""The path through one procedure as a pure function of its definition and the answers so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.conditions import Answers
from forms.kinds.choices import Person
from forms.model import About, Ask, Field, Procedure

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """A question of one procedure. ``land``: its place in the record, "" if it leaves with none."""

    path: str
    field: Field
    required: bool
    land: str = ""
    choosing: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The members that a list About chose, in the document's order. ``open``: its ``when`` holds."""

    about: About
    members: tuple[str, ...]
    undecided: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """``steps`` in the order of asking; ``groups``: one for every list About on the path."""

    steps: tuple[Step, ...]
    groups: tuple[Group, ...]


class Still(Mapping[str, Any]):
    """A document that nobody changes while it is looked at: found, judged, walked and merged once.

    ``asked`` is the memory of Bundle.asked, by the definitions that the bundle is made of.
    """

    __slots__ = ("_document", "asked", "found", "judged", "lists", "walked")

    def __init__(self, document: Document) -> None:
        self._document = document
        self.found: dict[str, Any] = {}
        self.lists: dict[str, list[Mapping[str, Any]]] = {}
        self.asked: dict[tuple[int, ...], tuple[Any, tuple[Any, ...]]] = {}
        self.judged: dict[tuple[str, int], tuple[Field, Any]] = {}
        self.walked: dict[int, tuple[Procedure, Walk]] = {}

    def __getitem__(self, key: str) -> Any:
        return self._document[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._document)

    def __len__(self) -> int:
        return len(self._document)


def still(document: Document) -> Still:
    """The document for as long as the caller looks at it; keep none across a change."""
    return document if isinstance(document, Still) else Still(document)


def look_up(document: Document, path: str) -> Any:
    """What stands at a document path, valid or not; None if nothing does."""
    if not isinstance(document, Still):
        return _look_up(document, path)
    if path not in document.found:
        document.found[path] = _look_up(document, path)
    return document.found[path]


def _look_up(document: Document, path: str) -> Any:
    parts = path.split(".")
    section = document.get(parts[0])
    if len(parts) == 3:
        section = next((item for item in _list(document, parts[0]) if item["id"] == parts[1]), None)
    return section.get(parts[-1]) if isinstance(section, Mapping) else None


def members(document: Document, section: str, *, listed: bool = False) -> list[Mapping[str, Any]]:
    """The items of a list section; ``listed``: only those that lists may choose."""
    items = _list(document, section)
    return [item for item in items if item.get("listed") is not False] if listed else items


def _list(document: Document, section: str) -> list[Mapping[str, Any]]:
    if not isinstance(document, Still):
        return _items(document.get(section))
    if section not in document.lists:
        document.lists[section] = _items(document.get(section))
    return document.lists[section]


def _items(section: Any) -> list[Mapping[str, Any]]:
    if not isinstance(section, list):
        return []
    return [item for item in section if isinstance(item, Mapping) and isinstance(item.get("id"), str)]


def valid_answer(document: Document, path: str, field: Field) -> Any:
    """The answer at ``path`` if it is valid, else None; a pointer is valid only if its person is there."""
    if not isinstance(document, Still):
        return _judge(document, path, field)
    known = document.judged.get((path, id(field)))
    if known is None:
        known = document.judged[path, id(field)] = field, _judge(document, path, field)
    return known[1]


def _judge(document: Document, path: str, field: Field) -> Any:
    value = look_up(document, path)
    if value is None or not field.kind.valid(value):
        return None
    if isinstance(field.kind, Person) and all(item["id"] != value for item in members(document, field.kind.of)):
        return None
    return value


def walk(procedure: Procedure, document: Document) -> Walk:
    """Every question on the path, in order; answers off the path are not looked at."""
    if not isinstance(document, Still):
        return _walk(procedure, document)
    known = document.walked.get(id(procedure))
    if known is None:
        known = document.walked[id(procedure)] = procedure, _walk(procedure, document)
    return known[1]


def destination(procedure: Procedure, document: Document) -> tuple[Field, Any]:
    """The field that names the ward for these answers, and its valid answer or None."""
    asked = {step.path for step in walk(procedure, document).steps} if procedure.or_to else {procedure.to.key}
    field = next((found for found in procedure.destinations if found.key in asked), procedure.to)
    return field, valid_answer(document, field.key, field) if field.key in asked else None


def _walk(procedure: Procedure, document: Document) -> Walk:
    steps: list[Step] = []
    groups: list[Group] = []
    seen: dict[str, Any] = {}

    def so_far(field: Field) -> Any:
        return seen.get(field.key)

    for item in procedure.asks:
        if item.when is not None and item.when.decide(so_far) is not True:
            continue
        if isinstance(item, Ask):
            steps.append(Step(item.field.key, item.field, item.required, item.field.key))
            seen[item.field.key] = valid_answer(document, item.field.key, item.field)
        elif isinstance(item.who, Field):
            steps.append(Step(item.who.key, item.who, item.required))
            person = valid_answer(document, item.who.key, item.who)
            seen[item.who.key] = person
            if person is not None:
                steps.extend(_about_one(item, person, item.record_key, document))
        else:
            group_steps, group = _about_many(item, document, so_far)
            steps.extend(group_steps)
            groups.append(group)
    return Walk(tuple(steps), tuple(groups))


def _about_one(about: About, person: str, land: str, document: Document) -> Iterator[Step]:
    seen: dict[str, Any] = {}
    for item in about.asks:
        if item.when is not None and item.when.decide(lambda field: seen.get(field.key)) is not True:
            continue
        path = f"{about.section_key}.{person}.{item.field.name}"
        yield Step(path, item.field, item.required, f"{land}.{item.field.name}")
        seen[item.field.key] = valid_answer(document, path, item.field)


def _about_many(about: About, document: Document, so_far: Answers) -> tuple[list[Step], Group]:
    steps: list[Step] = []
    chosen: list[str] = []
    undecided = False
    for member in members(document, about.section_key, listed=True):
        verdict: bool | None = True
        if about.where is not None:
            answers = _of_member(about, member["id"], document, so_far)
            for field in about.where.frontier(answers):
                if field.section.key == about.section_key:
                    path = f"{about.section_key}.{member['id']}.{field.name}"
                    steps.append(Step(path, field, required=True, choosing=True))
            verdict = about.where.decide(answers)
        if verdict:
            steps.extend(_about_one(about, member["id"], f"{about.record_key}.{len(chosen)}", document))
            chosen.append(member["id"])
        undecided = undecided or verdict is None
    return steps, Group(about, tuple(chosen), undecided)


def _of_member(about: About, member: str, document: Document, so_far: Answers) -> Answers:
    def answer(field: Field) -> Any:
        if field.section.key != about.section_key:
            return so_far(field)
        return valid_answer(document, f"{about.section_key}.{member}.{field.name}", field)

    return answer
