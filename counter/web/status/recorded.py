"""What an office received, in the reader's language: the answers of one record under their headings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from markupsafe import Markup

from counter.locales import markup
from counter.queries.records import Content
from counter.services import mending
from counter.services.mending import Item
from forms.messages import N_
from forms.model import Procedure
from forms.web import Context, shown

OF_LIST = N_("%(list)s（%(number)s人目）")


@dataclass(frozen=True, slots=True)
class Row:
    """``corrected``: the answer was given to a request for a correction."""

    path: str
    label: Markup
    value: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class Group:
    title: Markup
    rows: tuple[Row, ...]


def groups(definition: Procedure, content: Content, leave_out: Collection[str] = ()) -> list[Group]:
    """The record in the order of its definition; what has no answer is left out."""
    found: dict[Markup, list[Row]] = {}
    for item, value in mending.filled(definition, content.record):
        if item.path in leave_out:
            continue
        kind = item.question.field.kind
        text = shown(kind, value, Context(markup)) if kind.valid(value) else kind.show(value)
        told = content.provenance.get(item.path) or {}
        row = Row(item.path, markup(item.question.field.label), text, told.get("by") == "resident")
        found.setdefault(title_of(item), []).append(row)
    return [Group(title, tuple(rows)) for title, rows in found.items()]


def heading(definition: Procedure, path: str) -> str:
    """Whom a record path is about; empty where it is about nobody."""
    parts = path.split(".")
    about = next((each for each in definition.abouts if each.record_key == parts[0]), None)
    if about is None:
        return ""
    row = int(parts[1]) + 1 if len(parts) == 3 else 0
    return _about(about.label, row)


def title_of(item: Item) -> Markup:
    return Markup(_about(item.about, item.row)) if item.about else markup(item.question.field.section.title)  # noqa: S704


def _about(label: str, row: int) -> Markup:
    return markup(OF_LIST) % {"list": markup(label), "number": row} if row else markup(label)
