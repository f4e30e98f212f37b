"""Forced alignment: where along the frames each character of a known text stands, and how well it fits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ocr.arrays import Floats
from ocr.posterior import BLANK, NOTHING, Posterior

SOMETHING = 0.02
"""How much of a frame's belief in *any* character counts for the one that is confirmed: a misread character stands
where something was seen, and one that the dictionary lacks has no probability of its own."""
LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Aligned:
    """A text along a line."""

    frames: tuple[int, ...]
    """for each character the frame where it is seen best"""
    chances: tuple[float, ...]
    """for each character its own probability there"""
    cost: float
    """log probability of the path against the freest path's: some 0 is perfect"""

    @property
    def fit(self) -> float:
        """``cost`` a character."""
        return self.cost / len(self.frames)


def blanks(seen: Posterior) -> Floats:
    """A frame: the probability of no character."""
    return np.asarray(np.exp(seen.columns((BLANK,))[:, 0]), np.float32)


def align(seen: Posterior, text: str, blank: Floats | None = None) -> Aligned | None:
    """Viterbi over the CTC lattice of this one text; None where the line has too few frames for it."""
    blank = blanks(seen) if blank is None else blank
    frames, states = len(blank), 2 * len(text) + 1
    repeats = sum(one == two for one, two in pairwise(text))
    if not text or frames < len(text) + repeats:
        return None
    chances = _chances(seen, text)
    ink = np.maximum(1.0 - blank, 0.0)
    spoken = np.log(chances + SOMETHING * ink[:, None] + LEAST)
    silent = np.log(blank + LEAST)
    emitted = np.empty((frames, states), np.float32)
    emitted[:, 0::2] = silent[:, None]
    emitted[:, 1::2] = spoken
    path, total = _viterbi(emitted, text)
    best = np.maximum(silent, np.log(ink + LEAST)).sum()
    places = []
    for n in range(len(text)):
        own = np.flatnonzero(path == 2 * n + 1)
        places.append(int(own[np.argmax(chances[own, n] + SOMETHING * ink[own])]))
    found = tuple(float(chances[t, n]) for n, t in enumerate(places))
    return Aligned(tuple(places), found, float(total - best))


def _chances(seen: Posterior, text: str) -> Floats:
    index = seen.alphabet.index
    known = sorted({index[c] for c in text if c in index})
    row = {place: n for n, place in enumerate(known)}
    columns = np.exp(seen.columns(known)) if known else np.zeros((0, 0), np.float32)
    nothing = np.full(len(blanks(seen)), np.exp(NOTHING), np.float32)
    return np.stack([columns[:, row[index[c]]] if c in index else nothing for c in text], axis=1)


def _viterbi(emitted: Floats, text: str) -> tuple[np.ndarray, float]:
    frames, states = emitted.shape
    skip = np.zeros(states, bool)
    skip[3::2] = [one != two for one, two in pairwise(text)]
    back = np.zeros((frames, states), np.int8)
    score = np.full(states, -np.inf)
    score[:2] = emitted[0, :2]
    moves = np.full((3, states), -np.inf)
    for t in range(1, frames):
        moves[0] = score
        moves[1, 1:] = score[:-1]
        moves[2, 2:] = np.where(skip[2:], score[:-2], -np.inf)
        back[t] = moves.argmax(axis=0)
        score = moves.max(axis=0) + emitted[t]
    at = states - 1 if score[-1] >= score[-2] else states - 2
    total = float(score[at])
    path = np.zeros(frames, np.int64)
    for t in range(frames - 1, -1, -1):
        path[t] = at
        at -= int(back[t, at])
    return path, total
