"""Candidates weighed: what the line says times what is likely to be written there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ocr.decoding.ctc import Lattice, character_confidences, score

Prior = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate; ``share`` is its part of the probability of all candidates, ``seen`` is log P(text | line)."""

    text: str
    share: float
    seen: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a line holds as far as one line alone can tell; ``ranked`` is never empty and starts with the best."""

    ranked: tuple[Ranked, ...]
    seen: Lattice

    @property
    def text(self) -> str:
        return self.ranked[0].text

    @property
    def share(self) -> float:
        return self.ranked[0].share

    @property
    def alternatives(self) -> tuple[str, ...]:
        return tuple(r.text for r in self.ranked[1:4] if r.text and r.share > 1e-4)

    @property
    def characters(self) -> tuple[float, ...]:
        """For each character of the best text how sure the recogniser itself was, before any prior."""
        return character_confidences(self.seen, self.text)

    @property
    def within(self) -> float:
        """How much of the recogniser's belief was about characters that this kind can hold at all."""
        return float(self.seen.within.min(initial=1.0))

    def shares(self) -> dict[str, float]:
        return {r.text: r.share for r in self.ranked}


def rank(seen: Lattice, candidates: Iterable[str], prior: Prior, weight: float = 1.0, keep: int = 12) -> Decoded:
    """Candidates by exact CTC probability and prior; the best first."""
    texts = list(dict.fromkeys(candidates)) or [""]
    logs = score(seen, texts).astype(np.float64)
    whole = logs + weight * np.asarray([prior(text) for text in texts])
    order = np.argsort(-whole, kind="stable")
    chances = np.exp(whole - whole[order[0]])
    chances /= chances.sum()
    ranked = tuple(Ranked(texts[i], float(chances[i]), float(logs[i])) for i in order[:keep])
    return Decoded(ranked, seen)


def reweigh(decoded: Decoded, prior: Prior) -> Decoded:
    """The same candidates after something more became known about the form."""
    chances = np.asarray([r.share for r in decoded.ranked]) * np.exp([prior(r.text) for r in decoded.ranked])
    total = chances.sum()
    if not math.isfinite(total) or total <= 0:
        return decoded
    order = np.argsort(-chances, kind="stable")
    ranked = (Ranked(decoded.ranked[i].text, float(chances[i] / total), decoded.ranked[i].seen) for i in order)
    return Decoded(tuple(ranked), decoded.seen)
