"""個人番号 in what a recogniser saw along a line, whatever the line was supposed to hold: also when a digit is doubtful."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from forms.my_number import is_my_number
from ocr.arrays import Floats
from ocr.posterior import BLANK, Posterior

LOOKALIKES = ("0０OoＯ〇○Q", "1１lI|｜Ｉ", "2２Z", "3３", "4４", "5５S", "6６b", "7７", "8８B", "9９gq")
BETWEEN = " \u3000-‐‑‒–—―−－ー・.．:|｜/_"
LENGTH = 12
DOUBTFUL, POSSIBLE = 0.93, 0.04
"""A digit less sure than this may be another one that is at least so likely."""
MOST_TRIED = 64
SPURIOUS = 0.75
"""A digit less sure than this may be a printed line between groups."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One sign along a line. ``chances``: of the ten digits, most likely first; none for anything else."""

    chances: tuple[tuple[str, float], ...]
    between: bool = False
    """a space or a dash, as stands between groups of digits"""


def signs(line: Posterior) -> list[Seen]:
    """What stands along the line: digits with their chances, and that something else stands there."""
    index = line.alphabet.index
    groups = [[index[c] for c in alike if c in index] for alike in LOOKALIKES]
    between = [index[c] for c in BETWEEN if c in index and index[c] not in {i for group in groups for i in group}]
    ids = [BLANK, *between, *(i for group in groups for i in group)]
    chances = np.exp(line.columns(ids))
    start = 1 + len(between)
    digits = np.zeros((len(chances), 10), np.float32)
    for digit, group in enumerate(groups):
        digits[:, digit] = chances[:, start : start + len(group)].sum(axis=1)
        start += len(group)
    gaps = chances[:, 1 : 1 + len(between)].sum(axis=1)
    other = np.clip(1.0 - chances[:, 0] - gaps - digits.sum(axis=1), 0.0, 1.0)
    return _collapsed(np.column_stack([chances[:, 0], digits, gaps, other]).astype(np.float32))


NOTHING, GAP, OTHER = 0, 11, 12


def _collapsed(frames: Floats) -> list[Seen]:
    """Frames → signs, as CTC reads them: the same again without a blank between is the same sign."""
    found: list[tuple[int, Floats]] = []
    before = NOTHING
    for frame in frames:
        best = int(frame.argmax())
        if best != NOTHING:
            if best == before and found:
                if frame[best] > found[-1][1][best]:
                    found[-1] = best, frame
            else:
                found.append((best, frame))
        before = best
    return [_sign(best, frame) for best, frame in found]


def _sign(best: int, frame: Floats) -> Seen:
    if best in (GAP, OTHER):
        return Seen((), best == GAP)
    order = np.argsort(-frame[1:11])
    return Seen(tuple((str(int(digit)), float(frame[1 + digit])) for digit in order[:3]))


GROUP = 3
"""Digits on both sides of one unreadable sign, from which on it may be a wide gap."""


def runs(line: Sequence[Seen]) -> Iterator[list[Seen]]:
    """Digits that stand together, single gaps between them allowed."""
    run: list[Seen] = []
    gaps = 0
    for place, sign in enumerate(line):
        if sign.chances:
            run.append(sign)
            gaps = 0
        elif run and gaps < 2 and (sign.between or _between_groups(line, place)):
            gaps += 1
        else:
            if run:
                yield run
            run, gaps = [], 0
    if run:
        yield run


def _between_groups(line: Sequence[Seen], place: int) -> bool:
    before, after = line[max(0, place - GROUP) : place], line[place + 1 : place + 1 + GROUP]
    return len(before) == len(after) == GROUP and all(sign.chances for sign in (*before, *after))


def digits_in(line: Sequence[Seen]) -> int:
    return sum(bool(sign.chances) for sign in line)


def tells_a_number(line: Sequence[Seen]) -> bool:
    """Whether twelve digits with a right check digit stand there, neither more nor fewer, one of them read wrong at most
    where the reader itself was in doubt. Thirteen digits (a 法人番号) are none."""
    return any(_is_number(run) for run in runs(line))


def _is_number(run: Sequence[Seen]) -> bool:
    if len(run) > LENGTH:
        # lines printed between groups are read as ones, and not surely
        sure = [sign for sign in run if sign.chances[0][0] != "1" or sign.chances[0][1] >= SPURIOUS]
        return len(sure) == LENGTH and len(run) <= LENGTH + 3 and _is_number(sure)
    if len(run) < LENGTH:
        return False
    options = [_options(sign) for sign in run]
    if np.prod([float(len(option)) for option in options]) > MOST_TRIED:
        options = [option[:1] for option in options]
    return any(is_my_number("".join(digits)) for digits in product(*options))


def _options(sign: Seen) -> list[str]:
    (first, sure), *others = sign.chances
    return [first, *(digit for digit, chance in others if chance >= POSSIBLE)] if sure < DOUBTFUL else [first]
