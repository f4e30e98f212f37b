"""The reader that ships: PP-OCR, for digits with a reader of our own beside it, for other lines with weights of our own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from ocr.arrays import Floats, Gray, HalfFloats
from ocr.engines.digits import KINDS, DigitNet, together
from ocr.engines.ppocr import PaddleReader, batches, original_reader, prepare
from ocr.posterior import Alphabet, FeaturePosterior, Posterior

MODELS = Path(__file__).parents[1] / "models"
DIGITS = ("digits.onnx", "f192c1cd482fea42")
LINES = ("lines.onnx", "")
"""Files and the beginning of their SHA-256: a file that is not the one that was measured is not used. No weights of our
own for other lines have beaten PP-OCR's so far (models/MODEL_CARD.md): PP-OCR's read them."""


class Routed:
    """Sends each line to the weights for its kind. ``weights`` of a posterior say which."""

    name = "ppocr"

    def __init__(self, lines: PaddleReader, numbers: PaddleReader, net: DigitNet | None) -> None:
        self._lines, self._numbers, self._net = lines, numbers, net

    @property
    def alphabet(self) -> Alphabet:
        return self._lines.alphabet

    @property
    def beside(self) -> frozenset[str]:
        """Kinds that the reader of digits has a say in: what it saw cannot be said again from the features."""
        return KINDS if self._net is not None else frozenset()

    def read(self, lines: Sequence[Gray], kinds: Sequence[str] = ()) -> list[Posterior]:
        """One posterior a line, in the same order; a line of no known kind is read as handwriting."""
        told = list(kinds) or [""] * len(lines)
        numeric = [n for n, kind in enumerate(told) if kind in KINDS]
        others = [n for n, kind in enumerate(told) if kind not in KINDS]
        answers: dict[int, Posterior] = dict(zip(others, self._lines.read([lines[n] for n in others]), strict=True))
        plain = self._numbers.seen([lines[n] for n in numeric])
        if self._net is None:
            answers.update(zip(numeric, plain, strict=True))
        else:
            for batch in batches([prepare(lines[n]) for n in numeric]):
                scores = self._net.scores(np.stack([image for _, image in batch]))
                for (place, _), seen in zip(batch, scores, strict=True):
                    answers[numeric[place]] = together(plain[place], seen, told[numeric[place]])
        return [answers[place] for place in range(len(lines))]

    def again(self, features: Floats | HalfFloats, weights: str) -> FeaturePosterior | None:
        """What was seen in a line, from the features that were kept of it; None for those of other weights."""
        return self._lines.again(features, weights) or self._numbers.again(features, weights)


def model(name: str, digest: str) -> bytes | None:
    """A file under models/; None where it is not there or not the one whose digest is written here. PP-OCR's own
    weights do its work then."""
    try:
        data = (MODELS / name).read_bytes()
    except OSError:
        return None
    return data if digest and hashlib.sha256(data).hexdigest().startswith(digest) else None


@cache
def shipped_reader() -> Routed:
    """The reader with the shipped weights, loaded once a process. Raises EngineMissing without onnxruntime or PP-OCR."""
    original = original_reader()
    lines, digits = model(*LINES), model(*DIGITS)
    return Routed(PaddleReader(lines) if lines else original, original, DigitNet(digits) if digits else None)
