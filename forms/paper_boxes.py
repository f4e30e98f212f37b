"""How one answer is written on paper: its boxes, words and marks, before their place on a page is known."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from forms.kinds import Cell as Written
from forms.kinds import Kind
from forms.messages import N_
from forms.paper_geometry import Cell, Rule, Text, Zone

WIDTH = 182.0
LABEL = 4.6
"""height of the words above a box: Japanese, and a second language under it"""
GAP = 4.0
BOX = 5.0
OPTION_PITCH = 8.0
ERA_CELL = (9.5, 7.0)
POINT = 0.3528
SIZES = {"label": 8.0, "part": 7.0, "option": 9.0, "note": 7.5, "optional": 6.5}
"""points; what the printer uses too"""
AFTER = {"year": N_("年"), "month": N_("月"), "day": N_("日")}
SUFFIX = 4.5
LEAST_OPTION = 8.0


@dataclass(frozen=True, slots=True)
class Run:
    """What must stay on one line. Everything is relative to its own top left."""

    width: float
    height: float
    zones: tuple[Zone, ...] = ()
    texts: tuple[Text, ...] = ()
    rules: tuple[Rule, ...] = ()

    def moved(self, x: float, y: float) -> Run:
        return Run(
            self.width,
            self.height,
            tuple(replace(zone, cells=tuple(shift(cell, x, y) for cell in zone.cells)) for zone in self.zones),
            tuple(replace(text, box=shift(text.box, x, y)) for text in self.texts),
            tuple(replace(rule, box=shift(rule.box, x, y)) for rule in self.rules),
        )


def shift(box: Cell, x: float, y: float) -> Cell:
    return (round(box[0] + x, 2), round(box[1] + y, 2), round(box[2], 2), round(box[3], 2))


def wide(text: str, style: str) -> float:
    """About how many millimetres the words take; no font is asked."""
    em = SIZES[style] * POINT
    return sum(em if unicodedata.east_asian_width(c) in "FWA" else em * 0.56 for c in text)


def runs(path: str, label: str, kind: Kind, *, required: bool = True) -> list[Run]:
    """The answer at record path `path`, as runs; the first carries the field's label."""
    made = [_run(path, label, group) for group in _together(kind.cells())]
    if not made:
        return []
    words = _headwords(label, required)
    beside = round(words[-1].box[0] + words[-1].box[2] + 1.5, 2)
    first = _make_room(made[0], beside)
    if not any(text.style == "part" for text in first.texts) and required:
        words[0] = replace(words[0], box=(0.0, 0.0, max(first.width, words[0].box[2]), LABEL))
    widest = max([first.width, *(text.box[0] + text.box[2] for text in (*words, *first.texts))])
    made[0] = replace(first, width=min(WIDTH, round(widest, 2)), texts=(*words, *first.texts))
    return made


def _headwords(label: str, required: bool) -> list[Text]:
    """The field's own label, and that it may be left empty."""
    width = round(wide(label, "label") + 0.5, 2)
    words = [Text(label, (0.0, 0.0, width, LABEL))]
    if not required:
        words.append(Text(OPTIONAL, (width, 0.0, round(wide(OPTIONAL, "optional") + 0.5, 2), LABEL), "optional"))
    return words


def _make_room(first: Run, beside: float) -> Run:
    """The first part's label goes beside the field's; where that is too narrow, everything a line down."""
    texts = list(first.texts)
    for place, text in enumerate(texts):
        if text.style != "part" or text.box[0] != 0:
            continue
        _, y, width, height = text.box
        alone = sum(other.style == "part" for other in texts) == 1
        if beside + wide(text.msgid, "part") + 0.5 > width and not alone:
            lower = first.moved(0, LABEL)
            return replace(lower, height=first.height + LABEL)
        texts[place] = replace(
            text, box=(beside, y, round(max(width - beside, wide(text.msgid, "part") + 0.5), 2), height)
        )
    return replace(first, texts=tuple(texts))


OPTIONAL = N_("（任意）")


def _together(cells: tuple[Written, ...]) -> Iterator[tuple[Written, ...]]:
    """A date and the two halves of a name stay on one line; the other parts of an answer need not."""
    kinds = {cell.kind for cell in cells}
    if not cells:
        return
    if kinds <= {"era", "year", "month", "day"} or kinds <= {"name"} or kinds <= {"kana"}:
        yield cells
    else:
        yield from ((cell,) for cell in cells)


def _run(path: str, label: str, cells: tuple[Written, ...]) -> Run:
    pieces = [_piece(path, label, cell) for cell in cells]
    tallest = max(piece.height for piece in pieces)
    x = 0.0
    zones: list[Zone] = []
    texts: list[Text] = []
    for cell, piece in zip(cells, pieces, strict=True):
        placed = piece.moved(x, LABEL + (tallest - piece.height) / 2)
        if cell.part and cell.kind not in (*AFTER, "era"):
            above = (x, 0.0, max(piece.width, round(wide(cell.label, "part") + 0.5, 2)), LABEL)
            texts.append(Text(cell.label, above, "part"))
        zones += placed.zones
        texts += placed.texts
        x = round(x + piece.width + _gap(cell), 2)
    return Run(round(x - _gap(cells[-1]), 2), LABEL + tallest, tuple(zones), tuple(texts))


def _gap(cell: Written) -> float:
    return 2.0 if cell.kind in (*AFTER, "era") else GAP


def _piece(path: str, label: str, cell: Written) -> Run:
    """One part's boxes from (0, 0)."""
    zone = Zone(
        key=f"{path}.{cell.part}" if cell.part else path,
        kind=cell.kind,
        cells=(),
        codes=tuple(code for code, _ in cell.codes),
        field=path,
        part=cell.part,
        label=label,
    )
    if cell.kind == "era":
        return _era(zone, cell)
    if cell.codes:
        return _marks(zone, cell)
    width = min(cell.width, WIDTH)
    if cell.lines > 1:
        pitch = cell.height / cell.lines
        lines = tuple((0.0, round(pitch * line, 2), min(cell.width, WIDTH), pitch) for line in range(cell.lines))
        return Run(min(cell.width, WIDTH), cell.height, (replace(zone, cells=lines),))
    width = min(cell.width, WIDTH)
    box = round(width / cell.boxes, 2)
    cells = tuple((round(box * place, 2), 0.0, box, cell.height) for place in range(cell.boxes))
    after = (
        (Text(AFTER[cell.kind], (width + 0.5, 0.0, SUFFIX - 0.5, cell.height), "suffix"),) if cell.kind in AFTER else ()
    )
    return Run(round(width + (SUFFIX if after else 0), 2), cell.height, (replace(zone, cells=cells),), after)


def _era(zone: Zone, cell: Written) -> Run:
    """The eras as printed words, one of which is circled."""
    width, height = ERA_CELL
    y = (9.0 - height) / 2
    places = tuple((round(place * width, 2), y, width, height) for place in range(len(cell.codes)))
    words = tuple(Text(word, box, "era") for box, (_, word) in zip(places, cell.codes, strict=True))
    return Run(width * len(places), 9.0, (replace(zone, cells=places),), words)


def _marks(zone: Zone, cell: Written) -> Run:
    """Boxes to tick with their labels at the right, over as many lines as needed, in columns if there are many."""
    widths = [BOX + 1.5 + max(LEAST_OPTION, wide(word, "option") + 1) + 3 for _, word in cell.codes]
    if sum(widths) > WIDTH:
        columns = max(1, int(WIDTH // max(widths)))
        widths = [WIDTH / columns if columns > 1 else min(WIDTH, max(widths))] * len(widths)
    x, y, right = 0.0, 1.0, 0.0
    boxes: list[Cell] = []
    texts: list[Text] = []
    for (_, word), width in zip(cell.codes, widths, strict=True):
        if x and x + width > WIDTH + 0.01:
            x, y = 0.0, y + OPTION_PITCH
        boxes.append((round(x, 2), y, BOX, BOX))
        texts.append(Text(word, (round(x + BOX + 1.5, 2), y - 1, round(width - BOX - 2.5, 2), BOX + 2), "option"))
        x += width
        right = max(right, x)
    return Run(round(right, 2), y + BOX + 1, (replace(zone, cells=tuple(boxes)),), tuple(texts))
