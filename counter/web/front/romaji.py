"""Kana in Latin letters, as loosely as people type them: for searching only."""

from __future__ import annotations

import re

_ROWS = """
あ a い i う u え e お o か ka き ki く ku け ke こ ko さ sa し si す su せ se そ so た ta ち ti つ tu て te と to
な na に ni ぬ nu ね ne の no は ha ひ hi ふ hu へ he ほ ho ま ma み mi む mu め me も mo や ya ゆ yu よ yo
ら ra り ri る ru れ re ろ ro わ wa を o ん n が ga ぎ gi ぐ gu げ ge ご go ざ za じ zi ず zu ぜ ze ぞ zo
だ da ぢ zi づ zu で de ど do ば ba び bi ぶ bu べ be ぼ bo ぱ pa ぴ pi ぷ pu ぺ pe ぽ po ぁ a ぃ i ぅ u ぇ e ぉ o
"""
_PAIRS = _ROWS.split()
_LETTERS = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_YOON = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo"}
# Both spellings of a sound become one, and a long vowel a short one: toukyou, Tōkyō and tokyo are one word.
_SAME = (
    ("shi", "si"),
    ("chi", "ti"),
    ("tsu", "tu"),
    ("fu", "hu"),
    ("ji", "zi"),
    ("sh", "sy"),
    ("ch", "ty"),
    ("j", "zy"),
)
_LONG = re.compile(r"ou|oo|uu|aa|ii|ei|ee")
_DOUBLE = re.compile(r"([bcdfghjkmnpqrstvwxyz])\1")
_MARKED = str.maketrans("āīūēōâîûêô", "aiueoaiueo")


def romaji(word: str) -> str:
    """A word of hiragana alone, folded as ``folded_latin`` does; "" for any other."""
    letters = ""
    for character in word:
        if character in _YOON and letters.endswith("i"):
            letters = letters[:-1] + _YOON[character]
        elif character == "っ":
            continue
        elif character in _LETTERS:
            letters += _LETTERS[character]
        else:
            return ""
    return folded_latin(letters)


def folded_latin(word: str) -> str:
    plain = word.translate(_MARKED)
    for one, other in _SAME:
        plain = plain.replace(one, other)
    plain = _DOUBLE.sub(r"\1", plain.replace("n'", "n"))
    return _LONG.sub(lambda found: found.group()[0], plain)
