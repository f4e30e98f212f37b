"""Whether a memory may be switched on: it must win on lines of sheets that it has not learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ocr.arrays import HalfFloats
from ocr.memory.keys import LineKeys
from ocr.memory.learning import Recalls


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """A confirmed line to examine a memory with. ``group`` as in LineKeys: a sheet learns or examines, never both."""

    id: str
    group: str
    kind: str
    weights: str
    features: HalfFloats
    """frames × 120"""
    text: str
    """confirmed"""
    part: str = ""
    """family, given … of the zone"""


@dataclass(frozen=True, slots=True)
class Trial:
    """How the held-out lines were read without and with the memory. ``better``: it may be switched on."""

    lines: int
    right_before: int
    right_after: int
    won: int = 0
    """wrong before, right now"""
    lost: int = 0
    """right before, wrong now"""
    characters_before: int = 0
    """wrong characters (edit distance)"""
    characters_after: int = 0
    better: bool = False
    why: str = ""
    """in words for the staff"""
    kinds: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    """kind → lines, right before, right after"""


def trial(memory_lines: Sequence[LineKeys], held_out: Sequence[HeldOut], reader: Recalls) -> Trial:
    """Reads the held-out lines without and with the memory. Memory lines of a held-out sheet are left out."""
    raise NotImplementedError
