"""A bundle's answers, each fact once, with the offices that received it: for receipts and copies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from counter.locales import markup
from counter.queries.records import Content, Received
from counter.services import mending
from forms.gather import record_value
from forms.messages import N_
from forms.model import Question
from forms.web import Context, shown

UNNAMED = N_("お名前が書かれていない方")


@dataclass(slots=True)
class Said:
    """One answer and the lines of the receipt that hold it; ``corrected``: it was given to a 補正依頼."""

    value: str
    lines: list[int]
    corrected: bool


@dataclass(slots=True)
class Fact:
    """One question. Several answers stand here when one office received a correction and the others did not."""

    label: Markup
    said: list[Said] = field(default_factory=list)

    def add(self, value: str, line: int, corrected: bool) -> None:
        for each in self.said:
            if each.value == value and each.corrected == corrected:
                if line not in each.lines:
                    each.lines.append(line)
                return
        self.said.append(Said(value, [line], corrected))


@dataclass(slots=True)
class Group:
    title: Any
    order: int
    facts: dict[str, Fact] = field(default_factory=dict)


def groups(received: Iterable[Received]) -> list[Group]:
    """By whom or what the facts are about, in the order of the sections."""
    found: dict[str, Group] = {}
    texts: dict[tuple[str, str], Any] = {}
    for each in received:
        if each.content is None:
            continue
        for item, value in mending.filled(each.definition, each.content.record):
            _add(found, texts, each, each.content, item.question, value)
    return sorted(found.values(), key=lambda group: group.order)


def any_corrected(found: Iterable[Group]) -> bool:
    return any(said.corrected for group in found for fact in group.facts.values() for said in fact.said)


def _add(
    found: dict[str, Group],
    texts: dict[tuple[str, str], Any],
    each: Received,
    content: Content,
    question: Question,
    value: Any,
) -> None:
    """`texts`: what was worded already; most facts went to several offices."""
    origin = content.origins.get(question.path, f"{each.line}:{question.path}")
    about, _, _ = origin.rpartition(".")
    section = question.field.section
    group = found.get(about)
    if group is None:
        title = _name(content, about) if section.many else markup(section.title)
        group = found[about] = Group(title, section.order)
    fact = group.facts.setdefault(origin, Fact(markup(question.field.label)))
    corrected = (content.provenance.get(question.path) or {}).get("by") == "resident"
    said = origin, repr(value)
    if said not in texts:
        kind = question.field.kind
        texts[said] = shown(kind, value, Context(markup)) if kind.valid(value) else kind.show(value)
    fact.add(texts[said], each.line, corrected)


def _name(content: Content, about: str) -> Any:
    """Whom a group is about, by the name as this office received it."""
    for path, origin in content.origins.items():
        if origin == f"{about}.name":
            value = record_value(content.record, path)
            if isinstance(value, dict):
                return " ".join(value[part] for part in ("family", "given", "single") if value.get(part))
    return markup(UNNAMED)
