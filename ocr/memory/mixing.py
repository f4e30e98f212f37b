"""The memory's say in a line: for every frame the most alike keys, mixed into the recogniser's posterior."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr.arrays import Floats, HalfFloats, Ids
from ocr.memory.keys import FEATURES, LineKeys
from ocr.posterior import BLANK, NOTHING, Alphabet, Featured, Head

NEAREST = 8
ALIKE, SAME = 0.68, 0.9
"""Cosines: below the first a key has no say, from the second on it has all that a memory can have. Measured on six
hands (plain cosine): the best key of the same hand and character 0.95 (one in twenty below 0.84), of another hand 0.91,
of another character 0.6 (one in twenty above 0.77)."""
SHARE = 0.8
"""The memory's part of a frame whose key is the same; it grows with the likeness."""
LACKING = 0.98
"""… where the keys speak of a character that the recogniser lacks: it can only have read something else there."""
SHARPNESS = 0.1
"""Cosines this much below the best key's count e times less."""
QUIET = 0.98
"""Frames this sure of the blank are not asked about."""
MOST_ALIKE = 150
"""Keys of one character that are compared: the newest; more cost time and tell nothing new."""
LEAST_SPREAD = 0.1
SEEN = float(np.log(1e-3))


@dataclass(frozen=True, slots=True, eq=False)
class MemoryPosterior:
    """A line as the recogniser saw it, with the memory mixed in: p'(c) = rest · p(c) + added(c), again a distribution."""

    base: Featured
    rest: Floats
    """a frame: the recogniser's part, 0…1"""
    places: Ids
    """the characters that the memory speaks of, ascending"""
    added: Floats
    """frames × places; with ``rest`` the rows add up to one"""
    peak: Floats

    @property
    def alphabet(self) -> Alphabet:
        return self.base.alphabet

    @property
    def head(self) -> Head:
        return self.base.head

    @property
    def features(self) -> Floats:
        return self.base.features

    @property
    def weights(self) -> str:
        return self.base.weights

    def columns(self, ids: Sequence[int]) -> Floats:
        wanted = np.asarray(ids, dtype=np.int64)
        mixed = np.exp(self.base.columns(ids)) * self.rest[:, None]
        at = np.searchsorted(self.places, wanted)
        at[at == len(self.places)] = 0
        said = self.places[at] == wanted
        mixed[:, said] += self.added[:, at[said]]
        return np.asarray(np.log(np.maximum(mixed, np.exp(NOTHING))), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The keys of one network, ready to be compared with frames."""

    measure: Floats
    """features × features: what the features are multiplied with before they are compared"""
    vectors: Floats
    """keys × 120, measured, each of length one"""
    labels: tuple[str, ...]

    @classmethod
    def of(cls, weights: str, head: Head, lines: Sequence[LineKeys]) -> Index:
        """``weights``: 8 hex of the network, only its keys are taken; ``head``: its last layer; ``lines``: oldest first."""
        vectors: list[HalfFloats] = []
        labels: list[str] = []
        told: Counter[str] = Counter()
        for line in reversed([line for line in lines if line.weights == weights]):
            told.update(line.labels)
            for vector, label in zip(line.vectors, line.labels, strict=True):
                if told[label] <= MOST_ALIKE:
                    vectors.append(vector)
                    labels.append(label)
        stacked = np.stack(vectors) if vectors else np.zeros((0, FEATURES), np.float16)
        by = measure(head)
        return cls(by, unit(np.asarray(stacked, np.float32) @ by), tuple(labels))

    def places(self, alphabet: Alphabet) -> Ids:
        """Of each key's character in this alphabet; −1 where it has none."""
        return np.asarray([alphabet.index.get(label, -1) for label in self.labels], np.int64)

    def mixed(self, seen: Featured, places: Ids) -> Featured:
        """``places`` as told for the posterior's alphabet. The posterior itself where no key is alike."""
        blank = np.exp(seen.columns((BLANK,))[:, 0])
        asked = np.flatnonzero(blank < QUIET)
        if not len(asked) or not len(self.vectors):
            return seen
        alike = unit(seen.features[asked] @ self.measure) @ self.vectors.T
        count = min(NEAREST, alike.shape[1])
        nearest = np.argpartition(-alike, count - 1, axis=1)[:, :count]
        cosines = np.take_along_axis(alike, nearest, axis=1)
        best = cosines.max(axis=1)
        speaks = best >= ALIKE
        if not speaks.any():
            return seen
        asked, nearest, cosines, best = asked[speaks], nearest[speaks], cosines[speaks], best[speaks]
        said = places[nearest]
        weights = np.exp((cosines - best[:, None]) / SHARPNESS) * (cosines >= ALIKE) * (said >= 0)
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
        lacking = (weights * (said >= seen.alphabet.own)).sum(axis=1)
        share = (SHARE + (LACKING - SHARE) * lacking) * np.clip((best - ALIKE) / (SAME - ALIKE), 0.0, 1.0)
        return _mixed(seen, asked, said, weights * share[:, None])


def _mixed(seen: Featured, asked: Ids, said: Ids, shares: Floats) -> MemoryPosterior:
    """``said``, ``shares``: frames asked × keys, the character and its part of the frame's whole probability."""
    places, column = np.unique(said, return_inverse=True)
    added = np.zeros((len(seen.features), len(places)), np.float32)
    np.add.at(added, (asked[:, None], column.reshape(said.shape)), shares.astype(np.float32))
    known = places >= 0
    places, added = places[known], added[:, known]
    rest = 1.0 - added.sum(axis=1)
    mixed = MemoryPosterior(seen, rest, places, added, seen.peak)
    peak = seen.peak.copy()
    changed = np.union1d(places, np.flatnonzero(peak > SEEN))
    peak[changed] = mixed.columns(changed.tolist()).max(axis=0)
    return MemoryPosterior(seen, rest, places, added, peak)


def measure(head: Head) -> Floats:
    """Directions of the features in which characters differ count more: the fourth root of the covariance of the last
    layer's rows. Worth a point of exact lines after 25 against the plain cosine, and it needs no training."""
    rows = head.weights - head.weights.mean(axis=0)
    spread, directions = np.linalg.eigh(rows.T @ rows / len(rows))
    spread = np.maximum(spread, 0.0) + LEAST_SPREAD * spread.mean()
    return np.asarray((directions * spread**0.25) @ directions.T, np.float32)


def unit(vectors: Floats | HalfFloats) -> Floats:
    """Each row of length one."""
    wide = np.asarray(vectors, np.float32)
    return np.asarray(wide / np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1e-6), np.float32)
