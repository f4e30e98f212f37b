"""What the rest of the form tells about one line, as a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def _anything(_text: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Hints:
    """Everything is optional: a line must stay readable with no hint at all. Mappings are text → share (0…1)."""

    valid: Callable[[str], bool] = _anything
    """whether the field's own kind takes this text"""
    part: str = ""
    boxes: int = 0
    """how many characters a comb has room for; 0 for an open line"""
    kana: Mapping[str, float] = field(default_factory=dict)
    """what the furigana field of the same name says"""
    postcodes: Mapping[str, float] = field(default_factory=dict)
    cities: Mapping[str, float] = field(default_factory=dict)
    era: str = ""
