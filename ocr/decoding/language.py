"""How likely Japanese is to go on so: a small model of three characters in a row, a prior and never a filter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ocr.arrays import Floats

WHERE = Path(__file__).with_name("language.npz")
SHARPNESS = 16.0
"""Steps a nat of the quantised logarithms."""
END = "\n"
NOVEL = -9.0
"""A character that the model never met."""


def _alphabet() -> str:
    """Place 0 for whatever is not here; then the line's end, kana, ASCII, and the kanji of JIS X 0208 in its order."""
    kana = "".join(chr(c) for c in (*range(0x3041, 0x3094), *range(0x30A1, 0x30F7))) + "ー々〆ヶ、。・「」（）？！〜"
    ascii_ = "".join(chr(c) for c in range(0x21, 0x7F))
    kanji = "".join(
        bytes((high, low)).decode("euc_jp", "ignore") for high in range(0xB0, 0xF5) for low in range(0xA1, 0xFF)
    )
    return "".join(dict.fromkeys("\0" + END + kana + ascii_ + kanji))


ALPHABET = _alphabet()
_PLACE = {character: place for place, character in enumerate(ALPHABET)}
_TABLE = np.zeros(0x10000, np.int32)
for _character, _place in _PLACE.items():
    _TABLE[ord(_character)] = _place
_WIDE = str.maketrans(
    {chr(c + 0xFEE0): chr(c) for c in range(0x21, 0x7F)} | {"(": "（", ")": "）", "?": "？", "!": "！"}
)


def encode(text: str) -> np.ndarray:
    """Places in ``ALPHABET``, int32; 0 for what is not in it."""
    codes = np.frombuffer(text.translate(_WIDE).encode("utf-32-le"), np.uint32)
    return np.where(codes < 0x10000, _TABLE[np.minimum(codes, 0xFFFF)], 0)


@dataclass(frozen=True, slots=True)
class Language:
    """Log probabilities; ``pairs`` and ``triples`` are sorted keys, place × size + place …"""

    one: Floats
    rest_one: Floats
    pairs: np.ndarray
    two: Floats
    rest_two: Floats
    triples: np.ndarray
    three: Floats

    def logs(self, before2: np.ndarray, before: np.ndarray, here: np.ndarray) -> Floats:
        """log P(here | before2 before), element by element; places as ``encode`` gives them."""
        size = len(ALPHABET)
        b2, b1, c = (np.asarray(part, np.int64) for part in (before2, before, here))
        wanted = b1 * size + c
        pair = np.minimum(np.searchsorted(self.pairs, wanted), len(self.pairs) - 1)
        low = np.where(self.pairs[pair] == wanted, self.two[pair], self.rest_one[b1] + self.one[c])
        context = b2 * size + b1
        place = np.minimum(np.searchsorted(self.pairs, context), len(self.pairs) - 1)
        known = self.pairs[place] == context
        triple = context * size + c
        found = np.minimum(np.searchsorted(self.triples, triple), len(self.triples) - 1)
        higher = np.where(self.triples[found] == triple, self.three[found], self.rest_two[place] + low)
        logs = np.where(known, higher, low)
        return np.asarray(np.where(c == 0, NOVEL, logs), np.float32)

    def log(self, before: str, here: str) -> float:
        """log P(here | the last two characters before); the line's end stands before its beginning."""
        places = encode(before[-2:].rjust(2, END) + here)
        return float(self.logs(places[:1], places[1:2], places[2:])[0])


@cache
def language() -> Language:
    with np.load(WHERE, allow_pickle=False) as stored:
        logs = {
            name: stored[name].astype(np.float32) / -SHARPNESS
            for name in ("one", "rest_one", "two", "rest_two", "three")
        }
        return Language(
            logs["one"],
            logs["rest_one"],
            stored["pairs"].astype(np.int64),
            logs["two"],
            logs["rest_two"],
            stored["triples"].astype(np.int64).cumsum(),
            logs["three"],
        )
