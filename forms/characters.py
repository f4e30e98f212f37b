"""What an office's system writes for characters that it cannot hold. Pure; originals are never touched here.

An answer keeps its characters byte for byte; a substitute stands beside it, for a system whose set is smaller. Nothing is
ever lost in silence: what nobody knows a substitute for becomes 〓, with its code point told.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from forms.itaiji import LATIN, VARIANTS

UNICODE = "unicode"
SETS: dict[str, str] = {
    UNICODE: "すべての文字（Unicode）",
    "jisx0213": "JIS第1～第4水準（JIS X 0213）",
    "jisx0208": "JIS第1・第2水準（JIS X 0208）",
    "cp932": "Windowsの日本語（CP932）",
}
_CODECS = {"jisx0213": "euc_jis_2004", "jisx0208": "iso2022_jp", "cp932": "cp932"}
GETA = "〓"
_FILE = {"id", "name", "type", "size"}
_SAME_LOOK = {"～": "〜", "〜": "～", "－": "−", "−": "－", "‖": "∥", "∥": "‖", "—": "―", "―": "—", "–": "-", "‐": "-",
              "¢": "￠", "£": "￡", "¬": "￢", "￠": "¢", "￡": "£", "￢": "¬", "¥": "￥", "’": "'", "‘": "'"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """``original``: the character as given, with its marks and selectors; ``known``: False where nobody knows one."""

    original: str
    substitute: str
    known: bool = True

    @property
    def code(self) -> str:
        return " ".join(f"U+{ord(character):04X}" for character in self.original)

    @property
    def shows(self) -> bool:
        """Whether people see a difference: a wave dash for a tilde, or a mark put together with its letter, is none."""
        bare = self.original
        same = _SAME_LOOK.get(bare) == self.substitute or "\uff61" <= bare <= "\uff9f"
        return not same and not (len(bare) > 1 and unicodedata.normalize("NFC", bare) == self.substitute)


@dataclass(frozen=True, slots=True)
class Written:
    """A text as an office's system writes it, and what was changed for it, each once."""

    text: str
    changes: tuple[Change, ...] = ()


def written(character_set: str | None, text: str) -> Written:
    """``text`` in the characters of a set; None or an unknown set holds everything."""
    if character_set not in _CODECS or text.isascii():
        return Written(text)
    pieces: list[str] = []
    changes: dict[str, Change] = {}
    for cluster in _clusters(text):
        change = _change(character_set, cluster)
        pieces.append(change.substitute if change else cluster)
        if change:
            changes[cluster] = change
    return Written("".join(pieces), tuple(changes.values()))


def of_record(character_set: str | None, record: Mapping[str, Any]) -> tuple[dict[str, str], tuple[Change, ...]]:
    """Path → substitute of every text in a record that its office cannot hold, and all changes, each once."""
    texts: dict[str, str] = {}
    changes: dict[str, Change] = {}
    for path, text in _texts(record, ""):
        found = written(character_set, text)
        if found.changes:
            texts[path] = found.text
            changes |= {change.original: change for change in found.changes}
    return texts, tuple(changes.values())


def to_tell(character_set: str | None, record: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes of a record that its writer would notice."""
    return tuple(change for change in of_record(character_set, record)[1] if change.shows)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        if value.keys() == _FILE:
            return  # what a sender's machine called a document is nobody's name
        for key, inner in value.items():
            yield from _texts(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _texts(inner, f"{path}.{place}")


def _clusters(text: str) -> Iterator[str]:
    """A character with the marks and selectors that follow it: they are changed or kept together."""
    cluster = ""
    for character in text:
        if cluster and (unicodedata.category(character) in ("Mn", "Mc", "Me") or character == "\u200d"):
            cluster += character
        else:
            if cluster:
                yield cluster
            cluster = character
    if cluster:
        yield cluster


@lru_cache(maxsize=4096)
def _change(character_set: str, cluster: str) -> Change | None:
    """How a set writes one character; None where it holds it as it is."""
    if _holds(character_set, cluster):
        return None
    for candidate in _candidates(cluster):
        if candidate and candidate != cluster and all(_holds(character_set, each) for each in candidate):
            return Change(cluster, candidate)
    return Change(cluster, GETA, known=False)


def _candidates(cluster: str) -> Iterator[str]:
    """From the nearest to the farthest: without its selector, as Unicode says it is the same, as people know it."""
    bare = "".join(character for character in cluster if not is_selector(character))
    yield bare
    yield _SAME_LOOK.get(bare, "")
    yield unicodedata.normalize("NFC", bare)
    for character in dict.fromkeys((bare, unicodedata.normalize("NFC", bare))):
        yield VARIANTS.get(character, "")
    yield unicodedata.normalize("NFKC", bare)
    yield _plain_latin(bare)


def _plain_latin(text: str) -> str:
    """A Latin letter without its marks (ễ → e); other scripts lose their meaning with theirs."""
    letter = unicodedata.normalize("NFD", text)
    base = "".join(character for character in letter if not unicodedata.combining(character))
    base = LATIN.get(base, base)
    return base if base.isascii() else ""


def is_selector(character: str) -> bool:
    """異体字セレクタ and the other variation selectors: they pick a shape of the character before them."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _holds(character_set: str, text: str) -> bool:
    if any("\ue000" <= character <= "\uf8ff" for character in text):
        return False  # 外字: another machine shows something else, or nothing
    try:
        return text.encode(_CODECS[character_set]).decode(_CODECS[character_set]) == text
    except UnicodeError:
        return False
