"""Readers of one line: each turns grey line images into posteriors, whatever stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ocr.arrays import Gray
from ocr.posterior import Posterior


class EngineMissing(RuntimeError):
    """The reader's program or library is not on this machine."""


class LineReader(Protocol):
    """Reads cut lines: dark ink on white, cut tight."""

    name: str

    def read(self, lines: Sequence[Gray]) -> list[Posterior]:
        """One posterior a line, in the same order."""
