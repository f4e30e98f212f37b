"""The reader of digits: a small net beside PP-OCR, on the same frames; both opinions make one posterior."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from ocr.arrays import Floats, Ids
from ocr.decoding.charsets import DIGIT_SHAPES, DIGITS
from ocr.engines.session import THREADS, session
from ocr.posterior import BLANK, NOTHING, Alphabet, FeaturePosterior, Head, Posterior

KINDS = frozenset(
    {"postcode", "phone", "digits", "corporate_number", "invoice_number", "number", "year", "month", "day"}
)
OTHER = "?"
CLASSES = ("", *DIGITS, "-", "(", ")", OTHER)
"""What the net answers a frame: nothing, a digit, a sign, or anything else that is written among digits (丁目番地号の)."""
SHAPES = {**DIGIT_SHAPES, "-": "-－―ーｰ‐‑–—−一_~〜", "(": "(（", ")": ")）"}
STREET = frozenset("ノロBDGイハ一二三之")
"""Letters that stand for themselves in a 番地, and for a digit or a hyphen elsewhere."""
FLOOR = 1e-4
"""However sure PP-OCR is, the other reader may still overrule it."""


def labels(text: str) -> list[int]:
    """The classes of a text's characters, in order."""
    return [CLASSES.index(c) if c in CLASSES[1:-1] else len(CLASSES) - 1 for c in text if not c.isspace()]


@dataclass(frozen=True, slots=True)
class _Classes:
    """For each character of an alphabet its class; −1 for a shape that is counted for another character."""

    places: Ids
    """every character that is counted for a class, class after class"""
    starts: Ids
    owners: Ids
    """a class for every place of the alphabet"""


@cache
def _classes(alphabet: Alphabet, street: bool) -> _Classes:
    owners = np.full(len(alphabet), len(CLASSES) - 1, np.int64)
    owners[BLANK] = 0
    groups: list[list[int]] = [[BLANK]]
    for n, target in enumerate(CLASSES[1:-1], 1):
        forms = dict.fromkeys((target, *SHAPES[target]))
        own = [alphabet.index[c] for c in forms if c in alphabet.index and not (street and c in STREET)]
        owners[own] = -1
        owners[alphabet.index[target]] = n
        groups.append(own)
    lengths = [len(group) for group in groups]
    places = np.asarray([place for group in groups for place in group], np.int64)
    return _Classes(places, np.asarray([0, *np.cumsum(lengths)[:-1]], np.int64), owners)


def gathered(posterior: Posterior, kind: str) -> Floats:
    """frames × classes: the log probabilities of a posterior over all characters, shapes added to what they stand for."""
    known = _classes(posterior.alphabet, kind == "number")
    seen = np.exp(posterior.columns(known.places))  # type: ignore[arg-type]
    sums = np.add.reduceat(seen, known.starts, axis=1)
    rest = 1 - sums.sum(axis=1, keepdims=True)
    return np.asarray(np.log(np.maximum(np.concatenate([sums, rest], axis=1), FLOOR)), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class DigitPosterior:
    """PP-OCR's posterior with its digits and signs weighed anew. ``features`` and ``weights`` are PP-OCR's own."""

    plain: FeaturePosterior
    kind: str
    said: Floats
    """frames × classes: log probabilities of PP-OCR alone"""
    mixed: Floats
    """frames × classes: log probabilities of both readers together"""
    peak: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        owners = _classes(self.alphabet, self.kind == "number").owners
        best, other = self.mixed.max(axis=0), float((self.mixed[:, -1] - self.said[:, -1]).max())
        peak = np.where(
            owners < 0, NOTHING, np.where(owners == len(CLASSES) - 1, self.plain.peak + other, best[owners])
        )
        object.__setattr__(self, "peak", np.clip(peak, NOTHING, 0.0).astype(np.float32))

    @property
    def alphabet(self) -> Alphabet:
        return self.plain.alphabet

    @property
    def head(self) -> Head:
        return self.plain.head

    @property
    def features(self) -> Floats:
        return self.plain.features

    @property
    def weights(self) -> str:
        return self.plain.weights

    def columns(self, ids: Sequence[int]) -> Floats:
        owners = _classes(self.alphabet, self.kind == "number").owners[np.asarray(ids, np.int64)]
        answer = self.mixed[:, np.maximum(owners, 0)]
        answer[:, owners < 0] = NOTHING
        others = np.flatnonzero(owners == len(CLASSES) - 1)
        if len(others):
            shares = self.plain.columns([ids[int(n)] for n in others]) - self.said[:, -1:]
            answer[:, others] += np.minimum(shares, 0.0)
        return np.asarray(answer, np.float32)


class DigitNet:
    """The net held in memory; thread-safe, as onnxruntime's sessions are."""

    def __init__(self, model: bytes, threads: int = THREADS) -> None:
        self._session = session(model, threads)

    def scores(self, pixels: Floats) -> Floats:
        """lines × 48 × width to lines × frames × classes: log probabilities by the net alone."""
        return np.asarray(self._session.run(["y"], {"x": pixels[:, None]})[0], np.float32)


SHARE = 0.7
"""What the net's opinion counts beside PP-OCR's; chosen among 0.7, 1 and 1.5 on dev hands and held-out digits."""


def together(plain: FeaturePosterior, scores: Floats, kind: str) -> DigitPosterior:
    """One posterior from both: the mean of their log probabilities up to a factor, scaled to add up to one."""
    said = gathered(plain, kind)
    mixed = said + SHARE * scores
    mixed -= np.log(np.exp(mixed - mixed.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)) + mixed.max(
        axis=1, keepdims=True
    )
    return DigitPosterior(plain, kind, said, np.asarray(mixed, np.float32))
