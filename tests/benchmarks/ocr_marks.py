"""How well boxes to tick and words to circle are read: answered rightly, sent to a look, by style and by camera.

    python -m tests.benchmarks.ocr_marks [--split test] [--seeds 4] [--dense 0] [--rules] [--show DIR]

The marks are drawn by tests/scans/marks.py on our printed sheets (a third of the sheets, and whole shapes, pens and
cameras, belong to `test` alone). What is right:

- a place without a mark, with specks, a grazing seal or a passing stroke: no;
- a mark of any shape in the box, off its middle, faint, red, under a seal, around the box or the label; a word that is
  circled (wide, faint, red, under a seal) or ticked: yes;
- struck out, overfilled, a dot, wholly beside the box, a seal alone, an underlined word, one of two marks where one is
  allowed: a person must decide, so that both yes and no are wrong. Where one is struck out and another marked
  (one allowed), the struck one is no and the other yes.

A look is never wrong, and always counted: `look %` is the share of all places sent to one, `needless %` the share of
the places that had a right answer. `marked` leaves out the places that nothing was drawn near: the strict figure.
A yes beside a look, where one answer is allowed, is a look: the clerk is asked the whole question. A question counts
as one: right when everything said about its places is.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ocr import marks, marks_reading
from ocr.clean import Ink
from ocr.template import PX
from tests.scans import mark_pages
from tests.scans.mark_pages import Marked
from tests.scans.marks import Truth

FIRST_SEED = 500


@dataclass
class Score:
    places: int = 0
    answered: int = 0
    right: int = 0
    answerable: int = 0
    needless: int = 0

    def add(self, answered: bool, right: bool, answerable: bool) -> None:
        self.places += 1
        self.answered += answered
        self.right += answered and right
        self.answerable += answerable
        self.needless += answerable and not answered

    def row(self, name: str) -> str:
        low, high = wilson(self.right, self.answered)
        exact = 100 * self.right / self.answered if self.answered else float("nan")
        look = 100 * (1 - self.answered / self.places) if self.places else 0.0
        needless = 100 * self.needless / self.answerable if self.answerable else 0.0
        between = f"{100 * low:.2f}–{100 * high:.2f}"
        return f"{name:34}{self.places:7}{exact:9.2f}  {between:14}{look:8.1f}{needless:11.1f}{self.answered - self.right:8}"


def wilson(right: int, all_: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not all_:
        return 0.0, 1.0
    share, square = right / all_, z * z
    middle = (share + square / (2 * all_)) / (1 + square / all_)
    wide = z * math.sqrt(share * (1 - share) / all_ + square / (4 * all_ * all_)) / (1 + square / all_)
    return max(0.0, middle - wide), min(1.0, middle + wide)


class Scores:
    """All counts of one run."""

    def __init__(self) -> None:
        self.by: dict[str, Score] = defaultdict(Score)
        self.milliseconds: list[float] = []
        self.lost = 0

    def zone(self, page: Marked, one: bool, truths: list[Truth], given: tuple[marks.Mark, ...]) -> list[int]:
        """Counts one question; the places of its wrong answers."""
        wrong = []
        asked = any(mark.answer is marks.Answer.LOOK for mark in given)
        for place, (truth, mark) in enumerate(zip(truths, given, strict=True)):
            answered = mark.answer is marks.Answer.NO or mark.answer is marks.Answer.YES and not (one and asked)
            right = str(mark.answer) in truth.right
            names = ["all places", f"style {truth.style}"]
            if truth.marked:
                names += ["marked places", f"camera {page.camera}"]
            for name in names:
                self.by[name].add(answered, right, bool(truth.right))
            if answered and not right:
                wrong.append(place)
        self.by["questions"].add(not asked, not wrong, all(truth.right for truth in truths))
        return wrong

    def table(self) -> str:
        head = f"{'':34}{'places':>7}{'right %':>9}  {'95 % interval':14}{'look %':>8}{'needless %':>11}{'wrong':>8}"
        first = ["all places", "marked places", "questions"]
        names = [*first, *sorted(name for name in self.by if name not in first)]
        spent = f"{np.mean(self.milliseconds):.1f} ms CPU a page for its marks" if self.milliseconds else ""
        return "\n".join([head, *(self.by[name].row(name) for name in names if name in self.by)]) + (
            f"\npages {len(self.milliseconds)}, corners not found {self.lost}, {spent}\n"
        )


def measure(pages: Iterable[Marked], *, rules: bool = False, show: Path | None = None) -> Scores:
    scores = Scores()
    for page in pages:
        ink = page.ink()
        if ink is None:
            scores.lost += 1
            continue
        zones = [zone for zone in page.page.zones if zone.key in page.truths]
        started = time.process_time()
        given = marks_reading.read(ink, zones, None if rules else marks_reading.shipped_net())
        scores.milliseconds.append(1000 * (time.process_time() - started))
        for zone in zones:
            pairs = zip(zone.cells, page.truths[zone.key], strict=True)
            truths = [mark_pages.seen(ink, cell, truth) for cell, truth in pairs]
            for place in scores.zone(page, zone.kind in marks_reading.ONE_ALLOWED, truths, given[zone.key]):
                if show is not None:
                    truth, mark = truths[place], given[zone.key][place]
                    name = f"{truth.style}-{page.camera}-{mark.answer}-{len(list(show.iterdir()))}.png".replace(
                        " ", "_"
                    )
                    cv2.imwrite(str(show / name), crop(ink, zone.cells[place]))
    return scores


def crop(ink: Ink, cell: tuple[float, float, float, float]) -> np.ndarray:
    """The place and its surroundings, to look at."""
    x, y, w, h = (round(side * PX) for side in cell)
    around = np.s_[max(0, y - 40) : y + h + 40, max(0, x - 60) : x + w + 120]
    seen = cv2.cvtColor(255 - ink.dark[around], cv2.COLOR_GRAY2BGR)
    seen[..., :2] = np.minimum(seen[..., :2], 255 - np.minimum(ink.red[around], 200)[..., None])
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("train", "dev", "test"), default="test")
    parser.add_argument("--seeds", type=int, default=4, help="how often each page of our sheets is filled")
    parser.add_argument("--dense", type=int, default=0, help="how many pages of boxes that we did not print")
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    parser.add_argument("--rules", action="store_true", help="without the network")
    parser.add_argument("--show", type=Path, help="a folder for pictures of what went wrong")
    asked = parser.parse_args()
    if asked.show:
        asked.show.mkdir(parents=True, exist_ok=True)
    for name, pages in (
        ("our sheets", mark_pages.sheets(asked.split, range(asked.first, asked.first + asked.seeds))),
        ("other paper", mark_pages.dense(asked.split, range(asked.first, asked.first + asked.dense))),
    ):
        scores = measure(pages, rules=asked.rules, show=asked.show)
        if scores.by:
            sys.stdout.write(f"-- {name} ({asked.split})\n{scores.table()}")


if __name__ == "__main__":
    main()
