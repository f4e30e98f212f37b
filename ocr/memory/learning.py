"""From a line and its confirmed text to keys: the text is laid along the frames, or refused where it cannot stand there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ocr.arrays import Floats, HalfFloats
from ocr.memory.keys import LineKeys
from ocr.posterior import FeaturePosterior


class Recalls(Protocol):
    """A reader that can say again what it saw in a line, from the features that were kept of it."""

    def again(self, features: Floats | HalfFloats, weights: str) -> FeaturePosterior | None:
        """None for features of other weights than this reader's."""


def learn(
    lines: Sequence[HalfFloats],
    weights: str,
    text: str,
    reader: Recalls,
    *,
    id: str = "",
    group: str = "",
    kind: str = "",
) -> LineKeys | None:
    """The keys of one place on a sheet. ``lines``: frames × 120 each, the written lines of the place in order; ``text``:
    what was confirmed to stand there (the place's own text, with or without hyphens). None where the features are of
    other weights or where the text cannot have been written there."""
    raise NotImplementedError
