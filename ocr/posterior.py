"""What a recogniser saw along one line, kept as probabilities so that decoding, confidence and learning can use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from ocr.arrays import Floats

BLANK = 0
NOTHING = -18.0
"""The log probability of a character that the recogniser does not know."""


@dataclass(frozen=True, slots=True, eq=False)  # compared and cached by identity
class Alphabet:
    """The characters a recogniser can answer; place 0 is the CTC blank and holds the empty string. Those from place
    ``own`` on it does not know itself (0: it knows all): only a memory gives them a probability."""

    characters: tuple[str, ...]
    own: int = 0
    index: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", {c: i for i, c in enumerate(self.characters) if c})
        object.__setattr__(self, "own", self.own or len(self.characters))

    def __len__(self) -> int:
        return len(self.characters)

    def lacks(self, character: str) -> bool:
        """Whether the recogniser itself can never answer this character."""
        return self.index.get(character, self.own) >= self.own


class Posterior(Protocol):
    """Log probabilities of characters a frame, frames from left to right; all natural logarithms, float32."""

    @property
    def alphabet(self) -> Alphabet: ...

    @property
    def peak(self) -> Floats:
        """For each character its best log probability in any frame."""

    def columns(self, ids: Sequence[int]) -> Floats:
        """frames × len(ids): the log probabilities of these characters."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last layer of the recogniser: frame features to one logit a character."""

    weights: Floats
    """characters × features"""
    bias: Floats


@runtime_checkable
class Featured(Posterior, Protocol):
    """A posterior that still has the frame features it was made from: a memory can be asked about it."""

    @property
    def head(self) -> Head: ...

    @property
    def features(self) -> Floats: ...

    @property
    def weights(self) -> str: ...


@dataclass(frozen=True, slots=True)
class FeaturePosterior:
    """A line as frame features: some 40 KB instead of 6 MB; a column is computed when it is asked for."""

    alphabet: Alphabet
    head: Head
    features: Floats
    norm: Floats
    """log of the sum over all characters, a frame"""
    peak: Floats
    weights: str = ""
    """8 hex of the network's file: features of different networks are never compared"""

    def columns(self, ids: Sequence[int]) -> Floats:
        wanted = np.asarray(ids, dtype=np.int64)
        known = wanted < len(self.head.bias)
        rows = np.where(known, wanted, BLANK)
        logits = self.features @ self.head.weights[rows].T + self.head.bias[rows]
        return np.asarray(np.where(known, logits - self.norm[:, None], NOTHING), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class TextPosterior:
    """A posterior made from a plain answer (a reader without probabilities): each character as sure as ``confidence``."""

    alphabet: Alphabet
    text: str
    confidence: float

    @property
    def _path(self) -> list[int]:
        path = [BLANK]
        for character in self.text:
            path += [self.alphabet.index.get(character, BLANK), BLANK]
        return path

    @property
    def peak(self) -> Floats:
        return np.asarray(self.columns(range(len(self.alphabet))).max(axis=0), dtype=np.float32)

    def columns(self, ids: Sequence[int]) -> Floats:
        sure = np.log(max(self.confidence, 1e-3))
        other = np.log(max(1 - self.confidence, 1e-3) / 5000)
        path, wanted = np.asarray(self._path), np.asarray(list(ids))
        return np.asarray(np.where(path[:, None] == wanted[None, :], sure, other), np.float32)
