"""Boxes to tick and words to circle by rule: yes, no, or look. Ink is counted against the blank, never judged alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from forms.paper import Zone
from ocr.arrays import Gray
from ocr.clean import Ink, bounds
from ocr.template import PX

Cell = tuple[float, float, float, float]


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Mark:
    """One box or word. ``certainty`` 0.5…1 says how far from the border of the rule it is."""

    code: str
    answer: Answer
    certainty: float
    reason: str = ""


# square millimetres of ink
EMPTY, TICKED = 0.25, 1.2
FILLED_SHARE = 0.82
RING = 2.2
DARK = 60
PRINTED = 20
RED = 60
STRIKE_GAP = 15
"""Pixels of a stroke that may be hidden by the letters it runs over."""
BESIDE = 1.4
CIRCLE_LEAST, CIRCLE_OTHER = 2.2, 0.45

# why somebody must look, in words for the clerk
STRUCK_OUT = "線で消したように見えます"
FILLED = "塗りつぶされています"
OUTSIDE = "枠の外に印があります"
SMALL = "印がうすいか小さいため判断できません"
LOOSE = "囲みがはっきりしません"
TWICE = "二つ以上に印があります"


def boxes(page: Ink, zone: Zone) -> list[Mark]:
    """One answer a box to tick."""
    return [_box(page, code, cell) for code, cell in zip(zone.codes, zone.cells, strict=True)]


def _box(page: Ink, code: str, cell: Cell) -> Mark:
    _, _, w, h = cell
    inner = ink_in(page, inside(cell))
    whole = ink_in(page, grown(cell, RING))
    ring = whole - ink_in(page, cell)
    struck = _crossed(page, cell)
    room = (w - 0.9) * (h - 0.9)
    if struck:
        return Mark(code, Answer.LOOK, 0.5, STRUCK_OUT)
    if inner >= FILLED_SHARE * room:
        return Mark(code, Answer.LOOK, 0.5, FILLED)
    if inner >= TICKED:
        return Mark(code, Answer.YES, min(1.0, 0.9 + 0.1 * (inner - TICKED) / TICKED))
    if inner <= EMPTY:
        if ring > BESIDE:
            return Mark(code, Answer.LOOK, 0.5, OUTSIDE)
        return Mark(code, Answer.NO, min(1.0, 0.9 + 0.1 * (EMPTY - inner) / EMPTY))
    return Mark(code, Answer.LOOK, 0.5, SMALL)


def inside(cell: Cell) -> Cell:
    """Without the frame."""
    return grown(cell, -0.45)


def grown(cell: Cell, more: float) -> Cell:
    x, y, w, h = cell
    return (x - more, y - more, w + 2 * more, h + 2 * more)


def red_in(page: Ink, cell: Cell) -> float:
    """Square millimetres of red in the cell, where nothing is printed."""
    return float((free_red(page, bounds([cell], page.red.shape)) > RED).sum()) / PX**2


def ink_in(page: Ink, cell: Cell) -> float:
    """Square millimetres of ink in the cell, where nothing is printed."""
    return float((_dark(page, cell) > DARK).sum()) / PX**2


def _dark(page: Ink, cell: Cell) -> Gray:
    return free_ink(page, bounds([cell], page.dark.shape))


def free_ink(page: Ink, box: tuple[int, int, int, int]) -> Gray:
    """Darkness where nothing is printed: ink on top of a printed label is not counted, it cannot be told from it."""
    return _free(page, page.dark, box)


def free_red(page: Ink, box: tuple[int, int, int, int]) -> Gray:
    """Redness where nothing is printed: our own frames are red."""
    return _free(page, page.red, box)


def _free(page: Ink, channel: Gray, box: tuple[int, int, int, int]) -> Gray:
    x, y, w, h = box
    printed = page.printed[max(0, y - 2) : y + h + 2, max(0, x - 2) : x + w + 2]
    near = cv2.dilate(printed, np.ones((5, 5), np.uint8))[y - max(0, y - 2) :, x - max(0, x - 2) :][:h, :w]
    return np.asarray(np.where(near <= PRINTED, channel[y : y + h, x : x + w], 0), np.uint8)


def _crossed(page: Ink, cell: Cell) -> bool:
    """A long flat stroke through the box and on over its label: a struck-out answer."""
    x, y, w, h = cell
    wide = (_dark(page, (x - 2.5, y + 0.3, w + 12.0, h - 0.6)) > DARK).astype(np.uint8)
    joined = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((3, STRIKE_GAP), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for part in range(1, count):
        left, width = stats[part, cv2.CC_STAT_LEFT] / PX - 2.5, stats[part, cv2.CC_STAT_WIDTH] / PX
        height = stats[part, cv2.CC_STAT_HEIGHT] / PX
        if left < -0.8 and left + width > w + 1.0 and height < 0.55 * width:
            return True
    return False


def circled(page: Ink, zone: Zone) -> list[Mark]:
    """One answer a printed word: the word with the circle around it says yes."""
    weights = _circle_ink(page, zone)
    best = max(range(len(weights)), key=weights.__getitem__)
    others = [weight for place, weight in enumerate(weights) if place != best]
    second = max(others, default=0.0)
    if weights[best] < EMPTY * 2:
        return [Mark(code, Answer.NO, 0.98) for code in zone.codes]
    clear = weights[best] >= CIRCLE_LEAST and second <= CIRCLE_OTHER * weights[best]
    marks = []
    for place, code in enumerate(zone.codes):
        if clear:
            sure = min(1.0, 0.9 + 0.1 * (1 - second / max(weights[best], 0.01)))
            marks.append(Mark(code, Answer.YES if place == best else Answer.NO, sure))
        elif weights[place] > CIRCLE_OTHER * weights[best]:
            marks.append(Mark(code, Answer.LOOK, 0.5, LOOSE))
        else:
            marks.append(Mark(code, Answer.NO, 0.9))
    return marks


def _circle_ink(page: Ink, zone: Zone) -> list[float]:
    """Ink in square millimetres that goes to each word: a stroke goes to the word that its middle is nearest to."""
    box = bounds(zone.cells, page.dark.shape, 3.0)
    x0, y0, _, _ = box
    binary = (free_ink(page, box) > DARK).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(binary, np.ones((3, 3), np.uint8)), connectivity=8)
    pixels = [0.0] * len(zone.cells)
    centres = np.asarray([((x + w / 2) * PX - x0, (y + h / 2) * PX - y0) for x, y, w, h in zone.cells])
    for part in range(1, count):
        left, top, width, height, area = (int(v) for v in stats[part])
        if area < 12:
            continue
        middle = np.asarray([left + width / 2, top + height / 2])
        off = np.abs(centres - middle)
        if off[:, 1].min() > 6.5 * PX:
            continue
        pixels[int(np.argmin(off[:, 0] + 0.3 * off[:, 1]))] += area / 2.0
    return [value / PX**2 for value in pixels]


def chosen(marks: Sequence[Mark]) -> tuple[str, ...]:
    """The codes answered yes."""
    return tuple(mark.code for mark in marks if mark.answer is Answer.YES)
