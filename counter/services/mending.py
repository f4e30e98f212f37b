"""A record with some of its fields answered anew, judged by the definition it was made with. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from counter.queries.records import Content
from counter.services.paper_records import judge, lists, put
from forms.bundle import Bundle
from forms.gather import gather, project, record_value
from forms.messages import N_, Message
from forms.model import Ask, Field, Procedure, Question

OTHER_WARD = Message(N_("区が変わるときは、この申請を取り下げて、新しい区に申請してください。"))
OTHER_PEOPLE = Message(
    N_("この答えでは、手続の対象になる方が変わります。直す前に、メッセージで担当の課にお知らせください。")
)
NOT_HERE = ("person", "file")
"""Kinds that this page cannot ask: a pointer has no place in a record, and a document is added on a page of its own."""


@dataclass(frozen=True, slots=True)
class Item:
    """One field of a record in the order of its definition. ``about``: the role or list it is about; ``row``: from 1."""

    question: Question
    about: str
    row: int

    @property
    def path(self) -> str:
        return self.question.path


@dataclass(frozen=True, slots=True)
class Mended:
    """``opened``: questions that these answers brought onto the path; ``problems``: by record path, what was not wrong
    before."""

    record: dict[str, Any]
    opened: tuple[Question, ...]
    problems: dict[str, Message]

    @property
    def same_as_asked(self) -> bool:
        return not self.opened and not self.problems


def items(definition: Procedure, record: Mapping[str, Any]) -> Iterator[Item]:
    """Every field the record has room for, answered or not."""
    on_path = {path: required for path, (_, required) in _asked(definition, record).items()}
    return _places(definition, record, on_path)


def filled(definition: Procedure, record: Mapping[str, Any]) -> Iterator[tuple[Item, Any]]:
    """The fields that have an answer, each with it; nothing is judged."""
    for item in _places(definition, record, {}):
        value = record_value(record, item.path)
        if value is not None:
            yield item, value


def _places(definition: Procedure, record: Mapping[str, Any], on_path: Mapping[str, bool]) -> Iterator[Item]:
    for item in definition.asks:
        if isinstance(item, Ask):
            yield Item(_question(definition, item.field.key, item.field, on_path), "", 0)
            continue
        many = not isinstance(item.who, Field)
        rows = range(len(record.get(item.record_key) or ())) if many else (None,)
        for row in rows:
            place = item.record_key if row is None else f"{item.record_key}.{row}"
            for ask in item.asks:
                question = _question(definition, f"{place}.{ask.field.name}", ask.field, on_path)
                yield Item(question, item.label, 0 if row is None else row + 1)


def shown_items(definition: Procedure, record: Mapping[str, Any]) -> list[Item]:
    """Those that have an answer, or were asked and left empty."""
    asked = _asked(definition, record)
    return [
        item for item in items(definition, record) if item.path in asked or record_value(record, item.path) is not None
    ]


def every_question(definition: Procedure, record: Mapping[str, Any]) -> dict[str, Question]:
    """Whatever a correction may ask, by record path; required where the rules say so once they see the answers."""
    return {
        item.path: item.question for item in items(definition, record) if item.question.field.kind.code not in NOT_HERE
    }


def open_questions(definition: Procedure, content: Content, paths: Sequence[str]) -> tuple[Question, ...]:
    """The marked fields as questions, one for each fact: two places of one answer are asked once."""
    wanted: list[Question] = []
    origins: set[str] = set()
    for item in items(definition, content.record):
        origin = content.origins.get(item.path, item.path)
        if item.path in paths and origin not in origins and item.question.field.kind.code not in NOT_HERE:
            origins.add(origin)
            wanted.append(item.question)
    return tuple(wanted)


def mend(definition: Procedure, content: Content, values: Mapping[str, Any], ward: str) -> Mended:
    """The record with these values (by record path), each put wherever the same answer stood."""
    record = deepcopy(content.record)
    for path, value in values.items():
        for place in same_fact(content, path):
            _set(record, place, value)
    asked_before, asked_now = _asked(definition, content.record), _asked(definition, record)
    whole = _comes_back(definition, content.record)
    problems = _new_problems(definition, content.record, record)
    opened = _opened(definition, record, asked_before, asked_now, problems, set(values)) if whole else ()
    for question in opened:
        problems.pop(question.path, None)
    problems |= _elsewhere(definition, values, ward)
    if whole and not problems and not opened:
        trimmed, _ = project(definition, gather(definition, record))
        if _rows(definition, trimmed) != _rows(definition, record):
            problems = {next(iter(values), ""): OTHER_PEOPLE}
        else:
            record = trimmed
    return Mended(record, opened, problems)


def same_fact(content: Content, path: str) -> tuple[str, ...]:
    """Every record path that holds the answer standing at this one."""
    origin = content.origins.get(path)
    return tuple(place for place, at in content.origins.items() if at == origin) if origin else (path,)


def origins_of(content: Content, record: Mapping[str, Any], places: Sequence[str]) -> dict[str, str]:
    """Where the answers of the mended record came from: as before, and for new places by their neighbours."""
    known = {path: origin for path, origin in content.origins.items() if record_value(record, path) is not None}
    for path in places:
        if path not in known and record_value(record, path) is not None:
            known[path] = _origin_beside(content, path)
    return known


def _origin_beside(content: Content, path: str) -> str:
    """A new answer about somebody stands in the document where the other answers about them stand."""
    place, _, name = path.rpartition(".")
    for other, origin in content.origins.items():
        if other.rpartition(".")[0] == place and origin.count(".") == 2:
            return f"{origin.rpartition('.')[0]}.{name}"
    return path


def _question(definition: Procedure, path: str, field: Field, on_path: Mapping[str, bool]) -> Question:
    return Question(path, field, on_path.get(path, False), (definition.code,), ((definition.code, path),))


def _asked(definition: Procedure, record: Mapping[str, Any]) -> dict[str, tuple[Field, bool]]:
    """Record path → (field, required) of what the definition asks for these answers."""
    questions = Bundle((definition,)).asked(gather(definition, record))
    return {land: (question.field, question.required) for question in questions for _, land in question.lands}


def _comes_back(definition: Procedure, record: Mapping[str, Any]) -> bool:
    """Whether the record says enough of itself to be judged by the path; ages and pointers may be missing from it."""
    projected, _ = project(definition, gather(definition, record))
    return projected == record


def _opened(
    definition: Procedure,
    record: Mapping[str, Any],
    before: Collection[str],
    now: Mapping[str, tuple[Field, bool]],
    problems: Collection[str],
    given: Collection[str],
) -> tuple[Question, ...]:
    """What these answers brought onto the path; with a person who came new, everything asked about them."""
    new = {path for path in now if path not in before}
    for about in definition.abouts:
        fields = {f"{about.record_key}.{ask.field.name}" for ask in about.asks}
        if isinstance(about.who, Field) and about.record_key not in record and fields & set(problems):
            new |= {f"{about.record_key}.{ask.field.name}" for ask in about.asks if ask.when is None}
    return tuple(
        replace(item.question, required=now.get(item.path, (None, False))[1])
        for item in items(definition, record)
        if item.path in new and item.path not in given and item.question.field.kind.code not in NOT_HERE
    )


def _new_problems(definition: Procedure, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Message]:
    """What the rules say now and did not say before: a record need not tell all that its document told."""
    known = judge(definition, before)
    return {path: message for path, message in judge(definition, after).items() if known.get(path) != message}


def _elsewhere(definition: Procedure, values: Mapping[str, Any], ward: str) -> dict[str, Message]:
    """An application stays in its ward."""
    path = definition.to.key
    if path not in values or values[path] is None or ward in definition.to.kind.wards(values[path]):
        return {}
    return {path: OTHER_WARD}


def _rows(definition: Procedure, record: Mapping[str, Any]) -> dict[str, int]:
    return {about.record_key: len(record.get(about.record_key) or ()) for about in lists(definition)}


def _set(record: dict[str, Any], path: str, value: Any) -> None:
    if value is not None:
        put(record, path, value)
        return
    place, _, name = path.rpartition(".")
    holder = record_value(record, place)
    if isinstance(holder, dict):
        holder.pop(name, None)
