"""How people go on writing a line: the language, words that are usual in this kind of place, digits and letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import exp, log

from ocr.decoding.charsets import LATIN, rarity
from ocr.decoding.language import END, Language, language

LIKELY = 0.4
"""How much the language weighs against what was seen."""
LENGTH = 3.6
"""What every character is given back, lest short lines always win."""
DIGIT_AFTER_DIGIT, DIGIT_AFTER_WORD = -2.3, -4.5
LETTER_AFTER_LETTER, LETTER_AFTER_WORD = -3.2, -6.5
MARK = -7.5
AFTER_DIGIT = "号階F棟室丁番月日年人時分度歳才回週円本名枚つ個世万千ヶカか方様-、。・()（）:.〜.%°の"
OTHER_AFTER_DIGIT = -4.0
MOST_KEPT = 60_000
"""Steps remembered by one prose before it forgets them all."""


@dataclass(frozen=True, slots=True)
class Words:
    """Usual words as steps from two characters to the next, wherever in a line the word may begin."""

    steps: Mapping[str, Mapping[str, float]]
    """the word's last two characters so far → next character → its chance; the key "" begins a word"""

    def chance(self, before: str, here: str) -> float:
        inside = self.steps.get(before[-2:])
        return max(inside.get(here, 0.0) if inside else 0.0, self.steps.get("", {}).get(here, 0.0))


def words(weighted: Mapping[str, float]) -> Words:
    """Steps of these words by their weights."""
    met: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for word, weight in weighted.items():
        for place, character in enumerate(word):
            met[word[max(0, place - 2) : place]][character] += weight
    return Words({key: {c: n / sum(found.values()) for c, n in found.items()} for key, found in met.items()})


@dataclass(slots=True, eq=False)
class Prose:
    """Steps of the language mixed with usual words; remembers what it was asked."""

    usual: Words
    share: float
    """how much of the chance the usual words have"""
    model: Language = field(default_factory=language)
    kept: dict[str, float] = field(default_factory=dict)
    follows: Callable[[str, str], float] | None = None
    """a further cost (≤ 0) of a step that the kind's grammar knows"""
    likely: float = LIKELY

    def step(self, before: str, here: str) -> float:
        """How likely (log) ``here`` comes after ``before``; END ends the line."""
        key = before[-2:] + here if len(before) > 1 else END + before + here
        found = self.kept.get(key)
        if found is None:
            if len(self.kept) > MOST_KEPT:
                self.kept.clear()
            found = self.kept[key] = self._step(before[-2:], here)
        return found + (self.follows(before, here) if self.follows else 0.0)

    def _step(self, before: str, here: str) -> float:
        last = before[-1:]
        if here in DIGITS:
            return DIGIT_AFTER_DIGIT if last in DIGITS and last else DIGIT_AFTER_WORD
        if here in LATIN:
            general = LETTER_AFTER_LETTER if last and last in LATIN else LETTER_AFTER_WORD
        elif here.isascii() and here != END and here not in "-().,":
            general = MARK
        else:
            met = "一" if here == "〇" else here
            general = max(self.model.log(before, met), -9.0 + rarity(here) if here != END else -9.0)
            if last and last in DIGITS and here != END:
                general = general + OTHER_AFTER_DIGIT if here not in AFTER_DIGIT else max(general, -4.5)
        usual = self.usual.chance(before, here)
        return log((1 - self.share) * exp(general) + self.share * usual) if usual > 0 else general

    def weigh(self, before: str, here: str) -> float:
        """The factor of a step in a beam."""
        return exp(self.likely * (self.step(before, here) + LENGTH))

    def prior(self, line: str) -> float:
        """log of what the steps of a whole line and its end are worth."""
        total = self.step(line, END)
        for place, character in enumerate(line):
            total += self.step(line[:place], character) + LENGTH
        return self.likely * total


DIGITS = frozenset("0123456789")


def prose(
    weighted: Mapping[str, float],
    share: float,
    follows: Callable[[str, str], float] | None = None,
    likely: float = LIKELY,
) -> Prose:
    """``share`` of the chance goes to the usual words, weighted as they are met."""
    return Prose(words(weighted), share, follows=follows, likely=likely)
