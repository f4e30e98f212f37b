"""Whether a memory may be switched on: it must win on lines of sheets that it has not learned from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import comb

import numpy as np

from ocr.arrays import HalfFloats
from ocr.decoding.by_kind import decoder
from ocr.decoding.hints import Hints
from ocr.memory.keys import LineKeys
from ocr.memory.learning import Recalls, spellings
from ocr.memory.memory import Search
from ocr.posterior import Posterior

LEAST_LINES = 20
"""Fewer held-out lines say nothing."""
LEAST_WON = 3
CHANCE = 0.1
"""Wins this lopsided would be luck less than once in ten."""
WORST_SHEET = 2
"""More lines lost than won on one sheet forbid the memory: that hand would pay for the others."""
SHEET_LINES = 8
"""… where the sheet has at least so many lines."""


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """A confirmed line to examine a memory with. ``group`` as in LineKeys: a sheet learns or examines, never both."""

    id: str
    group: str
    kind: str
    weights: str
    features: HalfFloats
    """frames × 120"""
    text: str
    """confirmed"""
    part: str = ""
    """family, given … of the zone"""


@dataclass(frozen=True, slots=True)
class Trial:
    """How the held-out lines were read without and with the memory. ``better``: it may be switched on."""

    lines: int
    right_before: int
    right_after: int
    won: int = 0
    """wrong before, right now"""
    lost: int = 0
    """right before, wrong now"""
    better: bool = False
    why: str = ""
    """in words for the staff"""
    kinds: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    """kind → lines, right before, right after"""


class Examination:
    """Held-out lines, read once without a memory and then with as many memories as there are to compare. Each line is
    read alone and by its kind; lines of other weights than the reader's are left out."""

    def __init__(self, held_out: Sequence[HeldOut], reader: Recalls) -> None:
        # the reader of digits cannot say again what it saw in these: examined without it, a memory would look too good
        beside: frozenset[str] = getattr(reader, "beside", frozenset())
        found = [(line, reader.again(line.features, line.weights)) for line in held_out if line.kind not in beside]
        self._seen = [(line, seen) for line, seen in found if seen is not None]
        self._right = [_right(line, seen) for line, seen in self._seen]
        self._groups = {line.group for line in held_out}

    def of(self, memory_lines: Sequence[LineKeys]) -> Trial:
        """What this memory changes. Its lines of a held-out sheet are left out."""
        search = Search([line for line in memory_lines if line.group not in self._groups])
        results = []
        for (line, seen), before in zip(self._seen, self._right, strict=True):
            mixed = search.mixed(seen)
            results.append((line, before, before if _alike(seen, mixed) else _right(line, mixed)))
        return verdict(results)


def trial(memory_lines: Sequence[LineKeys], held_out: Sequence[HeldOut], reader: Recalls) -> Trial:
    """Reads the held-out lines without and with the memory."""
    return Examination(held_out, reader).of(memory_lines)


SHOWN = float(np.log(1e-2))
MOVED = 0.1


def _alike(seen: Posterior, mixed: Posterior) -> bool:
    """Whether decoding (which takes most of the time) would see much the same: no probability moved far."""
    if mixed is seen:
        return True
    shown = np.flatnonzero((seen.peak > SHOWN) | (mixed.peak > SHOWN)).tolist()
    return float(np.abs(np.exp(seen.columns(shown)) - np.exp(mixed.columns(shown))).max(initial=0.0)) < MOVED


def _right(line: HeldOut, seen: Posterior) -> bool:
    read = decoder(line.kind)(seen, Hints(part=line.part or line.kind)).text
    return same(line.kind, read, line.text)


def same(kind: str, read: str, confirmed: str) -> bool:
    """Alike but for what a hand may leave out or add: hyphens within numbers, leading noughts, the prefecture."""
    return not {*spellings(kind, read)}.isdisjoint(spellings(kind, confirmed))


def verdict(results: Sequence[tuple[HeldOut, bool, bool]]) -> Trial:
    """``results``: line, right before, right after."""
    won = sum(after and not before for _, before, after in results)
    lost = sum(before and not after for _, before, after in results)
    kinds: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    sheets: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line, before, after in results:
        for place, count in enumerate((1, before, after)):
            kinds[line.kind][place] += count
        sheets[line.group][0] += 1
        sheets[line.group][1] += int(after) - int(before)
    better, why = _decide(len(results), won, lost, sheets)
    right = sum(before for _, before, _ in results)
    counted = {kind: (n, before, after) for kind, (n, before, after) in sorted(kinds.items())}
    return Trial(len(results), right, right + won - lost, won, lost, better, why, counted)


def _decide(lines: int, won: int, lost: int, sheets: Mapping[str, Sequence[int]]) -> tuple[bool, str]:
    if lines < LEAST_LINES:
        return False, f"確認用の行が{LEAST_LINES}行になるまで待ちます（いま{lines}行）。"
    if any(gain < -WORST_SHEET for count, gain in sheets.values() if count >= SHEET_LINES):
        return False, "読みにくくなった用紙があるため、使いません。"
    if won < LEAST_WON or luck(won, lost) > CHANCE:
        return False, f"よくなった行{won}、悪くなった行{lost}。差がはっきりするまで待ちます。"
    return True, f"よくなった行{won}、悪くなった行{lost}。"


def luck(won: int, lost: int) -> float:
    """How often a fair coin would win at least so many of these lines (sign test, one-sided)."""
    total = won + lost
    return sum(comb(total, k) for k in range(won, total + 1)) / 2**total if total else 1.0
