"""What confirming lines of a hand never seen brings: the learning curve of the memory, and what it costs other hands.

    python -m tests.benchmarks.ocr_learning [--split fresh] [--hands pen-5 …] [--seeds 1] [--keep FOLDER]

Half of a hand's sheets teach, line by line in the order in which a clerk would confirm them; the other half examine, so
that no sheet does both. Each hand begins with an empty memory. `line` is the recogniser's own reading of a line, `clerk`
what the review screen shows after typed decoding with everything the page knows. `misread` says how many of the
confirmed lines a clerk had to correct. A fresh split is measured once, for closing figures: nothing is tuned on it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ocr import reading as steps
from ocr.decoding.charsets import fold
from ocr.memory import LineKeys, Memory, Recalls, learn
from ocr.memory.gate import same
from ocr.memory.memory import Search
from ocr.posterior import BLANK, Posterior
from ocr.reading import Work, shipped_readers
from tests.benchmarks import seen
from tests.scans.hands import hands
from tests.scans.make import many

PROCEDURES = ("move-in", "child-allowance", "health-insurance", "safety", "childcare", "supplier", "damage-certificate")
FIRST_SEED = 7000
STEPS = (0, 10, 25, 50, 100, 200, 400)
OTHERS = 8
"""Pages of each other hand that are read again with a memory of this one."""


@dataclass(frozen=True)
class Page:
    """One page as the recogniser saw it, and what was written on it."""

    hand: str
    sheet: str
    work: Work
    truth: Mapping[str, tuple[str, str]]
    """zone key → kind, text"""


@dataclass
class Count:
    """Places, and how many were right, by the line alone and as the clerk sees them."""

    places: int = 0
    line: int = 0
    clerk: int = 0

    def __iadd__(self, other: Count) -> Count:
        self.places, self.line, self.clerk = (
            self.places + other.places, self.line + other.line, self.clerk + other.clerk,
        )  # fmt: skip
        return self


@dataclass
class Point:
    """The state after so many confirmed lines."""

    own: Count = field(default_factory=Count)
    others_before: Count = field(default_factory=Count)
    others: Count = field(default_factory=Count)
    misread: int = 0
    learnt: int = 0
    seconds: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("train", "dev", "test", "fresh"), default="fresh")
    parser.add_argument("--hands", nargs="*", default=[])
    parser.add_argument("--procedures", nargs="*", default=list(PROCEDURES))
    parser.add_argument("--seeds", type=int, default=1, help="sheets of each procedure a hand")
    parser.add_argument("--keep", type=Path, help="keep the cut lines in this folder, or use those that are there")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    writers = asked.hands or [hand.name for hand in hands(asked.split)]
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        if not any(folder.glob("*.npz")):
            seen.gather(many(asked.procedures, writers, range(FIRST_SEED, FIRST_SEED + asked.seeds)), folder)
        pages = list(load(folder, writers))
    measured = {hand: curve(hand, pages) for hand in writers}
    sys.stdout.write(json.dumps(figures(measured), indent=1) + "\n" if asked.json else table(measured))


def load(folder: Path, writers: Sequence[str]) -> Iterator[Page]:
    reader = shipped_readers().first
    assert reader
    for kept in seen.kept(folder):
        if kept.hand not in writers:
            continue
        work = seen.recognised(seen.work_of(kept, seen.kinds_only()[kept.sheet_digest]), reader)
        truth = {zone.key: (zone.kind, text) for zone, text in seen.written(work, kept)}
        if truth:
            yield Page(kept.hand, f"{kept.procedure}-{kept.seed}", work, truth)


def curve(hand: str, pages: Sequence[Page]) -> dict[int, Point]:
    """Confirmed lines → what is read right then."""
    own = [page for page in pages if page.hand == hand]
    sheets = sorted({page.sheet for page in own})
    teaching = set(np.random.default_rng(1).permutation(sheets)[: (len(sheets) + 1) // 2].tolist())
    examined = [page for page in own if page.sheet not in teaching]
    others = [page for name in sorted({p.hand for p in pages} - {hand}) for page in of_hand(pages, name)[:OTHERS]]
    lessons = [lesson for page in own if page.sheet in teaching for lesson in confirmed(page)]
    order = np.random.default_rng(2).permutation(len(lessons))
    points = {}
    before = count(others, None)
    for step in STEPS:
        if step > len(lessons):
            break
        chosen = [lessons[n] for n in order[:step]]
        started = time.process_time()
        lines = [line for page, key, _ in chosen if (line := taught(page, key)) is not None]
        search = Memory.of(lines).search()
        spent = time.process_time() - started
        point = Point(count(examined, search), misread=sum(not right for *_, right in chosen))
        point.learnt, point.seconds, point.others_before = len(lines), spent, before
        point.others = count(others, search)
        points[step] = point
    return points


def of_hand(pages: Sequence[Page], hand: str) -> list[Page]:
    found = [page for page in pages if page.hand == hand]
    return [found[n] for n in np.random.default_rng(3).permutation(len(found))]


def confirmed(page: Page) -> Iterator[tuple[Page, str, bool]]:
    """The places of a page in their order, and whether the clerk saw them right."""
    decoded = read(page.work)
    for key, (kind, text) in page.truth.items():
        yield page, key, same(kind, decoded.get(key, ""), text)


def taught(page: Page, key: str) -> LineKeys | None:
    reader = shipped_readers().first
    kind, text = page.truth[key]
    features = [np.float16(one.features) for one in page.work.seen[key]]  # type: ignore[attr-defined]
    weights = page.work.seen[key][0].weights  # type: ignore[attr-defined]
    keeps: Recalls = reader  # type: ignore[assignment]
    return learn(features, weights, text, keeps, id=key, group=page.sheet, kind=kind)


def count(pages: Sequence[Page], search: Search | None) -> Count:
    total = Count()
    for page in pages:
        work = page.work
        if search is not None:
            mixed = {key: tuple(search.mixed(one) for one in lines) for key, lines in work.seen.items()}
            work = work.but(seen=mixed)
        decoded = read(work)
        for key, (kind, text) in page.truth.items():
            alone = "".join(greedy(one) for one in work.seen[key])
            total += Count(1, same(kind, alone, text), same(kind, decoded.get(key, ""), text))
    return total


def read(work: Work) -> dict[str, str]:
    """Zone key → the text that the clerk sees."""
    return {key: "".join(line.text for line in lines) for key, lines in steps.decode(work).decoded.items()}


def greedy(posterior: Posterior) -> str:
    """The likeliest character a frame, in the forms that Japan writes."""
    shown = np.union1d([BLANK], np.flatnonzero(posterior.peak > np.log(1e-2)))
    best = shown[posterior.columns(shown.tolist()).argmax(axis=1)]
    kept = [int(n) for place, n in enumerate(best) if n and (not place or best[place - 1] != n)]
    return unicodedata.normalize("NFKC", "".join(fold(posterior.alphabet.characters[n]) for n in kept))


def figures(measured: Mapping[str, Mapping[int, Point]]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for hand, points in measured.items():
        whole[hand] = {
            step: {
                "places": point.own.places, "line": percent(point.own.line, point.own),
                "clerk": percent(point.own.clerk, point.own), "misread": point.misread, "learnt": point.learnt,
                "others line": percent(point.others.line - point.others_before.line, point.others),
                "others clerk": percent(point.others.clerk - point.others_before.clerk, point.others),
                "seconds": round(point.seconds, 2),
            }
            for step, point in points.items()
        }  # fmt: skip
    return whole


def table(measured: Mapping[str, Mapping[int, Point]]) -> str:
    rows = [
        "exact % of a hand never seen, and points that all other hands win or lose by it",
        f"{'hand':12}{'confirmed':>10}{'misread':>9}{'learnt':>8}{'places':>8}{'line %':>8}{'clerk %':>9}"
        f"{'others line':>13}{'others clerk':>14}{'seconds':>9}",
    ]
    for hand, points in [*measured.items(), ("ALL", together(measured))]:
        rows += [
            f"{hand:12}{step:10}{p.misread:9}{p.learnt:8}{p.own.places:8}{percent(p.own.line, p.own):8.1f}"
            f"{percent(p.own.clerk, p.own):9.1f}{percent(p.others.line - p.others_before.line, p.others):+13.1f}"
            f"{percent(p.others.clerk - p.others_before.clerk, p.others):+14.1f}{p.seconds:9.2f}"
            for step, p in points.items()
        ]
    return "\n".join(rows) + "\n"


def together(measured: Mapping[str, Mapping[int, Point]]) -> dict[int, Point]:
    """All hands, for as many lines as every hand has."""
    steps_ = set.intersection(*(set(points) for points in measured.values())) if measured else set()
    whole = {}
    for step in sorted(steps_):
        point = whole[step] = Point()
        for points in measured.values():
            one = points[step]
            point.own += one.own
            point.others += one.others
            point.others_before += one.others_before
            point.misread, point.learnt = point.misread + one.misread, point.learnt + one.learnt
            point.seconds = max(point.seconds, one.seconds)
    return whole


def percent(part: int, of: Count) -> float:
    return round(100 * part / of.places, 1) if of.places else 0.0


if __name__ == "__main__":
    main()
