"""Fits ocr/calibration.json: from raw scores to the chance of being right, and from which score on nobody need look.

    make calibrate [kept=DIR]     (or: python -m tests.benchmarks.calibrate [--kept DIR] [--seeds 1] [--check])

Made-up sheets in the hands for tuning and the older test hands (never the fresh ones) are cut, read, decoded and
compared with what was written. Eight minutes of one processor from nothing; two with ``--kept``, where the cut lines of
an earlier run lie (good for new weights or decoding, stale after a change of cutting or cleaning). To be run again whenever weights or decoding change. ``--check`` writes nothing and prints what the
shipped table does on these sheets.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from forms.procedures import CATALOGUE
from ocr import reading as steps
from ocr.accept import Evidence, judge
from ocr.calibration import AGREED, ALL, ALONE, GROUPS, NEVER, REST, WHERE, Calibration, Table, calibration, dump
from ocr.judging import evidence_of
from ocr.understanding import joined
from tests.benchmarks import seen
from tests.benchmarks.figures import plain, reliability, wilson
from tests.scans.hands import hands
from tests.scans.make import many

SPLITS = ("dev", "test")
FIRST_SEED = 4000
GOAL = 0.993
"""Least part of the accepted that must be right, by the lower bound where there is enough data."""
FLOOR = 0.98
"""The same where there is less: then nothing wrong may have been accepted at all, and the margin is wider."""
Z = 1.64
OWN_DATA = 150
"""A kind with fewer places for one sort of evidence is judged by its group's table."""
MARGIN, WIDE_MARGIN = 0.75, 0.5
"""Made-up hands flatter: the distance from certainty shrinks to this part of what the data would allow."""
LOWEST = {ALONE: 0.9, AGREED: 0.75}
"""No lower, however well the made-up sheets went."""
BINS = 12
PRIOR = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """One place: what was known when it was judged, and whether it was right."""

    evidence: Evidence
    right: bool

    @property
    def sort(self) -> str:
        return AGREED if self.evidence.counting else ALONE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", type=Path, help="folder of cut lines; filled where it is empty")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kept = asked.kept or Path(folder)
        if not any(kept.glob("*.npz")):
            gather(kept, range(FIRST_SEED, FIRST_SEED + asked.seeds))
        rows = list(rows_of(seen.kept(kept)))
    made = calibration() if asked.check else fitted(rows)
    if not asked.check:
        WHERE.write_text(json.dumps(dump(made), ensure_ascii=False, indent=1) + "\n", "utf-8")
    sys.stdout.write(report(rows, made))


HANDS_A_FORM = 4


def gather(folder: Path, seeds: range) -> None:
    """Every procedure in four of the hands, in turn."""
    writers = [hand.name for split in SPLITS for hand in hands(split)]
    for place, code in enumerate(CATALOGUE):
        turn = [writers[(place + step) % len(writers)] for step in range(HANDS_A_FORM)]
        seen.gather(many([code], turn, seeds), folder)


def rows_of(pages: Iterable[seen.SeenPage]) -> Iterator[Row]:
    """Every written place of every page, read by the first of the shipped readers: the second one only ever adds."""
    readers = steps.Readers(steps.shipped_readers().first)
    known = seen.kinds_only()
    for page in pages:
        work = seen.work_of(page, known[page.sheet_digest]).but(readers=readers)
        for step in (steps.recognise, steps.decode):
            work = step(work)
        texts = {key: joined([line.text for line in lines]) for key, lines in work.decoded.items()}
        for zone, truth in seen.written(work, page):
            evidence = evidence_of(work, zone, texts)
            yield Row(evidence, plain(zone.kind, evidence.text) == plain(zone.kind, truth))


# -- fitting ------------------------------------------------------------------------------------------------------


def fitted(rows: Sequence[Row]) -> Calibration:
    """A table a kind and sort of evidence where there is data enough; one a group, and one for all that something else
    agrees with, for the others. A table that cannot say from where on to accept asks the wider one."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        kind = row.evidence.kind
        names = (kind, GROUPS.get(kind, REST), *((ALL,) if row.sort == AGREED else ()))
        for name in names:
            found[name, row.sort].append(row)
    tables: dict[str, dict[str, Table]] = defaultdict(dict)
    wide = (ALL, *dict.fromkeys((*GROUPS.values(), REST)))
    for name in (*wide, *sorted({name for name, _ in found} - set(wide))):
        for sort in (ALONE, AGREED):
            here = found.get((name, sort), [])
            if len(here) < (OWN_DATA if name not in wide else LEAST_DATA):
                continue
            made = table(here, LOWEST[sort])
            wider = GROUPS.get(name, REST) if name not in wide else ALL
            above = tables.get(wider, {}).get(sort)
            if (
                made.accept >= NEVER
                and above is not None
                and above.accept < NEVER
                and not wrong_from(here, above.accept)
            ):
                made = replace(made, accept=above.accept)
            tables[name][sort] = made
    return Calibration(dict(tables), provenance(rows))


LEAST_DATA = 60


def wrong_from(rows: Sequence[Row], raw: float) -> int:
    return sum(not row.right and row.evidence.raw >= raw and not row.evidence.against for row in rows)


def table(rows: Sequence[Row], lowest: float = 0.0) -> Table:
    points = sorted(((row.evidence.raw, row.right) for row in rows), key=lambda point: point[0])
    # what is doubted for other reasons never stands: only the rest says from where on a score suffices
    free = [(row.evidence.raw, row.right) for row in rows if not row.evidence.against and not row.evidence.poor]
    return Table(len(points), knots(points), max(lowest, least(free)))


def knots(points: Sequence[tuple[float, bool]]) -> tuple[tuple[float, float], ...]:
    """Isotonic steps over bins of equal size, each drawn towards its neighbours by one imagined error and success."""
    size = max(8, -(-len(points) // BINS))
    blocks = [
        (sum(x for x, _ in part) / len(part), float(sum(y for _, y in part)), float(len(part)))
        for part in (points[at : at + size] for at in range(0, len(points), size))
    ]
    merged: list[tuple[float, float, float]] = []
    for block in blocks:
        merged.append(block)
        while len(merged) > 1 and merged[-2][1] / merged[-2][2] >= merged[-1][1] / merged[-1][2]:
            (x1, y1, n1), (x2, y2, n2) = merged[-2:]
            merged[-2:] = [((x1 * n1 + x2 * n2) / (n1 + n2), y1 + y2, n1 + n2)]
    chances = accumulate(((y + PRIOR) / (n + 2 * PRIOR) for _, y, n in merged), max)  # a small bin is drawn further
    inner = [(round(x, 4), round(chance, 4)) for (x, _, _), chance in zip(merged, chances, strict=True)]
    return tuple(dict([(0.0, min(0.02, inner[0][1])), *inner, (1.0, inner[-1][1])]).items())


def least(points: Sequence[tuple[float, bool]]) -> float:
    """The lowest score from which on enough is right, moved towards certainty by the margin."""
    wanted: list[tuple[float, float]] = []
    right = 0
    for count, (raw, good) in enumerate(sorted(points, key=lambda point: -point[0]), 1):
        right += good
        low = wilson(right, count, Z)[0]
        if low >= GOAL:
            wanted.append((raw, MARGIN))
        elif right == count and low >= FLOOR and not any(margin == MARGIN for _, margin in wanted):
            wanted.append((raw, WIDE_MARGIN))
    if not wanted:
        return NEVER
    raw, margin = min(wanted, key=lambda found: (found[1] != MARGIN, found[0]))
    return round(1 - (1 - raw) * margin, 4)


def provenance(rows: Sequence[Row]) -> dict[str, object]:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "places": len(rows),
        "right": sum(row.right for row in rows),
        "hands": [hand.name for split in SPLITS for hand in hands(split)],
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "goal": GOAL,
        "by": "python -m tests.benchmarks.calibrate",
    }


# -- saying it ----------------------------------------------------------------------------------------------------


def report(rows: Sequence[Row], made: Calibration) -> str:
    """By kind: accepted, of these right, and the least score; then how true the confidences are."""
    by_kind: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_kind[row.evidence.kind].append(row)
    lines = [f"{'':18}{'places':>8}{'right %':>9}{'accepted %':>12}{'of these right':>18}{'alone':>8}{'agreed':>8}"]
    for kind, found in [*sorted(by_kind.items()), ("ALL", list(rows))]:
        taken = [row for row in found if judge(row.evidence, made).accepted]
        right = sum(row.right for row in taken)
        least_scores = [made.table(kind, agreed=agreed).accept for agreed in (False, True)] if kind != "ALL" else []
        lines.append(
            f"{kind:18}{len(found):8}{100 * sum(r.right for r in found) / len(found):9.1f}"
            f"{100 * len(taken) / len(found):12.1f}{f'{right}/{len(taken)}':>18}"
            + "".join(f"{'never' if score >= NEVER else f'{score:.3f}':>8}" for score in least_scores)
        )
    return "\n".join([*lines, *reliability(_said(rows, made)), ""])


def _said(rows: Sequence[Row], made: Calibration) -> list[tuple[float, bool]]:
    return [(judge(row.evidence, made).confidence, row.right) for row in rows]


if __name__ == "__main__":
    main()
