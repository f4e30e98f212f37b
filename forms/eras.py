"""The five modern eras and what people write for a date; no values, no messages.

Borders: 明治 1868-01-25 (Gregorian calendar from 1873-01-01), 大正 1912-07-30, 昭和 1926-12-25, 平成 1989-01-08
(元号を改める政令, 昭和64年政令第1号), 令和 2019-05-01 (平成31年政令第143号).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from forms.messages import N_


@dataclass(frozen=True, slots=True)
class Era:
    code: str
    name: str
    letter: str
    first: dt.date

    def year_of(self, western: int) -> int:
        return western - self.first.year + 1


ERAS = (
    Era("reiwa", N_("令和"), "R", dt.date(2019, 5, 1)),
    Era("heisei", N_("平成"), "H", dt.date(1989, 1, 8)),
    Era("showa", N_("昭和"), "S", dt.date(1926, 12, 25)),
    Era("taisho", N_("大正"), "T", dt.date(1912, 7, 30)),
    Era("meiji", N_("明治"), "M", dt.date(1868, 1, 25)),
)
WESTERN = "ad"
WESTERN_NAME = N_("西暦")
BY_CODE = {era.code: era for era in ERAS}
_BY_WORD = {word: era.code for era in ERAS for word in (era.name, era.letter, era.letter.lower(), era.code)}
_KANJI = {"〇": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_KANJI_NUMBER = re.compile("[〇零一二三四五六七八九十]+")
_WRITTEN = re.compile(
    r"^(?P<era>令和|平成|昭和|大正|明治|西暦|[MTSHRmtshr])?\s*(?P<year>元|\d{1,4})\s*"
    r"(?:年\s*(?:(?P<m1>\d{1,2})\s*月\s*(?:(?P<d1>\d{1,2})\s*日?)?)?"
    r"|[-/.]\s*(?P<m2>\d{1,2})(?:\s*[-/.]\s*(?P<d2>\d{1,2}))?)?$"
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")


@dataclass(frozen=True, slots=True)
class Written:
    """A date as its writer put it; month and day are 0 where they were not written."""

    era: str
    year: int
    month: int
    day: int

    @property
    def western_year(self) -> int:
        return self.year if self.era == WESTERN else BY_CODE[self.era].first.year + self.year - 1


def era_on(day: dt.date) -> Era:
    """The era of a day; days before 明治 count as 明治, whose years are then below 1."""
    return next((era for era in ERAS if day >= era.first), ERAS[-1])


def in_era(day: dt.date) -> str:
    """「令和8年11月21日」; the first year of an era is 元年."""
    era = era_on(day)
    year = era.year_of(day.year)
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def read(text: str) -> Written | None:
    """What a written date says: eras by name or letter, 元年, kanji numerals, Western years; None if it is no date."""
    plain = _KANJI_NUMBER.sub(lambda found: str(_kanji_number(found[0])), unicodedata.normalize("NFKC", text).strip())
    plain = re.sub("[‐-―−ーｰ]", "-", plain)
    if compact := _COMPACT.match(plain):
        return Written(WESTERN, *(int(group) for group in compact.groups()))
    found = _WRITTEN.match(plain)
    if not found:
        return None
    era = _BY_WORD.get(found["era"] or "", WESTERN)
    year = 1 if found["year"] == "元" else int(found["year"])
    return Written(era, year, int(found["m1"] or found["m2"] or 0), int(found["d1"] or found["d2"] or 0))


def _kanji_number(text: str) -> int:
    """二十一 → 21, 二〇一九 → 2019."""
    if "十" not in text:
        return int("".join(str(_KANJI[character]) for character in text))
    tens, _, ones = text.partition("十")
    return (_KANJI.get(tens, 0) if tens else 1) * 10 + (_KANJI.get(ones, 0) if ones else 0)
