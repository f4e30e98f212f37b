"""What reading a page answers: values that outlive the pictures they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ocr.arrays import Colour
from ocr.problems import Issue


@dataclass(frozen=True, slots=True)
class Reading:
    """One place on the sheet, or one field written in several places.

    ``text`` is what was seen, ``value`` what its kind makes of it (None: nothing, or nothing valid). ``crop`` is
    x, y, width, height in pixels of the straightened page. ``reasons`` say why it was accepted or not.
    """

    key: str
    value: Any
    text: str
    confidence: float
    accepted: bool
    reasons: tuple[str, ...]
    alternatives: tuple[str, ...]
    crop: tuple[int, int, int, int]
    char_confidences: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page. ``found`` False: nothing was read, and ``problems`` says why; it goes to manual entry."""

    found: bool
    procedure: str | None
    sheet_digest: str | None
    page: int | None
    serial: str | None
    seconds: float
    values: Mapping[str, Reading]
    problems: tuple[Issue, ...]
    straightened: Colour
