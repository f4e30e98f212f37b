"""What reading a page answers: values that outlive the pictures they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ocr.arrays import Colour, HalfFloats
from ocr.problems import Issue

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the straightened page"""

BLANKED = "個人番号とみられる部分を消しました"
"""The reason of a reading that was emptied because a valid 個人番号 stands there."""


@dataclass(frozen=True, slots=True, eq=False)
class LineSeen:
    """One written line as the recogniser saw it: what the memory learns from. As personal as the handwriting itself."""

    features: HalfFloats
    """frames × 120"""
    weights: str
    """8 hex of the network's file: features of different networks are never compared; "" where nobody says"""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LineSeen):
            return NotImplemented
        return self.weights == other.weights and np.array_equal(self.features, other.features)

    def __hash__(self) -> int:
        return hash((self.weights, self.features.shape))


@dataclass(frozen=True, slots=True)
class Reading:
    """One place on the sheet, or one field written in several places.

    ``text`` is what was seen, ``value`` what its kind makes of it (None: nothing, or nothing valid). ``crop`` is in
    pixels of the straightened page. ``reasons`` say why it was accepted or not. ``lines``: one a written line, in
    order; empty for marks and for places that are hidden or were not read.
    """

    key: str
    value: Any
    text: str
    confidence: float
    accepted: bool
    reasons: tuple[str, ...]
    alternatives: tuple[str, ...]
    crop: Box
    char_confidences: tuple[float, ...]
    lines: tuple[LineSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page. ``found`` False: nothing was read, and ``problems`` says why; it goes to manual entry.

    ``hidden``: regions that held a valid 個人番号. ``straightened`` is already blanked there, and the readings of those
    places are emptied (BLANKED). ``by``: how the form was known: markers, features, or own (a ward's own paper, which
    has no markers).
    """

    found: bool
    procedure: str | None
    sheet_digest: str | None
    page: int | None
    serial: str | None
    seconds: float
    values: Mapping[str, Reading]
    problems: tuple[Issue, ...]
    straightened: Colour
    hidden: tuple[Box, ...] = ()
    by: str = ""
