"""Year, month and day, each in a place of its own: every possible number is tried, 04 and 4 alike."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np

from ocr.decoding.charsets import ELEVEN, Charset, charset, numeric_shapes
from ocr.decoding.ctc import Lattice, beam, lattice, score
from ocr.decoding.hints import Hints
from ocr.decoding.ranking import Decoded, Ranked
from ocr.posterior import Alphabet, Posterior

FIRST = "元"
YEARS = {"reiwa": 30, "heisei": 31, "showa": 64, "taisho": 15, "meiji": 45}
WESTERN_FROM, WESTERN_TO = 1890, 2040
UNLIKELY = -6.0
OUTSIDE = 0.02
"""The share kept for a number that cannot stand there: it goes to a look, not into another number."""


@cache
def _charset(alphabet: Alphabet) -> Charset:
    return charset(alphabet, {**numeric_shapes(hyphen=False), FIRST: "元え"})


@cache
def _spellings(kind: str) -> dict[str, tuple[str, ...]]:
    """Each number with the ways a hand writes it."""
    if kind == "month":
        return {str(n): _ways(n) for n in range(1, 13)}
    if kind == "day":
        return {str(n): _ways(n) for n in range(1, 32)}
    small = {str(n): _ways(n) for n in range(1, 65)}
    small["1"] = ("1", "01", FIRST)
    return small | {str(n): (str(n),) for n in range(WESTERN_FROM, WESTERN_TO)}


def _ways(number: int) -> tuple[str, ...]:
    return (ELEVEN, "11") if number == 11 else tuple(dict.fromkeys((str(number), f"{number:02d}")))


def number(posterior: Posterior, hints: Hints) -> Decoded:
    """The number that stands in a place for a year, month or day (``hints.part``), without leading noughts."""
    seen = lattice(posterior, _charset(posterior.alphabet))
    ways = [(value, way) for value, forms in _spellings(hints.part or "year").items() for way in dict.fromkeys(forms)]
    logs = score(seen, [way for _, way in ways]).astype(np.float64)
    gathered: dict[str, float] = defaultdict(float)
    best = logs.max()
    for (value, _), log in zip(ways, logs, strict=True):
        gathered[value] += float(np.exp(log - best + _era_prior(value, hints)))
    free = _unforeseen(seen, set(gathered))
    for text, log in free:
        gathered[text] += float(np.exp(log - best)) * OUTSIDE
    total = sum(gathered.values())
    order = sorted(gathered, key=lambda value: -gathered[value])[:12]
    return Decoded(tuple(Ranked(value, gathered[value] / total, 0.0) for value in order), seen)


def _unforeseen(seen: Lattice, known: set[str]) -> list[tuple[str, float]]:
    """What was written though it cannot be, such as a 34th day."""
    found = []
    for text, log in beam(seen, 6):
        digits = text.replace(ELEVEN, "11").lstrip("0")
        if digits and FIRST not in digits and digits not in known:
            found.append((digits, log))
    return found


def _era_prior(value: str, hints: Hints) -> float:
    if hints.part not in ("", "year") or not hints.era:
        return 0.0
    if hints.era == "ad":
        return 0.0 if len(value) == 4 else UNLIKELY
    return 0.0 if int(value) <= YEARS.get(hints.era, 64) else UNLIKELY
