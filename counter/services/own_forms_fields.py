"""What a zone may be tied to: every place that a procedure's record has on paper, with the words a clerk knows it by. Pure."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from counter.services.paper_records import lists
from forms.kinds import Address, Date, Kana, Kind, Name
from forms.kinds.base import Cell
from forms.model import Ask, Field, Procedure

LINE, COMB, RULES, TICK, CIRCLE = "line", "comb", "rules", "tick", "circle"
WAYS = {
    LINE: "一行で書く",
    COMB: "一字ずつのます",
    RULES: "けい線に書く",
    TICK: "□に印をつける",
    CIRCLE: "言葉を○で囲む",
}
"""How something is written in a zone, as a clerk calls it."""
MOST_ROWS = 12
WHOLE_KINDS = (Name, Kana, Address, Date)
"""Kinds of several parts that other people's paper asks in one box."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing a zone may be: a field, a part of one, or one of the answers to mark.

    `code` names it in a drawing and `label` on the screen; both are unique in a procedure.
    """

    code: str
    label: str
    path: str
    part: str
    answer: str
    kind: str
    ways: tuple[str, ...]
    count: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """One field of the record. `needed`: every application must have it; `group`: whose it is."""

    path: str
    label: str
    group: str
    needed: bool
    kind: Kind
    spots: tuple[Spot, ...]
    row: int = -1

    @property
    def dated(self) -> bool:
        return isinstance(self.kind, Date)


@functools.lru_cache(maxsize=64)
def places(procedure: Procedure) -> tuple[Place, ...]:
    """Every field of the record in its order, lists with as many rows as any paper may have."""
    return tuple(_places(procedure))


def spots(procedure: Procedure) -> Mapping[str, Spot]:
    """By code."""
    return _spots(procedure)[0]


def code_of(procedure: Procedure, said: str) -> str:
    """The code of a spot, from its code or its label; empty for nothing that is known."""
    by_code, by_label = _spots(procedure)
    said = said.strip()
    return said if said in by_code else by_label.get(_plain(said), "")


def eras(place: Place) -> tuple[tuple[str, str], ...]:
    """(code, word) of the eras that may be printed before a date."""
    return next((cell.codes for cell in place.kind.cells() if cell.part == "era"), ())


def list_keys(procedure: Procedure) -> tuple[tuple[str, str], ...]:
    """(record key, title) of everything the paper may have several rows of."""
    return tuple((about.record_key, about.label) for about in lists(procedure))


@functools.lru_cache(maxsize=64)
def _spots(procedure: Procedure) -> tuple[dict[str, Spot], dict[str, str]]:
    found = [spot for place in places(procedure) for spot in place.spots]
    return {spot.code: spot for spot in found}, {_plain(spot.label): spot.code for spot in found}


def _plain(label: str) -> str:
    return "".join(label.split())


def _places(procedure: Procedure) -> Iterator[Place]:
    taken: set[str] = set()
    for item in procedure.asks:
        if isinstance(item, Ask):
            yield _place(item, item.field.key, "", item.required and item.when is None, taken)
        elif isinstance(item.who, Field):
            surely = item.required and item.when is None
            for ask in item.asks:
                path = f"{item.record_key}.{ask.field.name}"
                yield _place(ask, path, item.label, surely and ask.required and ask.when is None, taken)
        else:
            for row in range(MOST_ROWS):
                for ask in item.asks:
                    path = f"{item.record_key}.{row}.{ask.field.name}"
                    yield _place(ask, path, f"{item.label}{row + 1}", False, taken, row)


def _place(ask: Ask, path: str, group: str, needed: bool, taken: set[str], row: int = -1) -> Place:
    kind = ask.field.kind
    title = f"{group}：{ask.field.label}" if group else ask.field.label
    while _plain(title) in taken:  # two fields of one name would be one word on the screen
        title += "（別）"
    taken.add(_plain(title))
    return Place(path, ask.field.label, group, needed, kind, tuple(_of(kind, path, title)), row)


def _of(kind: Kind, path: str, title: str) -> Iterator[Spot]:
    cells = kind.cells()
    if isinstance(kind, WHOLE_KINDS):
        reads = cells[0].kind if isinstance(kind, (Name, Kana)) else "text"
        yield Spot(f"{path}//", f"{title}（全体を一つの枠に）", path, "", "", reads, (LINE, COMB))
    for cell in cells:
        part = f"・{cell.label}" if cell.part else ""
        if not cell.codes:
            ways, count = _written(cell)
            yield Spot(f"{path}/{cell.part}/", f"{title}{part}", path, cell.part, "", cell.kind, ways, count)
        for answer, word in cell.codes:
            marked = _marked(cell)
            label = f"{title}{part}＝{word}"
            yield Spot(f"{path}/{cell.part}/{answer}", label, path, cell.part, answer, cell.kind, marked)


def _marked(cell: Cell) -> tuple[str, ...]:
    if cell.kind == "choices":
        return (TICK,)  # several rings cannot be told from one that strays
    return (CIRCLE, TICK) if cell.kind == "era" else (TICK, CIRCLE)


def _written(cell: Cell) -> tuple[tuple[str, ...], int]:
    if cell.lines > 1:
        return (RULES, LINE), cell.lines
    if cell.boxes > 1:
        return (COMB, LINE), cell.boxes
    return (LINE, COMB), 1
