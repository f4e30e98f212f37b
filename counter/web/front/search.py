"""Finding procedures by words: kanji, kana, romaji, plain words, in Japanese or the reader's language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from counter.locales import current, translate
from counter.services.journey import urgent_first
from counter.web.front.romaji import folded_latin, romaji
from forms.life_events import CATEGORIES, LIFE_EVENTS
from forms.model import Procedure
from forms.procedures import CATALOGUE

SHORTEST = 2  # a shorter word of ours inside a longer one of theirs says nothing
_DROPPED = re.compile(r"[ー～〜・\-‐-―\"'`()（）「」『』。、.,!?:;/]")
_TO_HIRAGANA = {katakana: katakana - 0x60 for katakana in range(ord("ァ"), ord("ヶ") + 1)}


@dataclass(frozen=True, slots=True)
class Words:
    """A procedure's words, folded, from the most telling to the least. ``pieces``: its words one by one."""

    title: str
    plain: str
    rest: str
    pieces: tuple[str, ...]
    latin: str


def search(query: str) -> tuple[list[Procedure], bool]:
    """The procedures found, the best first; and whether all words of the query are theirs, or only some."""
    asked = fold(query).split()
    rated = [(one, [_rate(word, _words(one)) for word in asked]) for one in urgent_first(CATALOGUE.values())]
    whole = [(one, sum(rates)) for one, rates in rated if all(rates)]
    found = whole or [(one, sum(rates)) for one, rates in rated if any(rates)]
    return [one for one, _ in sorted(found, key=lambda pair: -pair[1])], bool(whole)


def fold(text: str) -> str:
    """What a search compares: one width, one case, hiragana, without long marks and punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_TO_HIRAGANA)
    return " ".join(_DROPPED.sub("", word) for word in plain.split())


def _rate(word: str, words: Words) -> int:
    """How telling it is that this word of a query stands among a procedure's; 0 where it does not."""
    if not word:
        return 0
    for place, text in ((8, words.title), (4, words.plain), (1, words.rest)):
        if word in text:
            return place
    if word.isascii():
        return 2 if len(word) > SHORTEST and folded_latin(word) in words.latin else 0
    return 2 if any(piece in word for piece in words.pieces) else 0


# The definition is kept beside its words, so that an id is never another's.
_known: dict[tuple[str, int], tuple[Procedure, Words]] = {}


def _words(procedure: Procedure) -> Words:
    """Folded once a language and process; nothing is translated for a search."""
    key = (current().code, id(procedure))
    if key not in _known:
        _known[key] = (procedure, _gather(procedure))
    return _known[key][1]


def _gather(procedure: Procedure) -> Words:
    events = [LIFE_EVENTS[trigger.event].title for trigger in procedure.triggers if trigger.event in LIFE_EVENTS]
    reasons = [trigger.reason for trigger in procedure.triggers]
    title, plain = _both([procedure.title]), _both([procedure.words])
    rest = _both([procedure.summary, *reasons, *events, CATEGORIES.get(procedure.category, "")])
    pieces = tuple(dict.fromkeys(word for word in f"{title} {plain}".split() if len(word) >= SHORTEST))
    latin = " ".join(filter(None, map(romaji, pieces)))
    return Words(title, plain, rest, pieces, latin)


def _both(texts: Iterable[str]) -> str:
    """In Japanese and in the reader's language."""
    given = [text for text in texts if text]
    return fold(" ".join([*given, *map(translate, given)]))
