"""What a search compares: names, kana, birth dates and phones without what a clerk on the telephone cannot hear."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

NAME, KANA, BIRTH, PHONE = "name", "kana", "birth", "phone"

# Forms of one character that a clerk cannot tell on the telephone; for searching only, names are kept as written.
_VARIANTS = str.maketrans(
    "髙﨑德濵濱邊邉齋齊斎澤嶋嶌廣國眞惠榮櫻瀨塚神猪侮", "高崎徳浜浜辺辺斉斉斉沢島島広国真恵栄桜瀬塚神猪侮"
)
_SMALL = str.maketrans("ァィゥェォッャュョヮー", "アイウエオツヤユヨワ-")


def facts(value: Any) -> Iterator[tuple[str, str]]:
    """(purpose, folded text) of every person's name, kana, birth date and phone in a record, at any depth."""
    if isinstance(value, list):
        for item in value:
            yield from facts(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, Mapping) and (purpose := _purpose(key, item)):
                yield purpose, FOLD[purpose](_plain(item))
                continue
            yield from facts(item)


def _purpose(key: str, value: Mapping[str, Any]) -> str | None:
    if "e164" in value:
        return PHONE
    if "family" in value or "single" in value:
        return KANA if "kana" in key else NAME
    if key == "birth_date" and "iso" in value:
        return BIRTH
    return None


def _plain(value: Mapping[str, Any]) -> str:
    if "e164" in value:
        return str(value["e164"])
    if "iso" in value:
        return str(value["iso"])
    return str(value.get("single") or f"{value.get('family', '')}{value.get('given', '')}")


def fold_name(text: str) -> str:
    """Spaces, widths, case and variant characters away; 髙橋 finds 高橋."""
    wide = unicodedata.normalize("NFKC", text.translate(_VARIANTS)).casefold()
    return "".join(character for character in wide if not character.isspace() and character not in "・･.,，．")


def fold_kana(text: str) -> str:
    """Katakana without small letters, spaces and long marks, whatever way it was typed."""
    wide = unicodedata.normalize("NFKC", text)
    katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in wide)
    return "".join(c for c in katakana.translate(_SMALL).casefold() if not c.isspace() and c not in "-・")


def fold_birth(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())


def fold_phone(text: str) -> str:
    """The national number's digits: +81 90… and 090… are one phone."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdecimal() or c == "+")
    return "0" + digits[3:] if digits.startswith("+81") else digits.removeprefix("+")


FOLD = {NAME: fold_name, KANA: fold_kana, BIRTH: fold_birth, PHONE: fold_phone}
