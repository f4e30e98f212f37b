"""Where somebody lives: wards, cities and towns by the postal table, with the postal code of the same form as a hint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np

from forms.wards import WARDS
from ocr.decoding.charsets import rarity
from ocr.decoding.ctc import beam, greedy
from ocr.decoding.hints import Hints
from ocr.decoding.language import END
from ocr.decoding.lexicons import BoundLexicon, Lexicon, bind, lexicon, places, pref
from ocr.decoding.prose import Prose, prose
from ocr.decoding.ranking import Decoded, rank
from ocr.decoding.texts import everything, written
from ocr.decoding.usual import houses
from ocr.posterior import Alphabet, Posterior

SHORTLIST = 250
WEIGHT = 0.7
UNLISTED, CHARACTER = -4.0, -4.5
BY_CODE, IN_CITY, ANYWHERE = -0.4, -3.5, -9.0
CHOME = re.compile(r"^(.+?)([0-9]+|[一二三四五六七八九十]+)丁目$")


@cache
def _wards() -> Lexicon:
    return lexicon({ward.name: 1.0 for ward in WARDS.values()})


@cache
def _bound(alphabet: Alphabet, which: str) -> BoundLexicon:
    words = {"city": places().cities, "town": places().towns, "ward": _wards()}[which]
    return bind(words, alphabet)


def ward(posterior: Posterior, hints: Hints) -> Decoded:
    """One of the 23 wards, or what was written instead."""
    names = _wards().entries
    seen = everything(posterior, names)
    found = [text for text, _ in beam(seen, 8, breadth=6)]
    return rank(seen, [*names, *found], lambda text: -3.0 if text in _wards() else _unlisted(text))


def city(posterior: Posterior, hints: Hints) -> Decoded:
    """都道府県 and 市区町村, either written out or the latter alone."""
    seen = everything(posterior)
    found = [text for text, _ in beam(seen, 12, breadth=6)]
    near = _bound(posterior.alphabet, "city").shortlist(posterior.peak, len(greedy(seen)), SHORTLIST)
    by_code = [c for code, share in hints.postcodes.items() if share > 0.02 for c, _ in places().by_code.get(code, ())]
    near += [*by_code, *(c[len(pref(c)) :] for c in by_code)]
    coded = _coded_cities(hints)
    listed = places().cities.logs

    def prior(text: str) -> float:
        if text not in listed:
            return _unlisted(text)
        hinted = coded.get(text, 0.0)
        return float(np.logaddexp(listed[text], np.log(hinted) - 0.5 if hinted > 1e-6 else -60.0))

    return rank(everything(posterior, near), [*found, *near], prior, WEIGHT)


def _coded_cities(hints: Hints) -> Mapping[str, float]:
    shares: dict[str, float] = {}
    for code, share in hints.postcodes.items():
        for whole in {c for c, _ in places().by_code.get(code, ())}:
            for form in (whole, whole[len(pref(whole)) :]):
                shares[form] = shares.get(form, 0.0) + share
    return shares


def town(posterior: Posterior, hints: Hints) -> Decoded:
    """A town, with or without its 丁目; towns of the postal code, then of the city, are likelier than others."""
    seen = everything(posterior)
    found = [text for text, _ in beam(seen, 12, breadth=6)]
    table = places()
    coded: dict[str, float] = {}
    for code, share in hints.postcodes.items():
        for _, name in table.by_code.get(code, ()):
            coded[name] = max(coded.get(name, 0.0), share)
    within: dict[str, float] = {}
    for whole, share in hints.cities.items():
        for name in table.by_city.get(whole, table.by_city.get("東京都" + whole, frozenset())):
            within[name] = max(within.get(name, 0.0), share)
    near = _bound(posterior.alphabet, "town").shortlist(posterior.peak, len(greedy(seen)), SHORTLIST)
    near += [*coded, *within]
    near = [name for name in near if name and len(name) <= 14]
    near += list(_with_chome(found, near))

    def prior(text: str) -> float:
        split = CHOME.match(text)
        name = split.group(1) if split else text
        options = [UNLISTED + CHARACTER * len(text) + sum(rarity(c) for c in text)]
        if name in coded:
            options.append(BY_CODE + float(np.log(max(coded[name], 1e-6))))
        if name in within:
            options.append(IN_CITY + float(np.log(max(within[name], 1e-6))))
        if name in table.towns:
            options.append(ANYWHERE + 0.3 * table.towns.logs[name])
        return max(options) - (0.7 if split else 0.0)

    return rank(everything(posterior, near), [*found, *near], prior, WEIGHT)


def _with_chome(found: Iterable[str], near: Iterable[str]) -> Iterable[str]:
    """Listed towns with the 丁目 that the beam saw."""
    tails = {split.group(2) + "丁目" for text in list(found)[:4] if (split := CHOME.match(text))}
    names = list(near)
    for tail in sorted(tails):
        yield from (name + tail for name in names)


@cache
def _houses() -> Prose:
    return prose(houses(), 0.6, _room_follows, 0.45)


ROOM_PARTS = "号階F棟室-ABCDEF"


def _room_follows(before: str, here: str) -> float:
    """Behind a number stands what belongs to a room; a house is not called by a number."""
    last = before[-1:]
    if last.isdigit() and not here.isdigit() and here not in ROOM_PARTS and here != END:
        return -6.0
    if last == "-" and not here.isascii():
        return -6.0
    return -3.0 if not before and here.isdigit() else 0.0


def building(posterior: Posterior, hints: Hints) -> Decoded:
    """〜ハイツ203, 棟, 号室, 階, 方: a house's name, and digits at its end are digits."""
    return written(posterior, _houses(), variants=_room)


ROOM = re.compile(r"([0-9OoIl/ノ|元見又乙えてみるろZSBフつワ午ー\-一]+)(号室|号|階|F|棟)?$")
DIGIT_FOR = str.maketrans("OoIl/ノ|元見又乙えてみるろZSBフつワ午ー一", "0011111222222233258" + "7777--")


def _room(text: str) -> Iterable[str]:
    """The same text with its tail read as a room number, and with katakana for look-alikes in the name."""
    split = ROOM.search(text)
    if split and split.start() > 0 and any(c.isdigit() for c in split.group(1)):
        yield text[: split.start()] + split.group(1).translate(DIGIT_FOR) + (split.group(2) or "")
    head = text[: split.start()] if split else text
    tail = text[len(head) :]
    yield head.translate(str.maketrans("二口力夕卜八工千三一へ", "ニロカタトハエチミーヘ")) + tail


def _unlisted(text: str) -> float:
    return UNLISTED + CHARACTER * len(text) + sum(rarity(c) for c in text)
