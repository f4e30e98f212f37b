"""Made-up sheets cut into lines and kept on disk with their truth, so that decoding and acceptance are measured in
seconds. The lines are pictures: other weights read them again (13 ms a line)."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from counter.printing import blank_images
from counter.services.sheets import MOST_ROWS
from forms.paper import Zone, sheet
from forms.paper_fill import kinds
from forms.procedures import CATALOGUE
from ocr import reading as steps
from ocr.clean import Cut
from ocr.engines import LineReader
from ocr.marks import Answer, Mark
from ocr.reading import MARK_KINDS, Template, Work
from ocr.sheet import Found
from tests.scans.make import FilledForm

LAST_CUT = "check"
"""The last step before anything is recognised."""


@dataclass(frozen=True)
class SeenPage:
    """One page up to its cut lines, and what was written on it."""

    hand: str
    seed: int
    procedure: str
    sheet_digest: str
    page: int
    truth: Mapping[str, Any]
    """zone key → words or codes"""
    problems: tuple[str, ...]
    answers: Mapping[str, Sequence[tuple[str, str, float]]]
    """mark zones: code, answer, certainty a box"""
    places: Sequence[tuple[str, tuple[int, int, int, int], int, int]]
    """a written line each: zone key, box, ink pixels, strength of the pen"""
    images: Sequence[np.ndarray] = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.procedure}-{self.hand}-{self.seed}-{self.page}"


@cache
def templates() -> dict[str, Template]:
    known = {}
    with tempfile.TemporaryDirectory() as folder:
        for procedure in CATALOGUE.values():
            made = sheet(procedure, MOST_ROWS)
            known[made.sheet_digest] = Template(made, kinds(made, procedure), blank_images(made, folder=Path(folder)))
    return known


@cache
def kinds_only() -> dict[str, Template]:
    """The same without blanks: enough to decode, and made in a second."""
    known = {}
    for procedure in CATALOGUE.values():
        made = sheet(procedure, MOST_ROWS)
        known[made.sheet_digest] = Template(made, kinds(made, procedure), ())
    return known


def pages_of(form: FilledForm) -> Iterator[SeenPage]:
    """The form's pages that are found, cut but not read."""
    truth = form.truth()["values"]
    for number, taken in enumerate(form.images, 1):
        picture = np.asarray(Image.open(io.BytesIO(taken.data)).convert("RGB"), np.uint8)
        gray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
        work = Work(picture, templates(), steps.Readers(None), gray)
        for step in steps.STEPS:
            work = step(work)
            if work.done or step.__name__ == LAST_CUT:
                break
        found = work.found
        if found is None or (found.template.sheet.sheet_digest, found.page.page) != (form.sheet.sheet_digest, number):
            continue
        lines = [(key, c) for key, cuts in work.cuts.items() for c in cuts if c.image is not None]
        yield SeenPage(
            form.hand,
            form.seed,
            form.procedure,
            form.sheet.sheet_digest,
            number,
            {zone.key: truth[zone.key] for zone in found.page.zones},
            tuple(problem.code for problem in work.problems),
            {
                key: [(mark.code, str(mark.answer), float(mark.certainty)) for mark in marks]
                for key, marks in work.answers.items()
            },
            [(key, tuple(map(int, c.box)), int(c.pixels), int(c.strength)) for key, c in lines],
            [c.image for _, c in lines if c.image is not None],
        )


def keep(page: SeenPage, folder: Path) -> None:
    said = {name: value for name, value in vars(page).items() if name != "images"}
    arrays = {f"line{n}": image for n, image in enumerate(page.images)}
    np.savez_compressed(folder / f"{page.name}.npz", said=np.array(json.dumps(said, ensure_ascii=False)), **arrays)


def kept(folder: Path) -> Iterator[SeenPage]:
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as stored:
            said = json.loads(str(stored["said"]))
            images = [stored[f"line{n}"] for n in range(len(said["places"]))]
        yield SeenPage(**said | {"problems": tuple(said["problems"]), "images": images})


def work_of(page: SeenPage, template: Template) -> Work:
    """The page as it stood before recognition, without its pictures."""
    sheet_page = template.page(page.page)
    assert sheet_page
    nothing = np.zeros((1, 1), np.uint8)
    found = Found(template, sheet_page, np.eye(3), None, "markers")
    cuts: dict[str, list[Cut]] = {zone.key: [] for zone in sheet_page.zones if zone.kind not in MARK_KINDS}
    for (key, box, pixels, strength), image in zip(page.places, page.images, strict=True):
        cuts[key].append(Cut(image, tuple(box), pixels, strength, 0))  # type: ignore[arg-type]
    for lines in cuts.values():
        lines or lines.append(Cut(None, (0, 0, 1, 1), 0, 0, 0))
    answers = {
        key: tuple(Mark(code, Answer(answer), certainty) for code, answer, certainty in marks)
        for key, marks in page.answers.items()
    }
    return Work(
        np.zeros((1, 1, 3), np.uint8),
        {},
        steps.Readers(None),
        nothing,
        found=found,
        cuts={key: tuple(lines) for key, lines in cuts.items()},
        answers=answers,
    )


def recognised(work: Work, reader: LineReader) -> Work:
    return steps.recognise(work.but(readers=steps.Readers(reader)))


def written(work: Work, page: SeenPage) -> Iterator[tuple[Zone, str]]:
    """Places for text where something was written and something seen, with the truth."""
    for key, zone in work.zones.items():
        if zone.kind not in MARK_KINDS and page.truth[key] and work.seen.get(key):
            yield zone, page.truth[key]


def gather(forms: Iterable[FilledForm], folder: Path) -> int:
    """Keeps every page; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for form in forms:
        for page in pages_of(form):
            keep(page, folder)
            count += 1
    return count
