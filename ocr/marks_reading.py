"""All marks of a page: the network's belief held against rules that may veto, then what a whole question allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import cv2

from forms.paper import Zone
from ocr import marks
from ocr.arrays import Floats, Gray
from ocr.clean import Ink, bounds
from ocr.engines import EngineMissing
from ocr.marks import Answer, Cell, Mark
from ocr.marks_view import view
from ocr.template import PX

NOTHING, MARKED, STRUCK, UNCLEAR = range(4)
"""the network's classes"""
WORDS = "era"
"""The kind of zone whose places are printed words to circle, on wards' own paper as well."""
ONE_ALLOWED = ("choice", "era", "declaration")

YES_FROM, NO_FROM, DECLARED_FROM = 0.90, 0.95, 0.98
"""Least belief that is answered, chosen on marks, hands, sheets and a camera that nothing was trained on."""
STRUCK_MOST = 0.005
"""A yes with more doubt than this that it was taken back is looked at."""
VETOES, VETOED_UNDER = (marks.FILLED, marks.STRUCK_OUT), 0.99
"""What a rule saw that only a very sure network may overlook."""
STRUCK_FROM = 0.85
"""Least belief that a mark was taken back, where another one stands."""
FAINT = 28
"""Darkness that may still be a pencil."""
CLEAN = 0.06
"""Square millimetres of anything at all in a box and around it under which nobody drew there."""
CORRECTED = "一つを消して、ほかに印をつけています"
OTHERS_STRUCK = "ほかがすべて線で消されています。残りの一つを選んだのか確かめてください"
IN_RED = "赤い印です"
NEAR_SEAL = "印影が重なっています"
DOUBTFUL = "印がはっきりしません"


class Net(Protocol):
    def chances(self, views: Sequence[Gray]) -> Floats: ...


def shipped_net() -> Net | None:
    """The network, or None where it cannot run: then the rules answer alone, and ask more often."""
    from ocr.engines import marks_net

    try:
        return marks_net.shipped_net()
    except EngineMissing:
        return None


def read(page: Ink, zones: Sequence[Zone], net: Net | None) -> dict[str, tuple[Mark, ...]]:
    """Zone key → one answer a code, in the codes' order. One run of the network a page."""
    ruled = {zone.key: marks.circled(page, zone) if zone.kind == WORDS else marks.boxes(page, zone) for zone in zones}
    believed = _beliefs(page, zones, net) if net is not None else None
    return {zone.key: tuple(question(zone, _places(page, zone, ruled[zone.key], believed))) for zone in zones}


def _beliefs(page: Ink, zones: Sequence[Zone], net: Net) -> dict[tuple[str, int], Floats]:
    """Zone key and place → the network's chances; places where nothing is drawn at all are not asked about."""
    asked = [(zone, place) for zone in zones for place, cell in enumerate(zone.cells) if not untouched(page, cell)]
    chances = net.chances([view(page, zone.cells[place], zone.kind == WORDS) for zone, place in asked])
    return {(zone.key, place): row for (zone, place), row in zip(asked, chances, strict=True)}


def untouched(page: Ink, cell: Cell) -> bool:
    """No ink worth a word, not even faint, in the place, around it or over the beginning of its label."""
    x, y, w, h = cell
    around = bounds([(x - 2.5, y - 2.0, w + 9.0, h + 4.0)], page.dark.shape)
    free = marks.free_ink(page, around)
    seen = (cv2.blur(free, (3, 3)) > FAINT).sum() + (marks.free_red(page, around) > marks.RED).sum()
    return float(seen) / PX**2 < CLEAN


def _places(
    page: Ink, zone: Zone, ruled: Sequence[Mark], believed: Mapping[tuple[str, int], Floats] | None
) -> list[tuple[Mark, float]]:
    """Each place's answer, and how likely it was struck out."""
    if believed is None:
        return [(_alone(zone, mark), 0.0) for mark in ruled]
    made = []
    for place, (mark, cell) in enumerate(zip(ruled, zone.cells, strict=True)):
        chances = believed.get((zone.key, place))
        if chances is None:
            made.append((Mark(mark.code, Answer.NO, 1.0), 0.0))
        else:
            judged = declared(page, cell, mark, chances) if zone.kind == "declaration" else None
            gone = float(chances[STRUCK]) if zone.kind == WORDS or runs_out(page, cell) else 0.0
            made.append((judged or weighed(page, cell, mark, chances), gone))
    return made


def runs_out(page: Ink, cell: Cell) -> bool:
    """Whether strokes leave the box: what strikes an answer out does, while a ＋ or a scribble inside is a mark."""
    return marks.ink_in(page, marks.grown(cell, marks.RING)) - marks.ink_in(page, cell) > marks.BESIDE


def _alone(zone: Zone, ruled: Mark) -> Mark:
    """What rules may say without the network: they tell neither a correction nor a declaration well enough."""
    doubtful = zone.kind == "declaration" and ruled.answer is Answer.YES
    return _doubted(ruled, DOUBTFUL) if doubtful else ruled


def weighed(page: Ink, cell: Cell, ruled: Mark, chances: Floats) -> Mark:
    """One place: the network answers where it is sure and no rule forbids it."""
    code = ruled.code
    yes, no = float(chances[MARKED]), float(chances[NOTHING])
    if ruled.reason in VETOES and yes < VETOED_UNDER:
        return Mark(code, Answer.LOOK, 0.5, ruled.reason)
    if yes >= YES_FROM and chances[STRUCK] <= STRUCK_MOST:
        if only_red(page, cell):
            return Mark(code, Answer.LOOK, 0.5, IN_RED)
        return Mark(code, Answer.YES, yes)
    if no >= NO_FROM and not (ruled.answer is Answer.YES and no < 0.995):
        return Mark(code, Answer.NO, no)
    return Mark(code, Answer.LOOK, 0.5, why(page, cell, ruled, chances))


def declared(page: Ink, cell: Cell, ruled: Mark, chances: Floats) -> Mark | None:
    """A declaration is made only by a mark in its own box that network and rule both see; anything else is looked at."""
    if chances[NOTHING] >= NO_FROM:
        return None
    sure = float(chances[MARKED])
    if sure >= DECLARED_FROM and ruled.answer is Answer.YES and not only_red(page, cell):
        return Mark(ruled.code, Answer.YES, sure)
    return Mark(ruled.code, Answer.LOOK, 0.5, why(page, cell, ruled, chances))


def why(page: Ink, cell: Cell, ruled: Mark, chances: Floats) -> str:
    """In words what makes the place doubtful."""
    if chances[STRUCK] >= max(chances[MARKED], chances[UNCLEAR], 0.3):
        return marks.STRUCK_OUT
    if only_red(page, cell):
        return IN_RED
    if marks.red_in(page, marks.grown(cell, 1.0)) > 1.0:
        return NEAR_SEAL
    return ruled.reason or (marks.OUTSIDE if ruled.answer is Answer.NO else DOUBTFUL)


def only_red(page: Ink, cell: Cell) -> bool:
    """Red strokes and hardly any others: a clerk's pen or a seal rather than the person's."""
    wide = marks.grown(cell, 1.2)
    red = marks.red_in(page, wide)
    return red > 1.0 and red > 2.0 * marks.ink_in(page, wide)


# -- a whole question ---------------------------------------------------------------------------------------------


def question(zone: Zone, places: Sequence[tuple[Mark, float]]) -> list[Mark]:
    """Where one answer is allowed: two marks are looked at, one struck out beside one marked is a correction."""
    found = [mark for mark, _ in places]
    if zone.kind not in ONE_ALLOWED or len(found) < 2:
        return found
    yes = [place for place, mark in enumerate(found) if mark.answer is Answer.YES]
    struck = [place for place, (mark, gone) in enumerate(places) if mark.answer is Answer.LOOK and gone >= STRUCK_FROM]
    others = [mark for place, mark in enumerate(found) if mark.answer is Answer.LOOK and place not in struck]
    if len(yes) > 1:
        return [_doubted(mark, marks.TWICE) if place in yes else mark for place, mark in enumerate(found)]
    if len(yes) == 1 and struck and not others:
        return [_corrected(mark, place, yes, struck) for place, mark in enumerate(found)]
    if not yes and not others and len(struck) == len(found) - 1 and len(struck) > 1:
        return [_doubted(mark, OTHERS_STRUCK) if place not in struck else mark for place, mark in enumerate(found)]
    return found


def _corrected(mark: Mark, place: int, yes: Sequence[int], struck: Sequence[int]) -> Mark:
    if place in yes:
        return replace(mark, reason=CORRECTED)
    return Mark(mark.code, Answer.NO, STRUCK_FROM) if place in struck else mark


def _doubted(mark: Mark, reason: str) -> Mark:
    return Mark(mark.code, Answer.LOOK, 0.5, reason)
