"""How well and how fast paper is read: exact values, characters, acceptance, seconds, and the ratio to stock pytesseract.

    python -m tests.benchmarks.ocr [--split fresh] [--seeds 1] [--procedures all] [--hands pen-5 …] [--stock 120]

The forms are made by tests/scans, by default in hands and words that nothing was trained or tuned on: run that for a
release's closing figures only, and `--split dev` or `test` while you work. Each figure stands beside its target. Stock pytesseract reads the same cut lines, one
call each (`jpn`, --psm 7), as most projects use it.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytesseract

from counter.printing import blank_images
from counter.services.sheets import MOST_ROWS
from forms.paper import Zone, sheet
from forms.paper_fill import kinds
from forms.procedures import CATALOGUE
from ocr import reading as steps
from ocr.decoding import lexicons
from ocr.decoding.by_kind import decoder
from ocr.decoding.hints import Hints
from ocr.loading import load_pages
from ocr.reading import PageReading, Reading, Template, read_page, shipped_readers
from tests.benchmarks.figures import DATES, Score, percent, plain, reliability, table
from tests.scans.hands import hands
from tests.scans.make import FilledForm, many

FIRST_SEED = 9000
ADDRESS = ("city", "town", "number", "building")
FREE = ("text", "long_text")
MARKS = {"choice", "choices", "declaration", "era", "(empty)"}


@dataclass
class Run:
    """Everything counted over all pages."""

    kinds: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    hands: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    wholes: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    """fields written in several places, and names by whether a list has them"""
    said: list[tuple[float, bool]] = field(default_factory=list)
    """confidence of each text, and whether it was right"""
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    not_found: int = 0
    lines: list[tuple[Zone, np.ndarray, str]] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("train", "dev", "test", "fresh"), default="fresh")
    parser.add_argument("--hands", nargs="*", default=[])
    parser.add_argument("--procedures", nargs="*", default=["all"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--stock", type=int, default=120, help="how many lines stock pytesseract reads; 0: none")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    codes = list(CATALOGUE) if "all" in asked.procedures else asked.procedures
    writers = asked.hands or [hand.name for hand in hands(asked.split)]
    with tempfile.TemporaryDirectory() as folder:
        run = measure(many(codes, writers, range(FIRST_SEED, FIRST_SEED + asked.seeds)), templates(Path(folder)))
    figures = summary(run) | compare(run, asked.stock)
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=1) + "\n" if asked.json else told(figures))


def templates(folder: Path) -> dict[str, Template]:
    known = {}
    for procedure in CATALOGUE.values():
        made = sheet(procedure, MOST_ROWS)
        known[made.sheet_digest] = Template(made, kinds(made, procedure), blank_images(made, folder=folder))
    return known


def measure(forms: Iterable[FilledForm], known: dict[str, Template]) -> Run:
    run = Run()
    warm = True
    for form in forms:
        truth = form.truth()["values"]
        for number, image in enumerate(form.images, 1):
            picture = load_pages(image.data)[0]
            if warm:  # lexicons and weights are loaded once a process
                read_page(picture, known)
                warm = False
            started, burnt = time.perf_counter(), time.process_time()
            found = read_page(picture, known)
            run.seconds.append(time.perf_counter() - started)
            run.cpu.append(time.process_time() - burnt)
            if not found.found or (found.sheet_digest, found.page) != (form.sheet.sheet_digest, number):
                run.not_found += 1
                continue
            template = known[form.sheet.sheet_digest]
            judge(run, form.hand, template, found, truth)
            run.lines += lines_of(picture, known, found, truth)
    return run


def judge(run: Run, hand: str, template: Template, found: PageReading, truth: dict[str, Any]) -> None:
    page = template.page(found.page or 0)
    assert page
    wholes: dict[tuple[str, str], list[tuple[bool, bool]]] = defaultdict(list)
    for zone in page.zones:
        read, written = found.values[zone.key], truth[zone.key]
        if zone.codes:
            run.kinds[zone.kind].add("、".join(written), "、".join(codes_of(read)), read.accepted)
        elif not written:
            run.kinds["(empty)"].add("", read.text, read.accepted)
        else:
            pair = plain(zone.kind, written), plain(zone.kind, read.text)
            for score in (run.kinds[zone.kind], run.hands[hand], *(run.wholes[row] for row in rows_of(zone, written))):
                score.add(*pair, read.accepted)
            run.said.append((read.confidence, pair[0] == pair[1]))
            whole = "address" if zone.kind in ADDRESS else "date" if zone.kind in DATES else ""
            if whole:
                wholes[whole, zone.field].append((pair[0] == pair[1], read.accepted))
    for (whole, _), parts in wholes.items():
        run.wholes[whole].count(all(right for right, _ in parts), all(accepted for _, accepted in parts))


def rows_of(zone: Zone, written: str) -> list[str]:
    """Further rows of the table in which a place counts."""
    if zone.kind == "name" and zone.part:
        book = lexicons.names()
        listed = written in (book.families if zone.part == "family" else book.givens)
        return ["name in lexicon" if listed else "name outside lexicon"]
    return ["free text"] if zone.kind in FREE else []


def codes_of(read: Reading) -> list[str]:
    """As ticked; a field of documents makes more of its box than the box says."""
    return read.text.split("、") if read.text else []


def lines_of(
    picture: np.ndarray, known: dict[str, Template], found: PageReading, truth: dict[str, Any]
) -> Iterator[tuple[Zone, np.ndarray, str]]:
    """The cut lines of one written place each, as both readers get them."""
    gray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    work = steps.Work(picture, known, steps.Readers(None), gray)
    for step in (steps.find, steps.straighten, steps.wash, steps.cut):
        work = step(work)
    for key, cuts in work.cuts.items():
        images = [cut.image for cut in cuts if cut.image is not None]
        if len(images) == 1 and truth[key]:
            yield work.zones[key], images[0], truth[key]


def compare(run: Run, most: int) -> dict[str, Any]:
    """The same lines by stock pytesseract and by our recogniser with its decoding, in one process each."""
    chosen = [run.lines[i] for i in np.random.default_rng(1).permutation(len(run.lines))[:most]]
    if not chosen:
        return {}
    started, burnt = time.perf_counter(), cpu()
    stock = [pytesseract.image_to_string(image, lang="jpn", config="--psm 7", timeout=20) for _, image, _ in chosen]
    slow, slow_cpu = time.perf_counter() - started, cpu() - burnt
    reader = shipped_readers().first
    assert reader
    started, burnt = time.perf_counter(), cpu()
    kinds_ = [zone.kind for zone, _, _ in chosen]
    seen = reader.read([steps.roomy(image, zone.kind) for zone, image, _ in chosen], kinds_)
    ours = [
        decoder(z.kind)(posterior, Hints(part=z.part or z.kind)).text
        for (z, _, _), posterior in zip(chosen, seen, strict=True)
    ]
    quick, quick_cpu = time.perf_counter() - started, cpu() - burnt
    return {
        "stock": {
            "lines": len(chosen),
            "exact_stock": exact(chosen, stock),
            "exact_ours_line_alone": exact(chosen, ours),
            "ms_a_line_stock": round(1000 * slow / len(chosen), 1),
            "ms_a_line_ours": round(1000 * quick / len(chosen), 1),
            "times_faster (target 4)": round(slow / quick, 1),
            "times_less_CPU": round(slow_cpu / quick_cpu, 1),
        }
    }


def cpu() -> float:
    """Seconds of processor that this process and the programs it called have had."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


def exact(chosen: Sequence[tuple[Zone, np.ndarray, str]], texts: Sequence[str]) -> float:
    right = sum(
        plain(zone.kind, truth) == plain(zone.kind, text) for (zone, _, truth), text in zip(chosen, texts, strict=True)
    )
    return percent(right, len(chosen))


def summary(run: Run) -> dict[str, Any]:
    whole = Score()
    for kind, score in run.kinds.items():
        if kind not in MARKS:
            for name in whole.__dataclass_fields__:
                setattr(whole, name, getattr(whole, name) + getattr(score, name))
    return {
        "kinds": {kind: score.figures() for kind, score in sorted(run.kinds.items())},
        "wholes": {name: score.figures() for name, score in sorted(run.wholes.items())},
        "all text": whole.figures(),
        "hands": {hand: score.figures() for hand, score in sorted(run.hands.items())},
        "reliability": reliability(run.said),
        "pages": len(run.seconds),
        "not found": run.not_found,
        "seconds a page (target 1.0)": {
            "mean": round(float(np.mean(run.seconds)), 3),
            "95%": round(float(np.percentile(run.seconds, 95)), 3),
        },
        "CPU seconds a page": round(float(np.mean(run.cpu)), 3),
        "peak memory MB (target 1000)": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


TABLED = ("kinds", "wholes", "all text", "hands", "reliability")


def told(figures: dict[str, Any]) -> str:
    rows = {**figures["kinds"], **figures["wholes"], "ALL TEXT": figures["all text"], **figures["hands"]}
    others = [f"{name}: {value}" for name, value in figures.items() if name not in TABLED]
    return "\n".join([table(rows), "", *figures["reliability"], "", *others, ""])


if __name__ == "__main__":
    main()
