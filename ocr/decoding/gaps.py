"""Characters that people's names have and the recogniser's dictionary lacks: who says so where one may stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from ocr.decoding.lexicons import names

WHERE = Path(__file__).with_name("gaps.tsv")
GAP_KINDS = ("name", "text", "long_text")
EVERYWHERE = "𠮟"
"""Also met outside names."""
FORM = "form for names"
MOST = 3


@cache
def gaps() -> Mapping[str, tuple[str, ...]]:
    """What is read → the characters that may have been written instead."""
    found: dict[str, list[str]] = defaultdict(list)
    for _, character, alike, _ in _rows():
        for shape in alike:
            found[shape].append(character)
    return {shape: tuple(characters) for shape, characters in found.items()}


@cache
def _forms() -> frozenset[str]:
    """Old forms of common characters: seldom written, so that they are offered and nobody is stopped for them."""
    return frozenset(character for _, character, _, why in _rows() if why == FORM)


def _rows() -> Iterator[list[str]]:
    for line in WHERE.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


def plausible(text: str, *, name: bool) -> tuple[str, ...]:
    """The missing characters that may well stand here: their look-alike was read, in a name that no list has."""
    known = text in names().families or text in names().givens
    return tuple(
        gap
        for shape in dict.fromkeys(text)
        for gap in gaps().get(shape, ())
        if gap in EVERYWHERE or name and not known and gap not in _forms()
    )


def others(text: str, *, name: bool) -> tuple[str, ...]:
    """The text with a missing character in place of its look-alike, to be offered."""
    found = (
        text[:place] + gap + text[place + 1 :]
        for place, shape in enumerate(text)
        for gap in gaps().get(shape, ())
        if name or gap in EVERYWHERE
    )
    return tuple(dict.fromkeys(found))[:MOST]
