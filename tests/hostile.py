"""What an attacker types and sends: hostile texts, and every address of the app with hostile pieces in it."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from flask import Flask

TEXTS = {
    "nul": "山\x00田",
    "c0": "山\x07\x1b[31m田",
    "c1": "山\x85\x9b田",
    "lone surrogate": "山\ud83d田",
    "line breaks": "一\r\n二\u2028三\u2029四",
    "override": "\u202e田山\u202c",
    "isolates": "\u2066山\u2069\u200f",
    "joiners": "क्\u200dष\u200c \u200b\u2060\u00ad\ufeff",
    "zalgo": "山" + "\u0301\u0489\u20dd" * 40,
    "selector": "葛\U000e0100城\U000e0101\ufe00",
    "four bytes": "𠮷野𩸽👩‍👩‍👧‍👦",
    "tags": "a\U000e0001\U000e0041\U000e007f",
    "noncharacters": "\ufdd0\ufffe\uffff\U0001fffe\U0010ffff",
    "compatibility": "神\ufa19塚\ufa10㍻㈱ﷺ",
    "half-width kana": "ﾔﾏﾀﾞ",
    "invisible": "\u3164\u115f\u2800\u200b",
    "markup": "\"'><script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": "x\" onfocus=alert(1) autofocus y='",
    "template": "{{ 7*7 }}{% raw %}{0.__class__}%(x)s%s${x}{漢字|かんじ}",
    "sql": "'; DROP TABLE application; -- %_\\",
    "formula": '=HYPERLINK("https://evil.example")',
    "path": "../../../../etc/passwd",
    "url": "javascript:alert(1)",
    "number": "9" * 5000,
    "negative": "-1e309",
    "long": "あ" * 100_000,
    "regex": "a" * 3000 + "!" + "-" * 3000 + " " * 3000,
}

PIECES = (
    "%00", "%ff", "%0d%0a", "..%2f..%2f", "%F0%A0%AE%B7", "%ED%A0%80", "X" * 17, "0" * 17, "9" * 25, "9" * 5000, "１", "x'--",
    quote(TEXTS["override"]), quote(TEXTS["markup"], safe=""),
)  # fmt: skip


def form_body(values: Iterable[tuple[str, str]]) -> bytes:
    """An urlencoded body; lone surrogates go out as the bytes that no decoder takes."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in values).encode()


@functools.lru_cache(maxsize=500)
def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def random_text(chance: random.Random) -> str:
    """A hostile text, two of them, or characters from anywhere."""
    match chance.randrange(4):
        case 0:
            return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randrange(40)))
        case 1:
            return "".join(chance.choice(list(TEXTS.values()))[:200] for _ in range(2))
        case _:
            return chance.choice(list(TEXTS.values()))[:20_000]


def addresses(app: Flask, pieces: Sequence[str] = PIECES) -> Iterator[tuple[str, str]]:
    """(endpoint, address) of every route of ours, its places filled with each piece; numbers stay numbers."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            places = any(is_place for is_place, _ in rule._trace)
            for piece in dict.fromkeys(pieces) if places else ("",):
                yield rule.endpoint, _filled(rule, piece)


def _filled(rule: Any, piece: str) -> str:
    numbers = {name for name, kind in rule._converters.items() if "Integer" in type(kind).__name__}
    return "".join(
        text if not is_place else piece if text not in numbers or piece.isdigit() else "1"
        for is_place, text in rule._trace[1:]
    )
