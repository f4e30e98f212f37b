"""Kinds that are written freely: a line, a paragraph, a person's name and its reading."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from forms.kinds.base import Cell, Json, Kind, Part, clean, clean_free
from forms.messages import N_, Invalid


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """One line, kept as written. ``longest`` in characters; ``written``: its width on paper in mm."""

    code: ClassVar[str] = "text"
    title: ClassVar[str] = "文字"
    longest: int = 200
    written: float = 80.0
    reads: str = "text"

    def parse(self, raw: Any) -> str:
        return clean_free(raw, self.longest)

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", self.reads, "", self.written),)


@dataclass(frozen=True, slots=True)
class LongText(Kind):
    """A paragraph, line breaks kept. ``lines``: ruled lines on paper, 12 mm apart."""

    code: ClassVar[str] = "long_text"
    title: ClassVar[str] = "自由記述"
    longest: int = 2000
    lines: int = 3

    def parse(self, raw: Any) -> str:
        return clean_free(raw, self.longest, newlines=True)

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", "long_text", "", 170.0, 12.0 * self.lines, lines=self.lines),)


@dataclass(frozen=True, slots=True)
class _Name(Kind):
    """氏 and 名, or ``single`` for people with one name; any Unicode character, kept as given."""

    longest: int = 100

    def _clean_part(self, raw: object) -> str:
        return clean_free(raw, self.longest)

    def parse(self, raw: Any) -> dict[str, str]:
        if isinstance(raw, str):
            raw = self._split(raw)
        if not isinstance(raw, Mapping):
            raise Invalid(N_("文字で入力してください。"))
        written = {part: str(raw.get(part) or "") for part in ("family", "given", "single")}
        if written["single"].strip():
            return {"single": self._clean_part(written["single"])}
        if not written["family"].strip() and not written["given"].strip():
            raise Invalid(N_("入力してください。"), part="family")
        cleaned = {}
        for part in ("family", "given"):
            if written[part].strip(" \t\u3000"):
                try:
                    cleaned[part] = self._clean_part(written[part])
                except Invalid as invalid:
                    invalid.part = part
                    raise
        if len(cleaned) == 1:
            return {"single": next(iter(cleaned.values()))}
        return cleaned

    def _split(self, raw: str) -> dict[str, str]:
        text = raw.strip(" \t\u3000")
        wide = "\u3000" in text
        family, _, given = text.partition("\u3000" if wide else " ")
        return {"family": family, "given": given}

    def show(self, value: Json) -> str:
        return str(value["single"]) if "single" in value else f"{value['family']}\u3000{value['given']}"

    def raw(self, value: Json) -> dict[str, str]:
        if "single" in value:
            return {"family": value["single"], "given": ""}
        return {"family": value["family"], "given": value["given"]}

    def schema(self) -> dict[str, Json]:
        word = {"type": "string", "minLength": 1, "maxLength": self.longest}
        return {
            "type": "object",
            "oneOf": [
                {"properties": {"family": word, "given": word}, "required": ["family", "given"]},
                {"properties": {"single": word}, "required": ["single"]},
            ],
        }


@dataclass(frozen=True, slots=True)
class Name(_Name):
    """A person's name, kept byte for byte: normalising changes names (神 U+FA19, 塚 U+FA10)."""

    code: ClassVar[str] = "name"
    title: ClassVar[str] = "氏名"

    def parts(self) -> tuple[Part, ...]:
        word = Text(self.longest)
        return (Part("family", N_("氏"), word), Part("given", N_("名"), word, required=False))

    def cells(self) -> tuple[Cell, ...]:
        return (
            Cell("family", "name", N_("氏"), 42.0, 13.0),
            Cell("given", "name", N_("名"), 42.0, 13.0),
        )


_KANA = re.compile("^[ァ-ヺー・ヽヾ \u3000A-Za-z'.-]+$")
_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)} | {0x309D: 0x30FD, 0x309E: 0x30FE}


def katakana(text: str) -> str:
    """Hiragana and half-width kana as full-width katakana; other characters as NFKC gives them."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text)).translate(_HIRAGANA)


@dataclass(frozen=True, slots=True)
class Kana(_Name):
    """The reading of a name in full-width katakana; hiragana and half width are taken and turned."""

    code: ClassVar[str] = "kana"
    title: ClassVar[str] = "フリガナ"

    def _clean_part(self, raw: object) -> str:
        text = katakana(clean(raw, self.longest))
        if not _KANA.match(text):
            raise Invalid(N_("フリガナはカタカナで入力してください。例：ヤマダ"))
        return text

    def parts(self) -> tuple[Part, ...]:
        word = Text(self.longest)
        return (Part("family", N_("氏（フリガナ）"), word), Part("given", N_("名（フリガナ）"), word, required=False))

    def cells(self) -> tuple[Cell, ...]:
        return (
            Cell("family", "kana", N_("氏（フリガナ）"), 42.0, 9.0),
            Cell("given", "kana", N_("名（フリガナ）"), 42.0, 9.0),
        )
