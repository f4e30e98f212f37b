"""個人番号 as a leak detector: found to be refused or blanked, never to be kept.

Check digit: 行政手続における特定の個人を識別するための番号の利用等に関する法律の規定による通知カード…等に関する省令 5条.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_CANDIDATE = re.compile(r"(?<!\d)\d(?:[ \u3000-]?\d){11}(?!\d)")
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def is_my_number(digits: str) -> bool:
    """Whether twelve half-width digits carry the right check digit."""
    if len(digits) != 12 or not (digits.isascii() and digits.isdigit()):
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False)) % 11
    return int(digits[-1]) == (0 if rest <= 1 else 11 - rest)


def my_number_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where in ``text`` twelve digits with a right check digit stand, full width and grouped ones too."""
    plain = "".join(_plain(character) for character in text)
    for found in _CANDIDATE.finditer(plain):
        if is_my_number(re.sub(r"\D", "", found[0])):
            yield found.span()


def holds_my_number(text: str) -> bool:
    return any(True for _ in my_number_spans(text))


def _plain(character: str) -> str:
    """One character for one, so that positions stay."""
    folded = unicodedata.normalize("NFKC", character)
    if len(folded) != 1:
        return character
    return "-" if folded in "‐‑‒–—―−ーｰ" else folded
