"""Personal names and their furigana: a beam over all of Japanese, a lexicon of names, and each informs the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise

import numpy as np

from ocr.decoding.charsets import Charset, charset, kana_shapes, rarity
from ocr.decoding.ctc import beam, greedy, lattice
from ocr.decoding.hints import Hints
from ocr.decoding.lexicons import BoundLexicon, Lexicon, bind, katakana, names
from ocr.decoding.ranking import Decoded, Prior, rank
from ocr.decoding.texts import everything
from ocr.posterior import Alphabet, Posterior

LISTED = 0.9
"""How often a name is in the lexicon; the rest keeps its chance, spread over all characters."""
CHARACTER = -5.5
AGREES, DISAGREES = 0.0, -2.5
SHORTLIST = 200
WEIGHT = 0.6
SMALL = "ァィゥェォッャュョヮー"


@cache
def _kana(alphabet: Alphabet) -> Charset:
    return charset(alphabet, kana_shapes(" ・"))


@cache
def _bound(alphabet: Alphabet, which: str) -> BoundLexicon:
    return bind(_lexicons()[which], alphabet)


@cache
def _lexicons() -> Mapping[str, Lexicon]:
    book = names()
    return {
        "family": book.families,
        "given": book.givens,
        "family.kana": book.family_kana,
        "given.kana": book.given_kana,
    }


def _mixture(listed: Mapping[str, float], characters: Mapping[str, float], floor: float) -> Prior:
    def prior(text: str) -> float:
        spelt = sum(characters.get(c, floor + rarity(c)) for c in text) - 1.0
        if text in listed:
            return float(np.logaddexp(np.log(LISTED) + listed[text], np.log(1 - LISTED) + spelt))
        return float(np.log(1 - LISTED)) + spelt

    return prior


def kana(posterior: Posterior, hints: Hints) -> Decoded:
    """Katakana, look-alikes folded. A line of family and given name together is read without the lexicon's search."""
    seen = lattice(posterior, _kana(posterior.alphabet))
    found = [text.strip() for text, _ in beam(seen, 16, breadth=8)]
    which = f"{hints.part}.kana"
    listed: Mapping[str, float] = {}
    near: list[str] = []
    if which in _lexicons():
        listed = _lexicons()[which].logs
        near = _bound(posterior.alphabet, which).shortlist(_peak(posterior), len(greedy(seen)), SHORTLIST)
    mixed = _mixture(listed, {}, -3.7)

    def prior(text: str) -> float:
        if not text:
            return -12.0
        impossible = text[0] in SMALL or any(a in SMALL and b in SMALL and a == b for a, b in pairwise(text))
        return mixed(text) - (6.0 if impossible else 0.0)

    return rank(seen, [*found, *(sized for text in found[:4] for sized in _sizes(text)), *near], prior, WEIGHT)


LARGE = str.maketrans("ァィゥェォッャュョ", "アイウエオツヤユヨ")
TINY = {"ヤ": "ャ", "ユ": "ュ", "ヨ": "ョ", "ツ": "ッ"}


def _sizes(text: str) -> Iterable[str]:
    """The same text with small kana where they are usual: a hand makes them hardly smaller."""
    for place, character in enumerate(text[1:], 1):
        if character in "ヤユヨ" and text[place - 1] in "キシチニヒミリギジヂビピ":
            yield text[:place] + TINY[character] + text[place + 1 :]
        elif character == "ツ" and place + 1 < len(text):
            yield text[:place] + "ッ" + text[place + 1 :]
        elif character in "ャュョッァィゥェォ":
            yield text[:place] + character.translate(LARGE) + text[place + 1 :]


def name(posterior: Posterior, hints: Hints) -> Decoded:
    """A name in any script; its furigana, where the form has it, makes the names that are read so likelier."""
    seen = everything(posterior)
    found = [text.strip() for text, _ in beam(seen, 16, breadth=8)]
    near: list[str] = []
    listed: Mapping[str, float] = {}
    book = names()
    if hints.part in ("family", "given"):
        listed = _lexicons()[hints.part].logs
        near = _bound(posterior.alphabet, hints.part).shortlist(_peak(posterior), len(greedy(seen)), SHORTLIST)
        for reading, share in hints.kana.items():
            if share > 0.02:
                near += book.spellings.get(reading, ())[:400]
    wider = everything(posterior, near)
    mixed = _mixture(listed, book.characters, -10.5)

    def prior(text: str) -> float:
        return (mixed(text) if text else -12.0) + _heard(text, hints.kana)

    return rank(wider, [*found, *near], prior, WEIGHT)


def _heard(text: str, kana_shares: Mapping[str, float]) -> float:
    """How well the furigana fit: a name with known readings loses where none of them was written."""
    readings = names().readings.get(text, frozenset())
    if katakana(text) != text or all("ァ" <= c <= "ヺ" or c == "ー" for c in katakana(text)):
        spelt = katakana(text)
        readings = readings | {spelt} if all("ァ" <= c <= "ヺ" or c == "ー" for c in spelt) else readings
    if not kana_shares or not readings:
        return DISAGREES / 2 if kana_shares else 0.0
    heard = sum(kana_shares.get(reading, 0.0) for reading in readings)
    return float(np.log(heard + (1 - heard) * np.exp(2 * DISAGREES))) if heard < 1 else AGREES


def _peak(posterior: Posterior) -> np.ndarray:
    return posterior.peak
