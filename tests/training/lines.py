"""Makes the lines that train: seeded, cut as production cuts them, packed into one file a thousand lines.

python -m tests.training.lines FOLDER OUT --seed 1 --text 6000 --numeric 6000 [--part held | --part dev]

FOLDER holds the unpacked npm packages (README.md beside this file names them). ``--part held`` writes digits with the
held-out real specimens: what the digit reader is measured on; ``dev`` with those that its training stops by.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ocr.engines import ppocr
from tests.training.paper import COMBS, Line, cut_lines
from tests.training.pens import pen
from tests.training.shapes import SIMILAR
from tests.training.words import Words

TEXT_KINDS = {
    "name": 0.26, "kana": 0.16, "city": 0.06, "town": 0.13, "building": 0.1, "bank": 0.06, "text": 0.08,
    "long_text": 0.09, "number": 0.04, "email": 0.02,
}  # fmt: skip
NUMBER_KINDS = {
    "phone": 0.24, "postcode": 0.14, "digits": 0.12, "number": 0.22, "corporate_number": 0.03, "invoice_number": 0.03,
    "year": 0.08, "month": 0.06, "day": 0.08,
}  # fmt: skip
HARD = 0.5
"""How many of the lines of numbers that train are made hard: similar digits, other hyphens, brackets."""
HYPHENS = "-－ー‐–"
STRIP = 25
SHARD = 1000


@dataclass(frozen=True, slots=True)
class Made:
    """A cut line with what it says. ``hand``: a word about its writer."""

    kind: str
    text: str
    hand: str
    cells: int
    image: np.ndarray
    part: str = ""
    """of a name: family or given"""


def make(folder: Path, many: int, rng: np.random.Generator, numeric: bool, part: str = "") -> Iterator[Made]:
    reader = ppocr.original_reader()
    words = Words(rng, frozenset(reader.alphabet.characters[place] for place in reader.kept))
    shares = NUMBER_KINDS if numeric else TEXT_KINDS
    kinds, chances = list(shares), np.asarray(list(shares.values()))
    made = 0
    while made < many:
        strip = []
        for kind in rng.choice(kinds, STRIP, p=chances / chances.sum()):
            text = words.line(str(kind))
            if numeric and not part and rng.random() < HARD:
                text = harder(text, str(kind), rng)
            comb = kind in COMBS and text.isdigit() and len(text) < 15 and rng.random() < 0.55
            writer = pen(folder, rng, digits=part, numeric=numeric)
            strip.append(Line(str(kind), text, writer, len(text) if comb else 0))
        for line, image in cut_lines(strip, rng):
            made += 1
            hand = f"{(line.pen.fonts or ('strokes',))[0]}/{line.pen.digits or 'own'}"
            plainly = "".join("-" if c in HYPHENS else c for c in line.text) if numeric else line.text
            yield Made(line.kind, plainly, hand, line.cells, image)


def harder(text: str, kind: str, rng: np.random.Generator) -> str:
    """The same number of digits, more of them of one family; a hyphen or brackets as others write them."""
    family = str(rng.choice(SIMILAR))
    dated = kind in ("year", "month", "day")
    digits = "".join(
        family[int(rng.integers(len(family)))] if c.isdigit() and not dated and rng.random() < 0.45 else c for c in text
    )
    if kind == "phone" and digits.count("-") == 2 and rng.random() < 0.25:
        first, second, third = digits.split("-")
        return f"{first}({second}){third}" if rng.random() < 0.6 else f"({first}){second}-{third}"
    return digits.replace("-", HYPHENS[int(rng.integers(len(HYPHENS)))])


def save(path: Path, lines: list[Made]) -> None:
    """Pictures end to end in one array, so that nothing needs to be pickled."""
    np.savez_compressed(
        path,
        kinds=np.array([line.kind for line in lines]),
        texts=np.array([line.text for line in lines]),
        hands=np.array([line.hand for line in lines]),
        cells=np.array([line.cells for line in lines]),
        parts=np.array([line.part for line in lines]),
        shapes=np.array([line.image.shape for line in lines]),
        pixels=np.concatenate([line.image.ravel() for line in lines]),
    )


def load(path: Path) -> list[Made]:
    with np.load(path) as packed:
        ends = np.cumsum(packed["shapes"].prod(axis=1))
        pixels = np.split(packed["pixels"], ends[:-1])
        names = ("kinds", "texts", "hands", "cells", "shapes")
        parts = packed["parts"] if "parts" in packed else [""] * len(ends)
        rows = zip(*(packed[name] for name in names), parts, pixels, strict=True)
        return [Made(str(k), str(t), str(h), int(c), px.reshape(s), str(p)) for k, t, h, c, s, p, px in rows]


def load_all(folder: Path, pattern: str) -> list[Made]:
    return [line for path in sorted(folder.glob(pattern)) for line in load(path)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--text", type=int, default=0)
    parser.add_argument("--numeric", type=int, default=0)
    parser.add_argument(
        "--part", choices=("held", "dev"), default="", help="of the real digits; without, those to train with"
    )
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, many in (("text", asked.text), ("numeric", asked.numeric)):
        rng = np.random.default_rng([asked.seed, name == "numeric", asked.part == "held"])
        shard: list[Made] = []
        number = 0
        for line in make(asked.folder, many, rng, name == "numeric", asked.part) if many else ():
            shard.append(line)
            if len(shard) == SHARD:
                save(asked.out / f"{asked.part + '-' if asked.part else ''}{name}-{asked.seed}-{number}.npz", shard)
                shard, number = [], number + 1
        if shard:
            save(asked.out / f"{asked.part + '-' if asked.part else ''}{name}-{asked.seed}-{number}.npz", shard)


if __name__ == "__main__":
    main()
