"""From a line and its confirmed text to keys: the text is laid along the frames, or refused where it cannot stand there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from ocr.arrays import Floats, HalfFloats
from ocr.decoding.lexicons import hiragana, pref
from ocr.memory.align import Aligned, align, blanks
from ocr.memory.keys import MOST_KEYS, LineKeys
from ocr.memory.mixing import unit
from ocr.posterior import FeaturePosterior

FITS = -4.2
"""Least fit of a path. Right but misread texts lie above in 99 of 100, another text of the same kind below in half."""
BELIEVED = -6.0
"""Least mean log probability of the text's characters where they stand; misread ones seldom fall below −10, characters
of another text lie about −16 (measured on 190 misread lines against 540 texts of other lines)."""
POSSIBLE = -9.0
"""A character less likely than this is not learnt even where its neighbours are right: one wrong digit among seven."""
HOPELESS = -14.0


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
    if not lines:
        return None
    features = np.concatenate([np.asarray(line, np.float32) for line in lines])
    seen = reader.again(features, weights) if len(features) and np.isfinite(features).all() else None
    if seen is None:
        return None
    blank = blanks(seen)
    ways = [(way, found) for way in spellings(kind, text) if (found := align(seen, way, blank)) is not None]
    if not ways:
        return None
    way, found = max(ways, key=lambda pair: pair[1].cost)
    kept = _believed(seen, way, found)
    if not kept:
        return None
    frames = [found.frames[place] for place in kept]
    vectors = unit(features[frames]).astype(np.float16)
    return LineKeys(id, group, kind, weights, vectors, "".join(way[place] for place in kept))


def _believed(seen: FeaturePosterior, text: str, found: Aligned) -> list[int]:
    """Which characters of the text are learnt; none where it cannot have been written there."""
    own = [place for place, c in enumerate(text) if not seen.alphabet.lacks(c)]
    logs = {place: max(float(np.log(max(found.chances[place], 1e-9))), HOPELESS) for place in own}
    if found.fit < FITS or own and sum(logs.values()) / len(own) < BELIEVED:
        return []
    return [place for place, c in enumerate(text) if c in seen.alphabet.index and logs.get(place, 0.0) >= POSSIBLE]


NUMBERS = ("postcode", "phone", "digits", "corporate_number", "invoice_number")


def spellings(kind: str, text: str) -> list[str]:
    """The ways in which a hand may have written what was confirmed: values are kept tidier than they are written."""
    tidy = "".join(unicodedata.normalize("NFKC", text).split())
    given = "".join(text.split())
    return [way for way in dict.fromkeys((given, tidy, *_ways(kind, tidy))) if 0 < len(way) <= MOST_KEYS]


def _ways(kind: str, text: str) -> Iterable[str]:
    if kind in NUMBERS:
        bare = text.replace("-", "")
        yield bare
        if kind == "postcode" and len(bare) == 7:
            yield f"{bare[:3]}-{bare[3:]}"
        if kind == "phone" and len(bare) in (10, 11):
            yield from (f"{bare[:cut]}-{bare[cut:-4]}-{bare[-4:]}" for cut in (2, 3, 4))
    elif kind in ("year", "month", "day"):
        yield text.lstrip("0") or text
        yield text.zfill(2)
        if kind == "year" and text.lstrip("0") == "1":
            yield "元"
    elif kind == "city":
        yield text[len(pref(text)) :]
    elif kind == "kana":
        yield hiragana(text)
