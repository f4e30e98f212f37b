"""An application's record in the order of its own definition, with the mark of where each answer came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counter.queries.office import View
from counter.services.paper_records import lists, questions
from counter.web.office.words import HOW
from forms.characters import Change, to_tell
from forms.gather import record_value
from forms.kinds.base import Kind
from forms.web import Context, shown


@dataclass(frozen=True, slots=True)
class Answer:
    """`how` is the mark's code, `mark` its word, `tells` the whole sentence; `changes`: what the office's system cannot hold."""

    label: str
    text: str
    how: str
    mark: str
    tells: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    answers: tuple[Answer, ...]


def groups(view: View, character_set: str | None = None) -> list[Group]:
    """Headings with their answers; questions without an answer are left out."""
    if view.record is None:
        return []
    rows = {about.record_key: len(view.record.get(about.record_key) or ()) for about in lists(view.definition)}
    found: dict[str, list[Answer]] = {}
    for question, heading in questions(view.definition, rows):
        value = record_value(view.record, question.path)
        if value is not None:
            title = heading.removesuffix("の") or question.field.section.title
            how = view.provenance.get(question.path) or {}
            found.setdefault(title, []).append(
                _answer(question.field.label, question.field.kind, value, how, character_set)
            )
    return [Group(title, tuple(answers)) for title, answers in found.items()]


def _answer(label: str, kind: Any, value: Any, how: Mapping[str, Any], character_set: str | None) -> Answer:
    code = "amended" if how.get("by") == "resident" else str(how.get("how", "typed"))
    mark, tells = HOW.get(code, HOW["typed"])
    if "confidence" in how:
        tells = f"{tells}（確信度 {float(how['confidence']):.0%}）"
    return Answer(label, text_of(kind, value), code, mark, tells, to_tell(character_set, {"": value}))


def text_of(kind: Kind, value: Any) -> str:
    """A value as staff read it; one that today's kind would not take is shown as well as it can be."""
    return shown(kind, value, Context()) if kind.valid(value) else kind.show(value)
