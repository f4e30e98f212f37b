"""Digits: postal codes, phones, accounts, corporate numbers, 番地."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise

from forms.kinds.numbers import corporate_check_digit
from ocr.decoding.charsets import DIGIT_SHAPES, ELEVEN, Charset, charset, numeric_shapes, plain
from ocr.decoding.ctc import Lattice, beam, lattice
from ocr.decoding.hints import Hints
from ocr.decoding.lexicons import places
from ocr.decoding.ranking import Decoded, Prior, Ranked, rank
from ocr.posterior import Alphabet, Posterior

WIDTH = 24
INVALID = -7.0
UNKNOWN_POSTCODE = -4.0
ELSEWHERE_POSTCODE = -1.0


@cache
def _digits(alphabet: Alphabet, hyphen: bool, extra: str) -> Charset:
    return charset(alphabet, numeric_shapes(hyphen=hyphen, extra=extra))


def spelt(text: str) -> str:
    return text.replace(ELEVEN, "11")


def bare(text: str) -> str:
    return spelt(text).replace("-", "").replace("(", "").replace(")", "").replace(" ", "")


def postcode(posterior: Posterior, hints: Hints) -> Decoded:
    """Seven digits without the hyphen; a code that exists is likelier, one that does not exist stays possible."""
    known = places().by_code

    def prior(text: str) -> float:
        if len(text) != 7:
            return INVALID * (1 + abs(len(text) - 7))
        if not known or text in known:
            return (
                0.0
                if text[:2] in ("10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20")
                else ELSEWHERE_POSTCODE
            )
        return UNKNOWN_POSTCODE

    return _numeric(posterior, prior, hyphen=True, strip=True)


def phone(posterior: Posterior, hints: Hints) -> Decoded:
    """Digits with the hyphens that were written."""

    def prior(text: str) -> float:
        return _dialled(text) + (0.0 if hints.valid(text) else INVALID)

    return _numeric(posterior, prior, hyphen=True, strip=False, extra="()+")


GROUPS = {(3, 4, 4), (2, 4, 4), (3, 3, 4), (4, 2, 4), (5, 1, 4), (4, 3, 3), (4, 3, 4)}
TWO_DIGITS = ("03", "04", "06")
"""Areas with codes of two digits (総務省 市外局番の一覧)."""


def _dialled(text: str) -> float:
    """A cost (≤ 0) for numbers that nobody has: mobiles have eleven digits, all others ten, areas are few."""
    number = bare(text)
    long = number[:3] in ("050", "060", "070", "080", "090")
    cost = 0.0 if number[:1] == "0" else -5.0
    cost -= 3.0 * abs(len(number) - (11 if long else 10))
    groups = [part for part in re.split("[-()]+", spelt(text)) if part]
    if len(groups) > 1:
        cost -= 0.0 if tuple(map(len, groups)) in GROUPS else 3.0
        cost -= 3.0 if len(groups[0]) == 2 and groups[0] not in TWO_DIGITS else 0.0
    return cost - (0.0 if long or number[:2] in ("03", "04") else 1.0)


def checked(text: str) -> bool:
    """Whether the thirteen digits are a 法人番号 by their check digit."""
    number = text.removeprefix("T")
    return len(number) == 13 and number.isdecimal() and int(number[0]) == corporate_check_digit(number[1:])


def corporate_number(posterior: Posterior, hints: Hints) -> Decoded:
    """Thirteen digits of which the first checks the others: candidates in which it does are far likelier."""
    seen = lattice(posterior, _digits(posterior.alphabet, True, ""))
    found = [text for text, _ in beam(seen, WIDTH, breadth=8)]
    return _as_one(seen, [*found, *_mended(seen, found)], _company, bare)


def _company(text: str) -> float:
    return (0.0 if len(text) == 13 else INVALID) + (0.0 if checked(text) else INVALID)


LEAST_SEEN = 1e-3


def _mended(seen: Lattice, found: list[str]) -> list[str]:
    """The best readings with one digit changed to what else was seen at all, where that makes the check digit right."""
    other = [
        target for target, best in zip(seen.targets, seen.chances[:, 1:].max(axis=0), strict=True) if best > LEAST_SEEN
    ]
    mended = []
    for text in found[:3]:
        for place in range(len(text)):
            for digit in other:
                changed = text[:place] + digit + text[place + 1 :]
                if digit.isdecimal() and digit != text[place] and checked(bare(changed)):
                    mended.append(changed)
    return mended


def digits(posterior: Posterior, hints: Hints) -> Decoded:
    def prior(text: str) -> float:
        fits = not hints.boxes or len(text) <= hints.boxes
        return (0.0 if hints.valid(text) else INVALID) + (0.0 if fits else INVALID)

    return _numeric(posterior, prior, hyphen=True, strip=True)


def invoice_number(posterior: Posterior, hints: Hints) -> Decoded:
    """T and thirteen digits; the T may be printed on the form and is then added."""

    def prior(text: str) -> float:
        return (0.0 if hints.valid(text) else INVALID) + (0.0 if checked(text) else UNCHECKED)

    shapes = numeric_shapes(hyphen=True) | {"T": "ＴtT丁"}
    seen = lattice(posterior, charset(posterior.alphabet, shapes))
    return _as_one(seen, [text for text, _ in beam(seen, WIDTH)], prior, _with_t)


UNCHECKED = -0.7
"""Only companies' numbers carry a check digit; people who trade have one without."""


def _with_t(text: str) -> str:
    number = bare(text)
    return "T" + number if len(number) == 13 and number.isdecimal() else number


def _numeric(posterior: Posterior, prior: Prior, *, hyphen: bool, strip: bool, extra: str = "") -> Decoded:
    seen = lattice(posterior, _digits(posterior.alphabet, hyphen, extra))
    return _as_one(seen, [text for text, _ in beam(seen, WIDTH, breadth=8)], prior, bare if strip else spelt)


def _as_one(seen: Lattice, found: list[str], prior: Prior, meant: Callable[[str], str]) -> Decoded:
    """Texts that mean the same number are one candidate: a hyphen, or a stroke of the comb taken for one, says nothing."""
    said: dict[str, str] = {}
    for text in found:
        said.setdefault(meant(text).strip("-"), text)
    spoken = {text: meaning for meaning, text in said.items()}
    ranked = rank(seen, spoken, lambda text: prior(spoken[text])).ranked
    return Decoded(tuple(Ranked(spoken[r.text], r.share, r.seen) for r in ranked if r.text in spoken) or ranked, seen)


NUMBER_EXTRA = "丁目番地号の之ノ一二三四五六七八九十イロハ甲乙丙ABCDEFG"


@cache
def _street(alphabet: Alphabet) -> Charset:
    """Kanji and letters may stand here, so that their shapes count for digits only in part."""
    digits = {digit: forms[:2] for digit, forms in DIGIT_SHAPES.items()}
    shapes = {**plain("の" + NUMBER_EXTRA), **digits, "-": "-－―ーｰ‐‑–—−_~〜・"}
    return charset(alphabet, shapes, also=DIGIT_SHAPES)


def street_number(posterior: Posterior, hints: Hints) -> Decoded:
    """番地: digits and hyphens, or digits with 丁目 番地 号."""
    seen = lattice(posterior, _street(posterior.alphabet))
    return rank(seen, _street_candidates(text for text, _ in beam(seen, WIDTH, breadth=8)), _street_prior)


def _street_candidates(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield text
        if text.startswith("-") or text.endswith("-"):
            yield text.strip("-")


def _street_prior(text: str) -> float:
    cost = 0.0
    if not text:
        return -8.0
    if text[0] in "-丁目番地号の" or text[-1] in "-丁の":
        cost -= 5.0
    for one, two in pairwise(text):
        if one in "-の" and two in "-の丁目番地号":
            cost -= 5.0
        if one == "丁" and two != "目" or two == "目" and one != "丁":
            cost -= 6.0
        if one == "地" and two in "地号丁" or two == "地" and one != "番":
            cost -= 6.0
        if one in "号" and two.isdigit():
            cost -= 1.0
        if (
            one in "一二三四五六七八九"
            and (two in "-" or two.isdigit())
            or two in "一二三四五六七八九"
            and (one == "-" or one.isdigit())
        ):
            cost -= 4.0
        if one.isdigit() and two in "ABCDEFGイロハ甲乙丙十":
            cost -= 4.0
    letters = sum(c in "ABCDEFGイロハ甲乙丙之ノ" for c in text)
    return cost - 3.0 * letters
