"""The 23 special wards (特別区) by 全国地方公共団体コード, and how a written city names one of them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WardInfo:
    """``accent``: a colour of the ward's own for staff screens, at least 4.5:1 on white."""

    code: str
    name: str
    kana: str
    romaji: str
    accent: str

    @property
    def city(self) -> str:
        return f"東京都{self.name}"


_TABLE = """
131016 千代田区 チヨダ Chiyoda #7a1f5c
131024 中央区 チュウオウ Chuo #0b5f8a
131032 港区 ミナト Minato #00587a
131041 新宿区 シンジュク Shinjuku #5b3a9b
131059 文京区 ブンキョウ Bunkyo #7b4b00
131067 台東区 タイトウ Taito #8a2a1b
131075 墨田区 スミダ Sumida #1f4f8f
131083 江東区 コウトウ Koto #00655a
131091 品川区 シナガワ Shinagawa #3f4f9f
131105 目黒区 メグロ Meguro #2f6b2f
131113 大田区 オオタ Ota #6b3f1f
131121 世田谷区 セタガヤ Setagaya #33691e
131130 渋谷区 シブヤ Shibuya #9c2f5f
131148 中野区 ナカノ Nakano #7a4a1a
131156 杉並区 スギナミ Suginami #1b6b4b
131164 豊島区 トシマ Toshima #6a3d8f
131172 北区 キタ Kita #9a3b1f
131181 荒川区 アラカワ Arakawa #2b5f9f
131199 板橋区 イタバシ Itabashi #4f5b1b
131202 練馬区 ネリマ Nerima #2b6b3b
131211 足立区 アダチ Adachi #1f5f7f
131229 葛飾区 カツシカ Katsushika #5b5b00
131237 江戸川区 エドガワ Edogawa #0f5f6f
"""

WARDS: dict[str, WardInfo] = {
    code: WardInfo(code, name, kana, romaji, accent)
    for code, name, kana, romaji, accent in (line.split() for line in _TABLE.split("\n") if line)
}
_BY_NAME = {ward.name: ward for ward in WARDS.values()}


def check_digit(first_five: str) -> int:
    """検査数字 of a 全国地方公共団体コード: weights 6…2, modulus 11."""
    total = sum(int(digit) * weight for digit, weight in zip(first_five, (6, 5, 4, 3, 2), strict=True))
    return (11 - total % 11) % 10


def ward_of_city(city: str) -> WardInfo | None:
    """The ward that a written city means, with or without 東京都.

    中央区 and 北区 exist in other cities too, so a name counts only alone or right after 東京都.
    """
    plain = unicodedata.normalize("NFKC", city).replace(" ", "")
    return _BY_NAME.get(plain.removeprefix("東京都"))
