"""Mail addresses: letters, digits and signs by the grammar, with the domains and names that are met often."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from math import exp, log

from ocr.decoding.charsets import Charset, charset, plain
from ocr.decoding.ctc import beam, lattice
from ocr.decoding.hints import Hints
from ocr.decoding.lexicons import names
from ocr.decoding.prose import LENGTH, Words, words
from ocr.decoding.ranking import Decoded, rank
from ocr.posterior import Alphabet, Posterior

DOMAINS: Mapping[str, float] = {
    "gmail.com": 60, "yahoo.co.jp": 30, "docomo.ne.jp": 20, "ezweb.ne.jp": 12, "au.com": 8, "softbank.ne.jp": 10,
    "i.softbank.jp": 8, "icloud.com": 20, "outlook.jp": 5, "outlook.com": 5, "hotmail.com": 5, "hotmail.co.jp": 4, "nifty.com": 3,
    "ybb.ne.jp": 2, "me.com": 2, "ymail.ne.jp": 2, "ymobile.ne.jp": 4, "yahoo.ne.jp": 1, "live.jp": 2, "msn.com": 1, "mac.com": 1,
    "biglobe.ne.jp": 2, "ocn.ne.jp": 2, "so-net.ne.jp": 1, "jcom.home.ne.jp": 2, "plala.or.jp": 1, "dion.ne.jp": 1, "vodafone.ne.jp": 1,
    "disney.ne.jp": 1, "uqmobile.jp": 1, "rakuten.jp": 1, "proton.me": 1, "example.jp": 1, "example.com": 1,
}  # fmt: skip
ENDS = (
    ".co.jp",
    ".ne.jp",
    ".or.jp",
    ".ac.jp",
    ".go.jp",
    ".lg.jp",
    ".ed.jp",
    ".gr.jp",
    ".jp",
    ".com",
    ".net",
    ".org",
    ".info",
    ".me",
    ".tokyo",
)
USUAL = [
    "info",
    "office",
    "mail",
    "contact",
    "support",
    "soumu",
    "jimu",
    "keiri",
    "hello",
    "home",
    "sales",
    "shop",
    "school",
    "clinic",
    "tokyo",
    "kogyo",
    "house",
    "group",
    "japan",
    "service",
    "design",
    "system",
    "net",
    "web",
    "cloud",
    "club",
    "love",
    "cat",
    "dog",
    "sora",
    "hana",
    "sakura",
    "mama",
    "papa",
    "family",
    "hoken",
    "kaikei",
    "kensetsu",
    "home",
]
ALIKE = {
    "o": "0〇○。Oo", "0": "oO〇○", "l": "1I|丨/", "1": "lI|丨/il", "i": "1jﾉI", "j": "iJ）」;", "s": "5S", "5": "sS", "g": "9q", "9": "gq",
    "q": "9g", "b": "6hB", "6": "bG", "h": "nんb", "n": "hん", "k": "ねKたた", "z": "2Z", "2": "zZス乙", "a": "αのQd", "u": "vひ", "v": "u",
    "y": "りリソ4Y", "4": "yY", "7": "フワ", "8": "B", "t": "七もとf+", "f": "t", "m": "㎜", "r": "ト", "c": "(C", "e": "巳と", "x": "×メ", "w": "ω",
    ".": "・,、。", "-": "ー－—–一_", "_": "-ー－—_", "@": "＠a○", "p": "P",
}  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyz"
BAD_END = -9.0
WEIGHT = 0.6


@cache
def _charset(alphabet: Alphabet) -> Charset:
    shapes = plain("0123456789@.-_+%") | {c: c.upper() for c in LETTERS}
    return charset(alphabet, shapes | {"-": "－—–"}, also=ALIKE)


@cache
def _people() -> Words:
    """Names in Latin letters, and what offices call themselves."""
    book = names()
    spoken: dict[str, float] = {}
    for kana in (book.family_kana, book.given_kana):
        for reading in sorted(kana.entries, key=lambda entry: -kana.logs[entry])[:1500]:
            spoken[latin(reading)] = spoken.get(latin(reading), 0.0) + exp(kana.logs[reading])
    total = sum(spoken.values()) or 1.0
    return words(
        {word: 0.7 * share / total for word, share in spoken.items() if word} | dict.fromkeys(USUAL, 0.3 / len(USUAL))
    )


@cache
def _domains() -> Words:
    return words({**DOMAINS, **dict.fromkeys(ENDS, 12.0)})


def step(before: str, here: str) -> float:
    """log of how likely an address goes on so."""
    last = before[-1:]
    at = "@" in before
    if here == "@":
        return -30.0 if at or not before else -2.6
    if here in "._-+%":
        return (
            -12.0
            if not before or last in "@._-"
            else -12.0
            if at and here in "_+%"
            else -3.2
            if here in ".-_"
            else -8.0
        )
    if here in LETTERS:
        flat = -7.0 if last.isdigit() else -3.6
    else:
        flat = -1.6 if last.isdigit() else -5.0 if at else -3.0
    usual = (_domains() if at else _people()).chance(before.rpartition("@")[2][-2:], here)
    return log(0.5 * exp(flat) + 0.5 * usual)


def _cost(line: str) -> float:
    total = sum(step(line[:place], character) + LENGTH for place, character in enumerate(line))
    domain = line.partition("@")[2]
    known = log(DOMAINS[domain]) + 5.0 if domain in DOMAINS else 0.0
    return WEIGHT * total + known + (0.0 if domain.endswith(ENDS) and "." in domain else BAD_END)


def email(posterior: Posterior, hints: Hints) -> Decoded:
    """A mail address in lower case."""
    seen = lattice(posterior, _charset(posterior.alphabet))
    found = [line for line, _ in beam(seen, 20, breadth=8, weigh=lambda b, c: exp(WEIGHT * (step(b, c) + LENGTH)))]
    found += [line for line, _ in beam(seen, 8, breadth=6)]
    more = list(dict.fromkeys(_variants(found)))[:160]

    def prior(line: str) -> float:
        return _cost(line) + (0.0 if hints.valid(line) else -5.0)

    return rank(seen, [*found, *more], prior)


def _variants(found: Iterable[str]) -> Iterable[str]:
    """The same people at the domains that are met often, and the same domains with an end that exists."""
    for line in list(found)[:4]:
        head, at, tail = line.rpartition("@")
        if not at:
            continue
        yield from (f"{head}@{domain}" for domain in DOMAINS)
        for cut in {len(part) for part in re.split(r"(?<=\.)", tail)} | {2, 3}:
            if len(tail) > cut + 1:
                stem = tail[: len(tail) - cut].rstrip(".")
                yield from (f"{head}@{stem}{end}" for end in (".jp", ".com"))
        labels = tail.split(".")
        if len(labels) > 2:
            yield from (f"{head}@{'.'.join(labels[:-2])}{end}" for end in ENDS[:8])


_KANA = {
    "ア": "a", "イ": "i", "ウ": "u", "エ": "e", "オ": "o", "カ": "ka", "キ": "ki", "ク": "ku", "ケ": "ke", "コ": "ko",
    "サ": "sa", "シ": "shi", "ス": "su", "セ": "se", "ソ": "so", "タ": "ta", "チ": "chi", "ツ": "tsu", "テ": "te", "ト": "to",
    "ナ": "na", "ニ": "ni", "ヌ": "nu", "ネ": "ne", "ノ": "no", "ハ": "ha", "ヒ": "hi", "フ": "fu", "ヘ": "he", "ホ": "ho",
    "マ": "ma", "ミ": "mi", "ム": "mu", "メ": "me", "モ": "mo", "ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ラ": "ra", "リ": "ri",
    "ル": "ru", "レ": "re", "ロ": "ro", "ワ": "wa", "ヲ": "o", "ン": "n", "ガ": "ga", "ギ": "gi", "グ": "gu", "ゲ": "ge", "ゴ": "go",
    "ザ": "za", "ジ": "ji", "ズ": "zu", "ゼ": "ze", "ゾ": "zo", "ダ": "da", "ヂ": "ji", "ヅ": "zu", "デ": "de", "ド": "do",
    "バ": "ba", "ビ": "bi", "ブ": "bu", "ベ": "be", "ボ": "bo", "パ": "pa", "ピ": "pi", "プ": "pu", "ペ": "pe", "ポ": "po",
}  # fmt: skip
_GLIDES = {"ャ": "a", "ュ": "u", "ョ": "o"}


def latin(kana: str) -> str:
    """Hepburn without long vowels, as people spell themselves in addresses."""
    made = ""
    for character in kana:
        if character in _GLIDES and made.endswith("i"):
            stem = made[:-1]
            made = stem + ("" if stem.endswith(("sh", "ch", "j")) else "y") + _GLIDES[character]
        else:
            made += _KANA.get(character, "")
    return re.sub(r"(?<=o)u|(?<=u)u|(?<=o)o", "", made)
