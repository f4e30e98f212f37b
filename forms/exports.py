"""An office's record as columns of a table: what a spreadsheet or an older system of the office takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.characters import written
from forms.gather import record_value
from forms.kinds.base import Kind
from forms.model import About, Ask, Field, Procedure

SUBSTITUTED = "この窓口の文字での書き方"


@dataclass(frozen=True, slots=True)
class Column:
    """``path``: record path, of a list without its index; ``part`` of the value; ``label`` as message ids, joined."""

    path: str
    part: str
    labels: tuple[str, ...]
    kind: Kind
    many: bool = False

    @property
    def label(self) -> str:
        return " / ".join(self.labels)


def columns(procedure: Procedure) -> list[Column]:
    """Every column its records can fill, in the order of asking; an answer of several parts has one for each."""
    found: list[Column] = []
    for item in procedure.asks:
        if isinstance(item, Ask):
            found.extend(_of_field(item.field.key, item.field, ()))
        else:
            found.extend(_of_about(item))
    return found


def _of_about(about: About) -> Iterator[Column]:
    many = not isinstance(about.who, Field)
    for item in about.asks:
        yield from _of_field(f"{about.record_key}.{item.field.name}", item.field, (about.label,), many=many)


def _of_field(path: str, field: Field, before: tuple[str, ...], *, many: bool = False) -> Iterator[Column]:
    if field.kind.parts() and field.kind.code not in ("date", "name", "kana"):
        for part in field.kind.parts():
            yield Column(path, part.name, (*before, field.label, part.label), part.kind, many)
    else:
        yield Column(path, "", (*before, field.label), field.kind, many)


def columns_of(definitions: Iterable[Procedure]) -> list[Column]:
    """The columns of one procedure in several definitions (older ones, a ward's own), each column once."""
    found: dict[tuple[str, str], Column] = {}
    for definition in definitions:
        for column in columns(definition):
            found.setdefault((column.path, column.part), column)
    return list(found.values())


def row(procedure: Procedure, record: Mapping[str, Any]) -> list[str]:
    """The cells of ``columns(procedure)``; of a list, one line a member, in their order."""
    return cells(columns(procedure), record)


def cells(columns: Iterable[Column], record: Mapping[str, Any]) -> list[str]:
    """The cells of these columns; empty where the record holds nothing there."""
    return [_cell(column, record) for column in columns]


def substituted(procedure: Procedure, record: Mapping[str, Any], character_set: str | None) -> str:
    """One cell beside the others: what an office's system writes for what it cannot hold; empty where it holds all."""
    told = []
    for column, cell in zip(columns(procedure), row(procedure, record), strict=True):
        found = written(character_set, cell)
        if found.changes:
            codes = "、".join(f"{one.original}→{one.substitute}（{one.code}）" for one in found.changes)
            told.append(f"{column.label}：{found.text}（{codes}）")
    return "\n".join(told)


def _cell(column: Column, record: Mapping[str, Any]) -> str:
    if not column.many:
        return _shown(column, record_value(record, column.path))
    key, _, name = column.path.partition(".")
    return "\n".join(_shown(column, member.get(name)) for member in record.get(key) or ())


def _shown(column: Column, value: Any) -> str:
    if value is not None and column.part:
        value = value.get(column.part)
    return "" if value is None else column.kind.show(value)
