"""Measures readers on cut lines: those of the dev and the older test hands, and strings of held-out real digits.

python -m tests.training.evaluate cut OUT.npz [--seeds 6]          the sheets' lines, cut as production cuts them
python -m tests.training.evaluate table LINES.npz … [--text model.onnx] [--digits net.onnx]

Each line is read alone: no other place of the form helps it, so that figures lie below those of whole pages.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from forms.procedures import CATALOGUE
from ocr import reading as steps
from ocr.arrays import Gray
from ocr.decoding.by_kind import decoder
from ocr.decoding.hints import Hints
from ocr.engines import LineReader, ppocr
from ocr.engines.digits import KINDS, DigitNet
from ocr.engines.ppocr import PaddleReader
from ocr.engines.shipped import Routed
from ocr.loading import load_pages
from ocr.posterior import FeaturePosterior, Posterior
from tests.benchmarks.figures import distance, plain
from tests.benchmarks.ocr import templates
from tests.scans.make import fill_form
from tests.training.lines import Made, load, save

HANDS = ("yuji", "pen-4", "maru", "kurenaido", "pen-5", "messy-6")
FIRST_SEED = 9700


def cut(seeds: int) -> Iterator[Made]:
    """Each hand fills another procedure a seed."""
    codes = list(CATALOGUE)
    with tempfile.TemporaryDirectory() as folder:
        known = templates(Path(folder))
    for n in range(seeds):
        for h, hand in enumerate(HANDS):
            form = fill_form(codes[(n * 5 + h * 3) % len(codes)], hand, FIRST_SEED + n)
            truth = form.truth()["values"]
            for number, image in enumerate(form.images, 1):
                picture = load_pages(image.data)[0]
                gray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
                work = steps.Work(picture, known, steps.Readers(None), gray)
                for step in (steps.find, steps.straighten, steps.wash, steps.cut):
                    work = work if work.done else step(work)
                if work.done or work.found is None or work.found.page.page != number:
                    continue
                for key, cuts in work.cuts.items():
                    zone, images = work.zones[key], [c.image for c in cuts if c.image is not None]
                    if len(images) == 1 and truth[key]:
                        cells = len(zone.cells) if len(zone.cells) > 1 else 0
                        yield Made(zone.kind, str(truth[key]), hand, cells, images[0], zone.part)


class Once:
    """A reader that reads no picture twice."""

    def __init__(self, reader: PaddleReader) -> None:
        self.reader, self.name, self.alphabet = reader, reader.name, reader.alphabet
        self._known: dict[bytes, FeaturePosterior] = {}

    def seen(self, lines: Sequence[Gray]) -> list[FeaturePosterior]:
        keys = [line.tobytes() + bytes(line.shape[0]) for line in lines]
        fresh = [n for n, key in enumerate(keys) if key not in self._known]
        answers = self.reader.seen([lines[n] for n in fresh])
        self._known.update({keys[n]: answer for n, answer in zip(fresh, answers, strict=True)})
        return [self._known[key] for key in keys]

    def read(self, lines: Sequence[Gray], kinds: Sequence[str] = ()) -> list[Posterior]:
        return list(self.seen(lines))


def read(reader: LineReader, lines: Sequence[Made]) -> list[Posterior]:
    return reader.read([steps.roomy(line.image, line.kind) for line in lines], [line.kind for line in lines])


def decoded(line: Made, posterior: Posterior) -> str:
    return decoder(line.kind)(posterior, Hints(part=line.part or line.kind, boxes=line.cells)).text


def raw(posterior: Posterior) -> str:
    """The likeliest character a frame, decoded by nothing."""
    every = range(len(posterior.alphabet))
    best = posterior.columns(every).argmax(axis=1)
    return "".join(posterior.alphabet.characters[c] for i, c in enumerate(best) if c and (not i or best[i - 1] != c))


def rows(lines: Sequence[Made], posteriors: Sequence[Posterior]) -> dict[str, list[tuple[str, str, str]]]:
    """Group → truth, decoded, raw; a line counts for its kind, its hand and all."""
    found = defaultdict(list)
    for line, posterior in zip(lines, posteriors, strict=True):
        said = plain(line.kind, line.text), plain(line.kind, decoded(line, posterior)), plain(line.kind, raw(posterior))
        sort = "digits" if line.kind in KINDS else "text"
        held = "/" in line.hand
        for group in (line.kind, "real digits, held out" if held else f"{line.hand} {sort}", f"ALL {sort}"):
            found[group].append(said)
    return found


def table(lines: Sequence[Made], readers: dict[str, LineReader]) -> str:
    answers = {name: rows(lines, read(reader, lines)) for name, reader in readers.items()}
    first = next(iter(answers.values()))
    head = f"| {'lines':24} | n | " + " | ".join(f"{name}: exact (raw) / CER" for name in readers) + " |"
    out = [head, "|" + "---|" * (2 + len(readers))]
    for group in sorted(first):
        figures = []
        for found in answers.values():
            got = found[group]
            exact = 100 * np.mean([t == d for t, d, _ in got])
            plainly = 100 * np.mean([t == r for t, _, r in got])
            cer = 100 * sum(distance(t, d) for t, d, _ in got) / max(1, sum(len(t) for t, _, _ in got))
            figures.append(f"{exact:5.1f} ({plainly:4.1f}) / {cer:4.2f}")
        out.append(f"| {group:24} | {len(first[group]):4} | " + " | ".join(figures) + " |")
    return "\n".join(out) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("cut", "table"))
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--text", type=Path)
    parser.add_argument("--digits", type=Path)
    parser.add_argument("--most", type=int, default=100_000, help="as many lines, by lot")
    parser.add_argument("--only", choices=("digits", "text"))
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    if asked.what == "cut":
        save(asked.files[0], list(cut(asked.seeds)))
        return
    lines = [line for path in asked.files for line in load(path)]
    if asked.only:
        lines = [line for line in lines if (line.kind in KINDS) == (asked.only == "digits")]
    lines = [lines[n] for n in np.random.default_rng(0).permutation(len(lines))[: asked.most]]
    original = Once(ppocr.original_reader())
    net = DigitNet(asked.digits.read_bytes(), 1) if asked.digits else None
    text = Once(PaddleReader(asked.text.read_bytes(), 1)) if asked.text else original
    readers: dict[str, LineReader] = {"originals": original, "with these": Routed(text, original, net)}  # type: ignore[arg-type]
    sys.stdout.write(table(lines, readers))


if __name__ == "__main__":
    main()
