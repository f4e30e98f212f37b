"""Marks as people put them on paper: pens, shapes and habits over a box to tick or a word to circle, with the truth.

Whole shapes, pens and ways of striking out belong to one split for ever: what `test` draws, nothing was trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from forms.paper_geometry import Cell
from tests.scans import mark_shapes as shapes
from tests.scans.mark_shapes import Strokes
from tests.scans.writer import MM

Rng = np.random.Generator
NO, YES, STRUCK, UNCLEAR = range(4)
"""what the network is taught to tell apart"""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is to be said about one box or word."""

    style: str
    right: tuple[str, ...]
    """answers that are right; a look is never wrong, but where this is empty nothing else is right"""
    label: int
    marked: bool = True
    """whether anything was drawn on, around or near it on purpose"""


GONE = Truth("faint, gone in the picture", ("no",), 0)
"""A pencil that the scanner did not see: nobody else can."""
BLANK = Truth("blank", ("no",), NO, marked=False)


@dataclass(frozen=True, slots=True)
class Pen:
    colour: tuple[int, int, int]
    """BGR"""
    width: float
    """mm"""
    press: float = 0.95
    taper: float = 0.0
    """how much thinner a stroke ends than it begins"""
    gaps: float = 0.0
    """share of the stroke that a dry pen leaves out"""


def pen(split: str, rng: Rng) -> Pen:
    """One person's pen: thicker and drier in the splits that nothing is trained on."""
    dark = [(28, 28, 32), (96, 44, 34), (110, 62, 30), (70, 66, 64)]
    colour = dark[int(rng.integers(len(dark)))]
    if split == "train":
        return Pen(colour, float(rng.uniform(0.25, 0.85)), float(rng.uniform(0.65, 1)), float(rng.uniform(0, 0.5)))
    if split == "dev":
        return Pen((80, 30, 20), float(rng.uniform(0.3, 0.6)), float(rng.uniform(0.7, 1)), 0.3, 0.05)
    colour = [(20, 20, 20), (140, 50, 20), (60, 40, 30), (95, 95, 95)][int(rng.integers(4))]
    return Pen(colour, float(rng.choice([0.28, 0.38, 0.5, 0.7, 1.0])), float(rng.uniform(0.7, 1)), 0.6, 0.08)


class Paper:
    """A printed page (BGR, 300 dpi) that is drawn on in place; all measures in millimetres."""

    def __init__(self, image: np.ndarray, rng: Rng) -> None:
        self.image, self.rng = image, rng
        self.seals: list[tuple[float, float]] = []
        """middles in mm"""

    def draw(self, strokes: Strokes, box: Cell, how: Pen) -> None:
        """Strokes in the unit square of `box`."""
        x, y, w, h = box
        lines = [np.asarray(line, np.float32) * (w * MM, h * MM) + (x * MM, y * MM) for line in strokes]
        self.lines(lines, how)

    def lines(self, lines: Sequence[np.ndarray], how: Pen, filled: bool = False) -> None:
        points = np.concatenate(lines)
        left, top = np.floor(points.min(0)).astype(int) - 14
        right, bottom = np.ceil(points.max(0)).astype(int) + 14
        mask = np.zeros((max(1, bottom - top), max(1, right - left)), np.uint8)
        for line in lines:
            moved = line - (left, top)
            if filled:
                cv2.fillPoly(mask, [np.round(moved).astype(np.int32)], 255, cv2.LINE_AA)
                continue
            for part in range(len(moved) - 1):
                thin = how.width * MM * (1 - how.taper * part / max(1, len(moved) - 1))
                if how.gaps and self.rng.random() < how.gaps:
                    continue
                one, two = (tuple(int(v) for v in np.round(moved[part + n] * 16)) for n in (0, 1))
                cv2.line(mask, one, two, 255, max(1, round(thin)), cv2.LINE_AA, 4)
        self.lay(mask, left, top, how.colour, how.press)

    def lay(self, mask: np.ndarray, left: int, top: int, colour: tuple[int, int, int], press: float) -> None:
        """A mask (0…255) of ink, its top left in pixels."""
        height, width = self.image.shape[:2]
        x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + mask.shape[1]), min(height, top + mask.shape[0])
        if x0 >= x1 or y0 >= y1:
            return
        part = mask[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.float32) / 255
        coarse = self.rng.normal(0.92, 0.1, (part.shape[0] // 12 + 2, part.shape[1] // 12 + 2)).astype(np.float32)
        uneven = np.clip(cv2.resize(coarse, part.shape[::-1]), 0.5, 1)
        tone = 1 - (part * uneven * press)[..., None] * (1 - np.asarray(colour, np.float32) / 255)
        self.image[y0:y1, x0:x1] = (self.image[y0:y1, x0:x1] * tone).astype(np.uint8)

    def seal(self, middle: tuple[float, float], size: float, colour: tuple[int, int, int]) -> None:
        """A 認印 of `size` mm: a ring with two characters' worth of strokes."""
        self.seals.append(middle)
        side = round(size * MM)
        mask = np.zeros((side + 8, side + 8), np.uint8)
        centre = side // 2 + 4
        cv2.circle(mask, (centre, centre), side // 2 - 2, 255, max(2, round(0.5 * MM)), cv2.LINE_AA)
        for part in (-0.2, 0.2):
            for _ in range(5):
                one = (self.rng.uniform(-0.22, 0.22, 2) + np.asarray([0, part])) * side + centre
                way = [(0.3, 0), (0, 0.28), (0.2, 0.2)][int(self.rng.integers(3))]
                two = one + np.asarray(way) * side * self.rng.uniform(0.5, 1)
                ends = [tuple(int(v) for v in np.clip(p, 6, side - 2)) for p in (one, two)]
                cv2.line(mask, *ends, 255, max(2, round(0.35 * MM)), cv2.LINE_AA)
        patches = cv2.resize(self.rng.random((6, 6)).astype(np.float32), mask.shape[::-1])
        mask = (mask * np.clip(0.45 + patches, 0, 1)).astype(np.uint8)
        self.lay(mask, round(middle[0] * MM) - centre, round(middle[1] * MM) - centre, colour, 0.9)


@dataclass(frozen=True, slots=True)
class Place:
    """One box or word with its printed label, and whether it is a word to circle."""

    cell: Cell
    label: Cell | None
    word: bool


# -- one place ----------------------------------------------------------------------------------------------------


def tick(paper: Paper, place: Place, how: Pen, split: str, rng: Rng, away: tuple[float, float] = (0, 0)) -> str:
    """An ordinary mark; its shape's name."""
    name = shapes.pick(split, place.word, rng)
    x, y, w, h = place.cell
    moved = (x + away[0], y + away[1], w, h)
    made = shapes.make(name, split, rng)
    if isinstance(made, np.ndarray):  # a glyph out of a handwriting font
        shapes.stamp_glyph(paper, made, moved, how, rng)
    elif made.filled:
        paper.lines(
            [np.asarray(made.strokes[0], np.float32) * (w * MM, h * MM) + np.asarray(moved[:2]) * MM], how, True
        )
    else:
        paper.draw(made.strokes, moved, how)
    return name


def ordinary(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    return Truth(tick(paper, place, how, split, rng), ("yes",), YES)


def faint(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    low, high = {"train": (0.2, 0.5), "dev": (0.28, 0.45), "test": (0.25, 0.5)}[split]
    tick(paper, place, replace(how, press=float(rng.uniform(low, high)), colour=(70, 70, 70)), split, rng)
    return Truth("faint", ("yes",), YES)


def red(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    tick(paper, place, replace(how, colour=(50, 40, 205)), split, rng)
    return Truth("red pen", ("yes",), YES)


def off_centre(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    """Partly outside, still meant for this box."""
    _, _, w, h = place.cell
    far = rng.uniform(0.25, 0.45) * rng.choice([-1, 1], 2) * (w, h)
    tick(paper, place, how, split, rng, (float(far[0]), float(far[1] * 0.7)))
    return Truth("off centre", ("yes",), YES)


def beside(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    """Wholly outside: for a person to decide."""
    if place.label is None:  # other boxes stand close by
        return dotted(paper, place, how, split, rng)
    _, _, w, h = place.cell
    way = [(-1.25 * w, 0), (0, -1.2 * h), (0, 1.2 * h)][int(rng.choice(3, p=(0.6, 0.2, 0.2)))]
    small = (place.cell[0] + w * 0.15, place.cell[1] + h * 0.15, w * 0.7, h * 0.7)
    tick(paper, replace(place, cell=small), how, split, rng, way)
    return Truth("beside", (), UNCLEAR)


def over_label(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    """A tick on the label, not on its box."""
    if place.label is None:
        return ordinary(paper, place, how, split, rng)
    x, y, w, h = place.label
    at = (x + rng.uniform(0.2, 0.5) * min(w, 12), y + h / 2 - 2.5, 5.0, 5.0)
    tick(paper, Place(at, None, False), how, split, rng)
    return Truth("tick on label", ("yes",), UNCLEAR)


def ring(paper: Paper, around: Cell, how: Pen, split: str, rng: Rng) -> None:
    paper.draw([shapes.loop(split, rng)], around, how)


def grown(cell: Cell, more: float) -> Cell:
    x, y, w, h = cell
    return (x - more, y - more, w + 2 * more, h + 2 * more)


def ring_label(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    if place.label is None:
        return ring_box(paper, place, how, split, rng)
    ring(paper, grown(place.label, rng.uniform(0.1, 0.9)), how, split, rng)
    return Truth("○ around label", ("yes",), YES)


def ring_box(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    ring(paper, grown(place.cell, rng.uniform(0.6, 1.6)), how, split, rng)
    return Truth("○ around box", ("yes",), YES)


def overfilled(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    """Blotted out, or filled with all might: nobody can tell."""
    paper.draw(shapes.fill(split, rng), grown(place.cell, rng.uniform(-0.1, 0.8)), replace(how, width=0.9, taper=0))
    return Truth("overfilled", (), UNCLEAR)


def struck(paper: Paper, place: Place, how: Pen, split: str, rng: Rng, first: bool = True) -> Truth:
    """Ticked (most often), then struck out together with the beginning of its label."""
    if first and rng.random() < 0.8:
        (ring_word if place.word else ordinary)(paper, place, how, split, rng)
    x, y, w, h = place.cell
    if place.word:
        area = (x - 0.3, y + 0.6, w + 0.6, h - 1.2)
    else:
        lx, _, lw, _ = place.label or (x + w, y, 2.5, h)
        area = (x - rng.uniform(0.4, 2), y, max(lx - x + min(lw, 22) * rng.uniform(0.35, 1.0), w + 2.5), h)
    paper.draw(shapes.strike(split, rng), area, how)
    return Truth("struck out", (), STRUCK)


def dotted(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    """The pen touched the box, no more."""
    x, y, w, h = place.cell
    at = np.asarray([x + w * rng.uniform(0.2, 0.8), y + h * rng.uniform(0.2, 0.8)]) * MM
    away = rng.normal(0, 0.25 * MM, 2)
    paper.lines([np.asarray([at, at + away], np.float32)], replace(how, taper=0, gaps=0))
    return Truth("dot", (), UNCLEAR)


def dirty(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    """Specks and the tail of somebody else's stroke."""
    x, y, w, h = place.cell
    for _ in range(int(rng.integers(2, 7))):
        at = (np.asarray([x, y]) + rng.uniform(-0.8, 1.8, 2) * (w, h)) * MM
        paper.lines([np.asarray([at, at + 1], np.float32)], replace(how, width=0.17, taper=0, gaps=0, press=0.6))
    return Truth("specks", ("no",), NO)


def passing(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    """A stroke of what is written above or below runs near."""
    x, y, _, h = place.cell
    side = rng.choice([-1, 1])
    start = np.asarray([x - rng.uniform(-1, 4), y + (h + 2.4 if side > 0 else -2.4)])
    away = np.asarray([(0, 0), (rng.uniform(3, 8), side * rng.uniform(0.2, 0.9)), (8, side * 0.8)])
    paper.lines([shapes.smooth(((start + away) * MM).astype(np.float32))], how)
    return Truth("stroke nearby", ("no",), NO)


RED, DULL = (52, 44, 196), (80, 75, 170)


def sealed_yes(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    (ring_word if place.word else ordinary)(paper, place, how, split, rng)
    _seal_near(paper, place, rng, 0.0, 4.0)
    return Truth("stamp over mark", ("yes",), YES)


def sealed_no(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    _seal_near(paper, place, rng, 4.5, 7.0)
    return Truth("stamp grazes empty", ("no",), NO)


def sealed_only(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    """A seal where a mark should be: agreement, or correction?"""
    _seal_near(paper, place, rng, 0.0, 1.2)
    return Truth("stamp alone", (), UNCLEAR)


def _seal_near(paper: Paper, place: Place, rng: Rng, near: float, far: float) -> None:
    x, y, w, h = place.cell
    way, distance = rng.uniform(0, 2 * np.pi), rng.uniform(near, far)
    middle = (x + w / 2 + np.cos(way) * distance, y + h / 2 + np.sin(way) * distance)
    paper.seal(middle, float(rng.uniform(8, 11)), RED if rng.random() < 0.7 else DULL)


def under_seals(paper: Paper, cell: Cell, truth: Truth) -> Truth:
    """What a seal set beside it means for a place without a mark of its own."""
    if truth.label != NO:
        return truth
    x, y, w, h = cell
    off = min((float(np.hypot(x + w / 2 - a, y + h / 2 - b)) for a, b in paper.seals), default=99.0)
    if off < 3.2:
        return Truth("stamp alone", (), UNCLEAR)
    return Truth("stamp grazes empty", ("no",), NO) if off < 8 else truth


# -- words to circle ----------------------------------------------------------------------------------------------


def ring_word(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    x, y, w, h = place.cell
    ring(paper, (x + rng.normal(0, 0.4), y + rng.normal(0, 0.4), w * rng.normal(1.04, 0.07), h), how, split, rng)
    return Truth("○ word", ("yes",), YES)


def wide_ring(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    """Runs into the neighbours."""
    ring(paper, grown(place.cell, rng.uniform(0.7, 1.6)), how, split, rng)
    return Truth("wide ○ word", ("yes",), YES)


def tick_word(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    x, y, w, h = place.cell
    tick(paper, Place((x + w / 2 - 2.5, y + h / 2 - 2.5, 5, 5), None, False), how, split, rng)
    return Truth("tick on word", ("yes",), UNCLEAR)


def underlined(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    x, y, w, h = place.cell
    low = y + h * rng.uniform(0.86, 0.98)
    paper.draw([shapes.smooth(np.asarray([(0, 0), (0.5, 0.03), (1, 0)], np.float32))], (x + 0.8, low, w - 1.6, 3), how)
    return Truth("underlined word", (), UNCLEAR)


def faint_ring(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    ring_word(paper, place, replace(how, press=float(rng.uniform(0.25, 0.5)), colour=(70, 70, 70)), split, rng)
    return Truth("faint ○ word", ("yes",), YES)


def red_ring(paper: Paper, place: Place, how: Pen, split: str, rng: Rng) -> Truth:
    ring_word(paper, place, replace(how, colour=(50, 40, 205)), split, rng)
    return Truth("red ○ word", ("yes",), YES)


# -- a whole question ---------------------------------------------------------------------------------------------

Draw = Callable[[Paper, Place, Pen, str, Rng], Truth]
HARD_BOXES: Sequence[tuple[Draw, float]] = (
    (faint, 3), (red, 1), (off_centre, 2), (beside, 1.5), (over_label, 1), (ring_label, 2), (ring_box, 1.5),
    (overfilled, 1.5), (struck, 2), (dotted, 1), (dirty, 2), (passing, 2), (sealed_yes, 1.5), (sealed_no, 1.5),
    (sealed_only, 1),
)  # fmt: skip
HARD_WORDS: Sequence[tuple[Draw, float]] = (
    (wide_ring, 4), (tick_word, 1.5), (underlined, 1), (faint_ring, 3), (red_ring, 1), (struck, 1.5), (dirty, 2),
    (passing, 2), (sealed_yes, 1.5), (sealed_no, 1.5), (sealed_only, 1),
)  # fmt: skip
CORRECTED_NO = Truth("struck out, another ticked", ("no",), STRUCK)
CORRECTED_YES = Truth("ticked beside one struck out", ("yes",), YES)


def answer(paper: Paper, places: Sequence[Place], several: bool, how: Pen, split: str, rng: Rng) -> list[Truth]:
    """One question answered: left blank 8 %, marked plainly 62, in a hard way 22, corrected 4, twice 4. To learn from,
    half is hard."""
    truths = [BLANK] * len(places)
    words = places[0].word
    chosen = [int(n) for n in rng.permutation(len(places))]
    plain: Draw = ring_word if words else ordinary
    turn = rng.random()
    plainly, hard = (0.44, 0.90) if split == "train" else (0.70, 0.92)
    if turn < 0.08:
        return truths
    if turn < plainly:
        many = int(rng.integers(1, 4)) if several else 1
        for place in chosen[:many]:
            truths[place] = plain(paper, places[place], how, split, rng)
    elif turn < hard or len(places) < 2:
        pool = HARD_WORDS if words else HARD_BOXES
        weights = np.asarray([weight for _, weight in pool])
        draw = pool[int(rng.choice(len(pool), p=weights / weights.sum()))][0]
        truths[chosen[0]] = draw(paper, places[chosen[0]], how, split, rng)
    elif turn < 0.96:
        struck(paper, places[chosen[0]], how, split, rng)
        plain(paper, places[chosen[1]], how, split, rng)
        truths[chosen[0]], truths[chosen[1]] = CORRECTED_NO, CORRECTED_YES
        if several:
            truths[chosen[0]] = replace(CORRECTED_NO, right=())
    else:
        for place in chosen[:2]:
            made = plain(paper, places[place], how, split, rng)
            # which of two is meant where one is allowed, only a person can find out
            truths[place] = made if several else replace(made, style="two ticked, one allowed", right=())
    return truths
