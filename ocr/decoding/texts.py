"""Free writing: all of Japanese, with what is never written in Japan folded or struck out."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

import numpy as np

from ocr.decoding.charsets import DIGIT_SHAPES, DIGITS, HIRAGANA, KATAKANA, LATIN, charset, fold, rarity
from ocr.decoding.ctc import Lattice, beam, lattice
from ocr.decoding.hints import Hints
from ocr.decoding.lexicons import BANK_ENDS, BANK_WORDS
from ocr.decoding.prose import Prose, prose
from ocr.decoding.ranking import Decoded, Prior, rank
from ocr.decoding.usual import banking, writing
from ocr.posterior import BLANK, Posterior

SEEN = np.log(1e-3)
PUNCTUATION = "、。・「」『』()-ー〜,./:&'!?々〆ヶ "
ALIKE = (
    "ニ二",
    "ロ口",
    "カ力",
    "ヘへ",
    "タ夕",
    "ト卜",
    "ハ八",
    "エ工",
    "チ千",
    "ミ三",
    "ー一-",
    "ノ丿",
    "オ才",
    "べベ",
    "ぺペ",
    "りリ",
    "0〇OΟ。",
    "1lI",
)
SIZES = dict(zip("ァィゥェォッャュョアイウエオツヤユヨ", "アイウエオツヤユヨァィゥェォッャュョ", strict=True))


def everything(posterior: Posterior, also: Iterable[str] = ()) -> Lattice:
    """The lattice over what the recogniser saw at all and over the characters of ``also``."""
    alphabet = posterior.alphabet
    shapes: dict[str, str] = {}
    for place in np.flatnonzero(posterior.peak > SEEN):
        if place == BLANK:
            continue
        character = alphabet.characters[place]
        target = fold(character)
        if target:
            shapes[target] = shapes.get(target, "") + character
    for character in set("".join(also)) | (set(DIGITS) if any(c in shapes for c in DIGITS) else set()):
        shapes.setdefault(character, "")
    return lattice(posterior, charset(alphabet, shapes, also=ALSO))


OLD = (
    "増增",
    "瀬瀨",
    "徳德",
    "青靑",
    "清淸",
    "黒黑",
    "険險",
    "県縣",
    "学學",
    "国國",
    "会會",
    "渓溪",
    "横橫",
    "郎郞",
    "歩步",
    "者者",
    "神神",
    "福福",
    "齢齡",
    "営營",
    "区區",
    "台臺",
)
"""What is written today, and the old form that the recogniser answers now and then."""
_OLD = {pair[0]: pair[1] for pair in OLD}
ALSO = {c: "".join(g for g in group if g != c) for group in ALIKE for c in group} | DIGIT_SHAPES | _OLD
"""What may stand for what at a fifth of its probability; the neighbours decide."""


def text(posterior: Posterior, hints: Hints) -> Decoded:
    """Anything at all; only rare characters and look-alikes among characters of another script cost something."""
    return written(posterior, _text())


def written(
    posterior: Posterior,
    style: Prose,
    also: Iterable[str] = (),
    prior: Prior = lambda _line: 0.0,
    variants: Callable[[str], Iterable[str]] | None = None,
) -> Decoded:
    """A line in this style: beams with and without it, then every candidate weighed exactly. ``also``: further
    candidates; ``variants``: what else the best of them may be."""
    seen = everything(posterior)
    found = [line for line, _ in beam(seen, 12, breadth=6, weigh=style.weigh)]
    found += [line for line, _ in beam(seen, 4, breadth=4)]
    more = [*(swapped for line in found[:2] for swapped in _swaps(line)), *also]
    more += [other for line in found[:4] for other in variants(line)] if variants else []
    return rank(
        everything(posterior, more), [*found, *more], lambda line: style.prior(line) + text_prior(line) + prior(line)
    )


@cache
def _text() -> Prose:
    return prose(writing(), 0.25)


def _swaps(line: str) -> list[str]:
    swapped = []
    for place, character in enumerate(line):
        for group in ALIKE:
            if character in group:
                swapped += [line[:place] + other + line[place + 1 :] for other in group if other != character]
        if place and character in SIZES:
            swapped.append(line[:place] + SIZES[character] + line[place + 1 :])
    return swapped[:24]


def text_prior(line: str) -> float:
    """A cost (≤ 0) for what is hardly ever written like this."""
    strange = sum(_strange(line, place) + _lonely(line, place) + _small(line, place) for place in range(len(line)))
    unclosed = -4.0 * abs(line.count("(") - line.count(")")) - 2.0 * abs(line.count("「") - line.count("」"))
    return sum(rarity(c) for c in line) + strange + unclosed


SMALL_AFTER = {
    "ァ": "フヴツクグ", "ィ": "フヴテデウツクグシチジ", "ゥ": "トドヴ", "ェ": "シチジフウヴツイ", "ォ": "フウヴツクグ",
    "ャ": "キシチニヒミリギジヂビピ", "ュ": "キシチニヒミリギジヂビピデテフ", "ョ": "キシチニヒミリギジヂビピ",
}  # fmt: skip


def _small(line: str, place: int) -> float:
    """Small kana stand after certain kana only."""
    before = SMALL_AFTER.get(line[place])
    return 0.0 if before is None or place and line[place - 1] in before else -4.0


def _lonely(line: str, place: int) -> float:
    """Something else within a run of digits, or a run that begins with a nought after words."""
    before, after = line[max(0, place - 2) : place], line[place + 1 : place + 3]
    character = line[place]
    if character.isdigit():
        starts = (
            not (before and (before[-1].isdigit() or before[-1] in "-.@_")) and script(before[-1:] or "-") != "latin"
        )
        return -2.5 if character == "0" and starts and place and after[:1].isdigit() else 0.0
    if character in "-号階F棟室丁番の.@_ 、。()" or script(character) == "latin":
        return 0.0
    digits = sum(c.isdigit() for c in before) + sum(c.isdigit() for c in after)
    return -2.5 if digits >= 3 or len(before) == 2 and before.isdigit() and not after else 0.0


def _strange(line: str, place: int) -> float:
    """A look-alike should be of its neighbours' script: カ among katakana, 力 among kanji."""
    character = line[place]
    if not any(character in group for group in ALIKE):
        return 0.0
    around = {script(line[i]) for i in (place - 1, place + 1) if 0 <= i < len(line)}
    own = script(character)
    if character == "ー":
        before = script(line[place - 1]) if place else ""
        return 0.0 if before in ("katakana", "hiragana") else -4.0
    return 0.0 if own in around or not around else -2.5


def script(character: str) -> str:
    if character in KATAKANA:
        return "katakana"
    if character in HIRAGANA:
        return "hiragana"
    if character.isdigit() or character == "-":
        return "digit"
    if character in LATIN:
        return "latin"
    return "kanji" if unicodedata.category(character) == "Lo" else "mark"


@cache
def _bank() -> Prose:
    return prose(banking(), 0.7)


def bank(posterior: Posterior, hints: Hints) -> Decoded:
    """A bank or a branch: known banks and the usual endings are likelier."""
    also = BANK_WORDS if hints.part in ("", "bank") else ()
    return written(posterior, _bank(), also, lambda line: 3.0 * (line in BANK_WORDS) + 2.0 * line.endswith(_ENDS))


_ENDS = tuple(BANK_ENDS)
