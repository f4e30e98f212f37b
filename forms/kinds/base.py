"""What every kind of answer can do. The kinds themselves stand beside this file, by subject."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from forms.messages import N_, Invalid
from forms.my_number import holds_my_number

Json = Any

LONGEST_INPUT = 20_000
# Controls, directional overrides, line separators, annotation and tag characters, surrogates and noncharacters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)) + "]"
)
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # fillers: letters to Unicode, nothing to the eye
_MOST_MARKS = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """How one part of an answer is written on paper: ``boxes`` > 1 is a comb; ``codes`` are (code, label) to mark."""

    part: str
    kind: str
    label: str
    width: float
    height: float = 10.0
    boxes: int = 1
    codes: tuple[tuple[str, str], ...] = ()
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Kind(ABC):
    """One kind of answer. Values are JSON; ``valid`` means that parsing what a form is refilled with gives it again."""

    code: ClassVar[str]
    title: ClassVar[str]
    """as clerks call it, in their statistics"""
    prefill: ClassVar[bool] = True

    @abstractmethod
    def parse(self, raw: Any) -> Json:
        """The value of what was written; raises Invalid with a message that says how to mend it."""

    def show(self, value: Json) -> str:
        """The value in one line as people read it; untranslated."""
        return str(value)

    def raw(self, value: Json) -> Any:
        """What a form is refilled with: a str, a dict part → str, or a list of codes."""
        return str(value)

    def valid(self, value: Json) -> bool:
        try:
            return bool(self.parse(self.raw(value)) == value)
        except (Invalid, KeyError, TypeError, ValueError, AttributeError, IndexError):
            return False

    def parts(self) -> tuple[Part, ...]:
        return ()

    def schema(self) -> dict[str, Json]:
        """JSON Schema (draft 2020-12) of the value."""
        return {"type": "string", "minLength": 1}

    def cells(self) -> tuple[Cell, ...]:
        return ()

    def wards(self, value: Json) -> tuple[str, ...]:
        """全国地方公共団体コード of the wards that this value names; empty where it names none of ours."""
        return ()

    def words(self) -> tuple[str, ...]:
        """Message ids that this kind brings along: option and part labels."""
        return tuple(part.label for part in self.parts())


@dataclass(frozen=True, slots=True)
class Part:
    """One of several inputs that make an answer."""

    name: str
    label: str
    kind: Kind
    required: bool = True


def clean(raw: object, longest: int, *, newlines: bool = False) -> str:
    """``raw`` without outer white space, otherwise untouched; refuses what no record may hold.

    Zero-width joiners stay (Nepali needs them); directional overrides go back to the writer, for they can make a
    record read differently from what it holds.
    """
    if not isinstance(raw, str):
        raise Invalid(N_("文字で入力してください。"))
    text = raw.strip(" \t\r\n\u3000")
    if newlines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    else:
        text = text.replace("\t", " ")
        if "\n" in text or "\r" in text:
            raise Invalid(N_("改行を入れずに、1行で入力してください。"))
    if not text:
        raise Invalid(N_("入力してください。"))
    if _FORBIDDEN.search(text) or not any(map(_can_be_seen, text)):
        raise Invalid(N_("目に見えない特別な文字が入っています。消して、もう一度入力してください。"))
    if len(text) > longest:
        raise Invalid(
            N_("%(longest)s文字までで入力してください。いま%(now)s文字です。"), longest=longest, now=len(text)
        )
    if _too_many_marks(text):
        raise Invalid(N_("文字に重なる記号が多すぎます。記号を減らして、もう一度入力してください。"))
    return text


def clean_free(raw: object, longest: int, *, newlines: bool = False) -> str:
    """Free text: as ``clean``, and a 個人番号 is refused (番号法20条: nobody may collect it without a legal ground)."""
    text = clean(raw, longest, newlines=newlines)
    if holds_my_number(text):
        raise Invalid(N_("マイナンバー（12桁の番号）は書かないでください。番号を消して、もう一度入力してください。"))
    return text


def narrow(raw: object, longest: int = 200) -> str:
    """Numbers and codes as half width, every dash as "-"; only for kinds whose value is no free text."""
    text = unicodedata.normalize("NFKC", clean(raw, longest))
    return re.sub("[\u2010-\u2015\u2212\u30fc\uff0d\uff70\u2500]", "-", text)


def _can_be_seen(character: str) -> bool:
    return unicodedata.category(character) not in ("Cf", "Mn", "Me", "Zs") and character not in _UNSEEN


def _too_many_marks(text: str) -> bool:
    run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") and not _is_selector(character) else 0
        if run > _MOST_MARKS:
            return True
    return False


def _is_selector(character: str) -> bool:
    """異体字セレクタ: part of how a name is written."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
