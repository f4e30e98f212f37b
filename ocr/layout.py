"""What is printed on a blank form that somebody could write into: cells, combs, boxes to tick, lines; in millimetres."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr.arrays import Flags, Gray
from ocr.flatten_blank import flatten_blank
from ocr.template import PX

__all__ = ["Layout", "detect", "flatten_blank"]

Box = tuple[float, float, float, float]
"""x, y, width, height in millimetres from the page's top left"""

LEAST_CELL = 3.2
LEAST_UPRIGHT, LEAST_LEVEL = 3.6, 7.0
"""Shorter straight strokes are parts of characters."""
LEAST_RULED = 10.0
"""A line to write on is at least so long."""
GAP = 1.1
"""Dots and dashes of a printed line stand no farther apart."""
TICK_SIDES = (1.9, 9.0)
WRITING_ROOM = 9.0
"""How high the place above an underline is where nothing printed ends it sooner."""
COMB_SIDES = (3.2, 13.0)
COMB_LEAST = 3
DARK = 28


@dataclass(frozen=True, slots=True)
class Layout:
    """Millimetres; each group from the top to the bottom, then from the left."""

    boxes: tuple[Box, ...]
    """the inside of every closed frame: cells of tables, cells of combs, boxes to tick"""
    checks: tuple[Box, ...]
    """of those the small squares"""
    combs: tuple[tuple[Box, ...], ...]
    """runs of equal cells side by side: one character a cell"""
    underlines: tuple[Box, ...]
    """the room above each ruled line that is no edge of a cell"""
    lines: tuple[Box, ...]
    """the ruled lines themselves; width or height is how thick the line is"""

    @property
    def places(self) -> tuple[Box, ...]:
        """Everything a zone may snap to."""
        return _ordered([*self.boxes, *self.underlines])


def detect(page: Gray) -> Layout:
    """``page``: a blank form upright at 200 dpi, as `ocr.flatten_blank.flatten_blank` makes it."""
    dark = _dark(page)
    level, upright = _straight(dark, LEAST_LEVEL, True), _straight(dark, LEAST_UPRIGHT, False)
    ruled = [line for line in _strips(level) if _is_ruled(line, dark, level)]
    cells = [cell for cell in _cells(level | upright) if _is_light(cell, dark)]
    checks = [box for box in _checks(dark) if not _near_any(box, cells)]
    checks += [box for box in cells if _is_square(box)]
    combs = _combs(cells)
    alone = {cell for comb in combs for cell in comb}
    checks = [box for box in checks if box not in alone]
    lines = [*ruled, *_strips(upright)]
    return Layout(
        boxes=_ordered({*cells, *checks}),
        checks=_ordered(checks),
        combs=tuple(combs),
        underlines=_ordered(_above(line, dark, cells) for line in ruled if not _is_edge(line, cells)),
        lines=_ordered(lines),
    )


def _dark(page: Gray) -> Flags:
    """Whatever is darker than the paper around it: light grey and red hairlines too."""
    ground = cv2.medianBlur(cv2.dilate(page, np.ones((7, 7), np.uint8)), 31)
    return np.asarray(cv2.subtract(ground, page) > DARK, bool)


def _straight(dark: Flags, least: float, level: bool) -> Flags:
    """The strokes that run straight on for ``least`` millimetres; dots are joined first."""
    gap, length = round(GAP * PX), round(least * PX)
    joined = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_CLOSE, _bar(gap, level))
    # a line that is a pixel askew steps to the next row: thickening across lets it run on
    joined = cv2.dilate(joined, _bar(3, not level))
    long = cv2.morphologyEx(joined, cv2.MORPH_OPEN, _bar(length, level))
    return _thin(np.asarray(long > 0, bool), level)


def _bar(length: int, level: bool) -> np.ndarray:
    return np.ones((1, length) if level else (length, 1), np.uint8)


def _thin(mask: Flags, level: bool) -> Flags:
    """Without filled areas such as shaded headings: no ruled line is thicker than 1.6 mm."""
    thick = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, _bar(round(1.6 * PX), not level))
    return np.asarray(mask & ~(thick > 0), bool)


def _cells(lines: Flags) -> list[Box]:
    """The light areas that lines close in on all sides, where they are rectangles."""
    closed = cv2.morphologyEx(lines.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
    height, width = lines.shape
    found = []
    for x, y, w, h, area in stats[1:]:
        inside = x > 0 and y > 0 and x + w < width and y + h < height
        if inside and min(w, h) >= LEAST_CELL * PX and area > 0.86 * w * h:
            found.append(_millimetres(x, y, w, h))
    return found


def _is_light(box: Box, dark: Flags) -> bool:
    x, y, w, h = (round(side * PX) for side in box)
    return float(dark[y : y + h, x : x + w].mean()) < 0.4


def _checks(dark: Flags) -> list[Box]:
    """Small hollow squares, printed as a frame or as the character □."""
    ink = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((2, 2), np.uint8))
    contours, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    least, most = TICK_SIDES[0] * PX, TICK_SIDES[1] * PX
    found = []
    for contour, (_, _, _, parent) in zip(contours, tree[0] if contours else (), strict=True):
        if parent < 0:
            continue
        x, y, w, h = cv2.boundingRect(contour)
        ox, oy, ow, oh = cv2.boundingRect(contours[parent])
        ring = max(x - ox, y - oy, ox + ow - x - w, oy + oh - y - h)
        square = least <= min(w, h) and max(w, h) <= most and 0.8 < w / h < 1.25
        if square and ring < 0.9 * PX and cv2.contourArea(contour) > 0.86 * (w - 1) * (h - 1):
            found.append(_millimetres(x, y, w, h))
    return found


def _is_square(box: Box) -> bool:
    _, _, w, h = box
    return TICK_SIDES[0] <= w <= TICK_SIDES[1] and 0.8 < w / h < 1.25


def _combs(cells: Iterable[Box]) -> list[tuple[Box, ...]]:
    """Cells of one size standing side by side."""
    narrow = sorted(
        (c for c in cells if COMB_SIDES[0] <= c[2] <= COMB_SIDES[1] and c[2] < c[3] * 1.4), key=lambda c: (c[1], c[0])
    )
    combs: list[tuple[Box, ...]] = []
    while narrow:
        run = [narrow.pop(0)]
        while True:
            x, y, w, h = run[-1]
            after = [c for c in narrow if abs(c[1] - y) < 0.8 and abs(c[3] - h) < 0.8]
            after = [c for c in after if -0.2 < c[0] - x - w < 1.2 and abs(c[2] - w) < max(0.8, 0.12 * w)]
            if not after:
                break
            run.append(after[0])
            narrow.remove(after[0])
        if len(run) >= COMB_LEAST:
            combs.append(tuple(run))
    return combs


def _strips(lines: Flags) -> list[Box]:
    """Each straight line as a thin box; crossing lines are apart already."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(lines.astype(np.uint8), connectivity=8)
    return [_millimetres(x, y, w, h) for x, y, w, h, _ in stats[1:]]


def _is_ruled(line: Box, dark: Flags, level: Flags) -> bool:
    """Whether it is a line and not a row of characters whose strokes were joined: even ink, and paper above and below."""
    x, y, w, h = (round(side * PX) for side in line)
    if h > 1.2 * PX or w < LEAST_RULED * PX:
        return False
    strip, rest = dark[y : y + h, x : x + w], dark & ~level
    beside = [rest[max(0, y - 7) : max(0, y - 1), x : x + w], rest[y + h + 1 : y + h + 7, x : x + w]]
    crowded = [float(part.any(axis=0).mean()) if part.size else 0.0 for part in beside]
    solid = float(strip.any(axis=0).mean())
    return min(crowded) < 0.2 and (max(crowded) < 0.25 if solid < 0.95 else max(crowded) < 0.6)


def _is_edge(line: Box, cells: Sequence[Box]) -> bool:
    """Whether a cell begins or ends at this level line."""
    x, y, w, h = line
    middle = y + h / 2
    for cx, cy, cw, ch in cells:
        over = min(x + w, cx + cw) - max(x, cx)
        if over > 0.5 * min(w, cw) and (abs(cy - middle) < 1.2 or abs(cy + ch - middle) < 1.2):
            return True
    return False


def _above(line: Box, dark: Flags, cells: Sequence[Box]) -> Box:
    """The empty room above an underline, up to what is printed there."""
    x, y, w, _ = line
    around = [cell for cell in cells if cell[0] <= x + 1 and x + w - 1 <= cell[0] + cell[2] and cell[1] < y]
    top = max([0.0, y - WRITING_ROOM, *(cy for _, cy, _, ch in around if y <= cy + ch)])
    rows = dark[round(top * PX) : max(0, round((y - 0.6) * PX)), round((x + 1) * PX) : round((x + w - 1) * PX)]
    printed = np.flatnonzero(rows.mean(axis=1) > 0.25) if rows.size else np.zeros(0, int)
    if len(printed):
        top += (printed[-1] + 2) / PX
    return x, round(top, 2), w, round(max(y - top, 1.0), 2)


def _near_any(box: Box, others: Iterable[Box]) -> bool:
    return any(all(abs(a - b) < 1.0 for a, b in zip(box, other, strict=True)) for other in others)


def _millimetres(x: float, y: float, w: float, h: float) -> Box:
    return round(x / PX, 2), round(y / PX, 2), round(w / PX, 2), round(h / PX, 2)


def _ordered(boxes: Iterable[Box]) -> tuple[Box, ...]:
    return tuple(sorted(boxes, key=lambda box: (round(box[1]), box[0], box[1])))
