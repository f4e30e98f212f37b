"""Readers of one line: each turns grey line images into posteriors, whatever stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ocr.arrays import Gray
from ocr.posterior import Posterior


class EngineMissing(RuntimeError):
    """The reader's program or library is not on this machine."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A line as a reader without probabilities read it; confidence 0…1. Empty when it found nothing, hung or crashed."""

    text: str
    confidence: float


class SecondReader(Protocol):
    """Reads one doubtful line by its kind; never raises."""

    def read_text(self, line: Gray, kind: str) -> Answer: ...


class LineReader(Protocol):
    """Reads cut lines: dark ink on white, cut tight."""

    name: str

    def read(self, lines: Sequence[Gray], kinds: Sequence[str] = ()) -> list[Posterior]:
        """One posterior a line, in the same order. ``kinds``: the zone's kind for each line, or nothing where kinds are
        unknown; lines of digits may then go to weights of their own."""
