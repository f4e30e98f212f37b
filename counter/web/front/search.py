"""Finding procedures by words: kanji, kana, romaji, plain words, in Japanese or the reader's language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from counter.locales import REMARK, current, translate
from counter.services.journey import urgent_first
from counter.web.front.romaji import folded_latin, romaji
from forms.life_events import CATEGORIES, LIFE_EVENTS, LifeEvent
from forms.messages import N_
from forms.model import Procedure
from forms.procedures import CATALOGUE

SHORTEST = 2  # a shorter word of ours inside a longer one of theirs says nothing
_DROPPED = re.compile(r"[ー～〜・\-‐-―\"'`()（）「」『』。、.,!?:;/]")
# What people call it when it happens to them; each word may stand inside what they write.
EVENT_WORDS = {
    "moving": N_("引っ越し ひっこし 住所変更 住所が変わる 転入 転出 転居"),
    "birth": N_("生まれ うまれ 出産 赤ちゃん あかちゃん 妊娠 出生"),
    "marriage": N_("結婚 けっこん 離婚 りこん 入籍 同居 別居 世帯"),
    "bereavement": N_("亡くな なくな 死んだ 死亡 しぼう 葬式 おそうしき 遺族"),
    "school": N_("入学 入園 保育園 ほいくえん 幼稚園 小学校 中学校"),
    "care": N_("介護 かいご 認知症 寝たきり ヘルパー 老人ホーム"),
    "disaster": N_("災害 地震 じしん 火事 かじ 台風 水害 避難 安否"),
    "certificate": N_("証明書 しょうめいしょ 住民票 印鑑 はんこ"),
    "business": N_("入札 取引 契約 会社を登録"),
}
# One word written in several ways, each as it stands after the small っ was dropped.
_SPELLINGS = (
    ("子供", "子ども"),
    ("手続き", "手続"),
    ("届け", "届"),
    ("申し込み", "申込"),
    ("申込み", "申込"),
    ("取り", "取"),
)
_TO_HIRAGANA = {katakana: katakana - 0x60 for katakana in range(ord("ァ"), ord("ヶ") + 1)}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a procedure or a life event, folded, from the most telling to the least. ``pieces``: those one by one."""

    title: str
    plain: str
    rest: str
    pieces: tuple[str, ...]
    latin: str


def search(query: str) -> tuple[list[Procedure], bool]:
    """The procedures found, the best first; and whether all words of the query are theirs, or only some."""
    asked = _asked(query)
    rated = [(one, [_rate(word, _words(one)) for word in asked]) for one in urgent_first(CATALOGUE.values())]
    whole = [(one, sum(rates)) for one, rates in rated if all(rates)]
    found = whole or [(one, sum(rates)) for one, rates in rated if any(rates)]
    return [one for one, _ in sorted(found, key=lambda pair: -pair[1])], bool(whole)


def events(query: str) -> list[LifeEvent]:
    """The life events that the query may mean."""
    asked = _asked(query)
    return [one for one in LIFE_EVENTS.values() if asked and all(_rate(word, _words(one)) for word in asked)]


def _asked(query: str) -> list[str]:
    return [word for word in fold(query).split() if word]


def fold(text: str) -> str:
    """What a search compares: one width, one case, hiragana, without long marks, small っ and punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_TO_HIRAGANA).replace("っ", "")
    for one, other in _SPELLINGS:
        plain = plain.replace(one, other)
    return " ".join(_DROPPED.sub("", word) for word in plain.split())


def _rate(word: str, words: Words) -> int:
    """How telling it is that this word of a query stands among a procedure's; 0 where it does not."""
    for place, text in ((8, words.title), (4, words.plain), (1, words.rest)):
        if word in text:
            return place
    if word.isascii():
        return 2 if len(word) > SHORTEST and folded_latin(word) in words.latin else 0
    return 2 if any(piece in word for piece in words.pieces) else 0


# The definition is kept beside its words, so that an id is never another's.
_known: dict[tuple[str, int], tuple[Procedure | LifeEvent, Words]] = {}


def _words(one: Procedure | LifeEvent) -> Words:
    """Folded once a language and process; nothing is translated for a search."""
    key = (current().code, id(one))
    if key not in _known:
        made = _of_procedure(one) if isinstance(one, Procedure) else _of_event(one)
        _known[key] = (one, made)
    return _known[key][1]


def _of_procedure(one: Procedure) -> Words:
    happened = [LIFE_EVENTS[trigger.event].title for trigger in one.triggers if trigger.event in LIFE_EVENTS]
    reasons = [trigger.reason for trigger in one.triggers]
    return _gather(one.title, one.words, [one.summary, *reasons, *happened, CATEGORIES.get(one.category, "")])


def _of_event(one: LifeEvent) -> Words:
    return _gather(one.title, EVENT_WORDS.get(one.key, ""), [])


def _gather(title: str, plain: str, rest: Iterable[str]) -> Words:
    title, plain, rest = _both([title]), _both([plain]), _both(rest)
    pieces = tuple(dict.fromkeys(word for word in f"{title} {plain}".split() if len(word) >= SHORTEST))
    latin = " ".join(filter(None, map(romaji, pieces)))
    return Words(title, plain, rest, pieces, latin)


def _both(texts: Iterable[str]) -> str:
    """In Japanese and in the reader's language; what explains a term there in brackets is no name of it."""
    given = [text for text in texts if text]
    return fold(" ".join([*given, *(REMARK.sub("", translate(text)) for text in given)]))
