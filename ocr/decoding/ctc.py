"""CTC arithmetic: a lattice over a charset, its likeliest texts, and the exact probability of a given text."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ocr.arrays import Floats
from ocr.decoding.charsets import Charset
from ocr.posterior import BLANK, Posterior

FLOOR = 1e-7
QUIET = 0.998
"""A frame this sure of the blank says nothing but: here is no character."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Probabilities of the charset's targets a frame; column 0 is the blank, the rows add up to one."""

    targets: tuple[str, ...]
    """target of column 1 + i"""
    chances: Floats
    within: Floats
    """a frame: how much of the recogniser's whole probability lay inside the charset (or was blank)"""

    @property
    def frames(self) -> int:
        return len(self.chances)


def lattice(posterior: Posterior, charset: Charset) -> Lattice:
    """The posterior seen through a charset: shapes are added to their targets, everything else is struck out."""
    seen = np.exp(posterior.columns((BLANK, *charset.places)))
    owners = np.asarray(charset.owners, dtype=np.int64) + 1
    gathered = np.zeros((len(seen), len(charset.targets) + 1), np.float32)
    gathered[:, 0] = seen[:, 0]
    np.add.at(gathered.T, owners, (seen[:, 1:] * np.asarray(charset.weights, np.float32)).T)
    within = np.minimum(gathered.sum(axis=1), 1.0)
    chances = np.maximum(gathered, FLOOR)
    return Lattice(charset.targets, chances / chances.sum(axis=1, keepdims=True), within)


def greedy(seen: Lattice) -> str:
    best = seen.chances.argmax(axis=1)
    kept = [int(c) for i, c in enumerate(best) if c and (i == 0 or best[i - 1] != c)]
    return "".join(seen.targets[c - 1] for c in kept)


def beam(
    seen: Lattice, width: int = 12, breadth: int = 6, weigh: Callable[[str, str], float] | None = None
) -> list[tuple[str, float]]:
    """The likeliest texts with their log scores, best first; ``breadth`` characters a frame are tried. ``weigh(prefix,
    next)`` is a factor for going on so: what a language or a grammar thinks of it."""
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    scale = 0.0
    for frame in seen.chances:
        blank = float(frame[0])
        if blank > QUIET:
            beams = {text: ((b + n) * blank, 0.0) for text, (b, n) in beams.items()}
            continue
        columns = (
            [int(c) for c in np.argpartition(frame, -breadth)[-breadth:]] if len(frame) > breadth else range(len(frame))
        )
        options = [(seen.targets[c - 1], float(frame[c])) for c in columns if c and frame[c] > 1e-4]
        grown: dict[str, tuple[float, float]] = {}
        for text, (b, n) in beams.items():
            last = text[-1:]
            whole = b + n
            stay_b, stay_n = grown.get(text, (0.0, 0.0))
            repeat = next((p for c, p in options if c == last), 0.0) if last else 0.0
            grown[text] = (stay_b + whole * blank, stay_n + n * repeat)
            for character, chance in options:
                longer = text + character
                if weigh is not None:
                    chance *= weigh(text, character)
                    if not chance:
                        continue
                add_b, add_n = grown.get(longer, (0.0, 0.0))
                grown[longer] = (add_b, add_n + (b if character == last else whole) * chance)
        ranked = sorted(grown.items(), key=lambda item: -(item[1][0] + item[1][1]))[:width]
        total = ranked[0][1][0] + ranked[0][1][1]
        if total <= 0:
            return []
        scale += math.log(total)
        beams = {text: (b / total, n / total) for text, (b, n) in ranked}
    ended = [(text, math.log(max(b + n, 1e-300)) + scale) for text, (b, n) in beams.items()]
    return sorted(ended, key=lambda item: -item[1])


def score(seen: Lattice, texts: Sequence[str]) -> Floats:
    """log P(text | line) for each text, exact over all alignments; a character outside the lattice costs its floor."""
    if not texts:
        return np.zeros(0, np.float32)
    place = {target: i + 1 for i, target in enumerate(seen.targets)}
    longest = max(map(len, texts))
    labels = np.zeros((len(texts), 2 * longest + 1), np.int64)
    unknown = len(seen.targets) + 1
    lengths = np.asarray([len(text) for text in texts])
    for row, text in enumerate(texts):
        labels[row, 1 : 2 * len(text) : 2] = [place.get(c, unknown) for c in text]
    frames = np.concatenate([seen.chances, np.full((seen.frames, 1), FLOOR, np.float32)], axis=1).astype(np.float64)
    skips = np.zeros(labels.shape, bool)
    skips[:, 3::2] = labels[:, 3::2] != labels[:, 1:-2:2]
    states = np.zeros(labels.shape)
    states[:, 0] = 1.0
    logs = np.zeros(len(texts))
    first = True
    for frame in frames:
        emitted = frame[labels]
        moved = states.copy()
        if first:
            moved[:, 1:2] += states[:, 0:1]
            first = False
        else:
            moved[:, 1:] += states[:, :-1]
            moved[:, 2:] += np.where(skips[:, 2:], states[:, :-2], 0.0)
        states = moved * emitted
        total = np.maximum(states.sum(axis=1, keepdims=True), 1e-290)
        states /= total
        logs += np.log(total[:, 0])
    rows = np.arange(len(texts))
    end = states[rows, 2 * lengths] + np.where(lengths > 0, states[rows, np.maximum(2 * lengths - 1, 0)], 0.0)
    return np.asarray(logs + np.log(np.maximum(end, 1e-290)), dtype=np.float32)


def character_confidences(seen: Lattice, text: str) -> tuple[float, ...]:
    """For each character of the text its best probability at the place where it stands (Viterbi alignment)."""
    if not text:
        return ()
    place = {target: i + 1 for i, target in enumerate(seen.targets)}
    labels = np.asarray([place.get(c, -1) for c in text])
    states = np.full((len(text) * 2 + 1,), -np.inf)
    logs = np.log(np.concatenate([seen.chances, np.full((seen.frames, 1), FLOOR, np.float32)], axis=1))
    path_labels = np.zeros(len(states), np.int64)
    path_labels[1::2] = labels
    skip = np.zeros(len(states), bool)
    skip[3::2] = path_labels[3::2] != path_labels[1:-2:2]
    back = np.zeros((seen.frames, len(states)), np.int8)
    states[0] = logs[0, 0]
    states[1] = logs[0, path_labels[1]]
    for t in range(1, seen.frames):
        one = np.concatenate(([-np.inf], states[:-1]))
        two = np.where(skip, np.concatenate(([-np.inf, -np.inf], states[:-2])), -np.inf)
        choices = np.stack([states, one, two])
        back[t] = choices.argmax(axis=0)
        states = choices.max(axis=0) + logs[t, path_labels]
    at = len(states) - 1 if states[-1] >= states[-2] else len(states) - 2
    best = np.zeros(len(text))
    for t in range(seen.frames - 1, -1, -1):
        if at % 2:
            best[at // 2] = max(best[at // 2], float(np.exp(logs[t, path_labels[at]]) * seen.within[t]))
        at -= int(back[t, at])
    return tuple(float(b) for b in best)
