"""Values and labels in the reader's language; and what of typed text may stand in HTML. Knows no form library."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from markupsafe import Markup

from forms import eras
from forms.eras import WESTERN
from forms.kinds import Address, Choice, Choices, Composite, Date, Declaration, File, Kind, Person
from forms.kinds.files import is_paper
from forms.messages import N_

Translate = Callable[[str], str]
Options = Sequence[tuple[str, str]]

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
WRITTEN_DATE = N_("%(era)s%(year)s年%(month)s%(day)s日（西暦%(western)s年）")
WRITTEN_WESTERN = N_("%(western)s年%(month)s%(day)s日（%(era)s%(year)s年）")
FIRST_YEAR = N_("元")
COMMA = N_("、")
MONTHS = (
    N_("1月"), N_("2月"), N_("3月"), N_("4月"), N_("5月"), N_("6月"),
    N_("7月"), N_("8月"), N_("9月"), N_("10月"), N_("11月"), N_("12月"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Context:
    """What a field needs from the page it stands on."""

    translate: Translate = str
    people: Options = ()
    own: str = ""  # the path of the person who is writing, for autocomplete
    paper: bool = False  # a clerk types what lies on the desk: documents may be enclosed as sheets


@singledispatch
def shown(kind: Kind, value: Any, context: Context) -> str:
    """A value as its reader's language says it; what was typed stays as typed."""
    return kind.show(value)


@shown.register
def _(kind: Choice, value: Any, context: Context) -> str:
    return context.translate(dict(kind.options)[value])


@shown.register
def _(kind: Choices, value: Any, context: Context) -> str:
    labels = dict(kind.options)
    return _joined(context.translate(COMMA), [context.translate(labels[code]) for code in value])


@shown.register
def _(kind: Declaration, value: Any, context: Context) -> str:
    return context.translate(kind.show(value))


@shown.register
def _(kind: File, value: Any, context: Context) -> str:
    if is_paper(value):
        return context.translate(kind.show(value))
    return _joined(context.translate(COMMA), [item["name"] for item in value])


@shown.register
def _(kind: Person, value: Any, context: Context) -> str:
    return dict(context.people).get(value, "")


@shown.register
def _(kind: Composite, value: Any, context: Context) -> str:
    return _joined(
        "\u3000", [shown(part.kind, value[part.name], context) for part in kind.parts() if part.name in value]
    )


@shown.register
def _(kind: Address, value: Any, context: Context) -> str:
    return kind.show(value)


@shown.register
def _(kind: Date, value: Any, context: Context) -> str:
    if value["precision"] != "day":
        return kind.show(value)
    day = dt.date.fromisoformat(value["iso"])
    era = eras.era_on(day)
    year = era.year_of(day.year)
    written = eras.read(value["as_written"])
    msgid = WRITTEN_WESTERN if written and written.era == WESTERN else WRITTEN_DATE
    return context.translate(msgid) % {
        "era": context.translate(era.name), "year": context.translate(FIRST_YEAR) if year == 1 else year,
        "western": day.year, "month": context.translate(MONTHS[day.month - 1]), "day": day.day,
    }  # fmt: skip


def _joined(between: str, words: Sequence[str]) -> str:
    """Words in a row; where some are markup (readings over kanji), what was typed beside them is escaped."""
    return (Markup(between) if any(isinstance(word, Markup) for word in words) else between).join(words)  # noqa: S704


def presentable(raw: Any) -> Any:
    """What may stand in HTML: the error has told of control characters, and they could not be seen anyway."""
    if isinstance(raw, dict):
        return {name: presentable(text) for name, text in raw.items()}
    if isinstance(raw, list):
        return [presentable(text) for text in raw]
    return _UNPRINTABLE.sub("", raw)
