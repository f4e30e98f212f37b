"""Dates as people in Japan write them: eras or Western years, a year alone where a person knows no more."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from forms import eras
from forms.kinds.base import Cell, Json, Kind, Part, clean, narrow
from forms.kinds.choices import Choice
from forms.kinds.numbers import Count
from forms.messages import N_, Invalid, Message

JST = ZoneInfo("Asia/Tokyo")
ERA_OPTIONS = (*tuple((era.code, era.name) for era in eras.ERAS), (eras.WESTERN, eras.WESTERN_NAME))
_PAPER_ERAS = tuple((code, name) for code, name in ERA_OPTIONS if code != "meiji")
EARLIEST = dt.date(1873, 1, 1)
LATEST = dt.date(2199, 12, 31)


def today() -> dt.date:
    """Today in Tokyo."""
    return dt.datetime.now(JST).date()


@dataclass(frozen=True, slots=True)
class Date(Kind):
    """{iso, precision, as_written}. ``partial``: a year or a month alone will do. ``past``/``future``: as seen today.

    31 April of 平成 that lies in 令和 is taken, and ``show`` says the era it has (元号法: the era follows the day).
    """

    code: ClassVar[str] = "date"
    title: ClassVar[str] = "日付"
    partial: bool = False
    past: bool = False
    future: bool = False

    def parse(self, raw: Any) -> dict[str, str]:
        if isinstance(raw, Mapping):
            raw = self._put_together(raw)
        text = clean(raw, 60)
        written = eras.read(text)
        if written is None:
            raise Invalid(N_("年月日を「令和8年11月21日」または「2026年11月21日」のように入力してください。"))
        return {**self._resolve(written), "as_written": text}

    def _put_together(self, raw: Mapping[str, object]) -> str:
        parts = {name: str(raw.get(name) or "").strip() for name in ("era", "year", "month", "day")}
        if not any(parts[name] for name in ("year", "month", "day")):
            raise Invalid(N_("入力してください。"), part="year")
        if not parts["year"]:
            raise Invalid(N_("年を入力してください。"), part="year")
        era = eras.BY_CODE[parts["era"]].name if parts["era"] in eras.BY_CODE else ""
        numbers = []
        for name, label in (("year", "年"), ("month", "月"), ("day", "日")):
            if parts[name]:
                number = narrow(parts[name])
                if not re.fullmatch(r"[0-9]{1,4}|元", number):
                    raise Invalid(N_("数字だけで入力してください。"), part=name)
                numbers.append(f"{number}{label}")
            elif name == "month" and parts["day"]:
                raise Invalid(N_("月を入力してください。"), part="month")
        return era + "".join(numbers)

    def _resolve(self, written: eras.Written) -> dict[str, str]:
        year = written.western_year
        if written.era == eras.WESTERN and written.year < 1000:
            raise Invalid(
                N_("西暦の年は4桁で入力してください。「令和8年」のような年のときは、元号を選んでください。"),
                part="year",
            )
        if written.era != eras.WESTERN and not 1 <= written.year <= 99:
            raise Invalid(N_("年を確かめてください。"), part="year")
        if (not written.month or not written.day) and not self.partial:
            raise Invalid(N_("月と日も入力してください。"), part="month" if not written.month else "day")
        if written.month > 12:
            raise Invalid(N_("月は1から12までの数字で入力してください。"), part="month")
        try:
            day = dt.date(year, written.month or 1, written.day or 1)
        except ValueError as error:
            raise Invalid(N_("この日はありません。年月日を確かめてください。"), part="day") from error
        self._check_bounds(day, written)
        precision = "day" if written.day else "month" if written.month else "year"
        return {"iso": day.isoformat()[: {"day": 10, "month": 7, "year": 4}[precision]], "precision": precision}

    def _check_bounds(self, day: dt.date, written: eras.Written) -> None:
        if not EARLIEST <= day <= LATEST:
            raise Invalid(N_("年を確かめてください。"), part="year")
        if written.era != eras.WESTERN and written.day and day < eras.BY_CODE[written.era].first:
            era = eras.BY_CODE[written.era]
            raise Invalid(
                N_("%(era)sは%(year)s年%(month)s月%(day)s日からです。元号を確かめてください。"),
                part="era",
                era=Message(era.name),
                year=era.first.year,
                month=era.first.month,
                day=era.first.day,
            )
        if self.past and day > today():
            raise Invalid(N_("今日より後の日になっています。年月日を確かめてください。"), part="year")
        if self.future and written.day and day < today():
            raise Invalid(N_("今日か、今日より後の日を入力してください。"), part="year")

    def show(self, value: Json) -> str:
        iso = value["iso"]
        if value["precision"] != "day":
            return str(value["as_written"])
        day = dt.date.fromisoformat(iso)
        return f"{eras.in_era(day)}（{day.year}年）"

    def raw(self, value: Json) -> dict[str, str]:
        written = eras.read(value["as_written"])
        if written is None:
            raise ValueError(value["as_written"])
        return {
            "era": written.era,
            "year": str(written.year),
            "month": str(written.month or ""),
            "day": str(written.day or ""),
        }

    def valid(self, value: Json) -> bool:
        """By what was written, which parts put together need not repeat."""
        try:
            return bool(self.parse(value["as_written"]) == value)
        except (Invalid, KeyError, TypeError, ValueError):
            return False

    def parts(self) -> tuple[Part, ...]:
        optional = not self.partial
        return (
            Part("era", N_("元号"), Choice(ERA_OPTIONS)),
            Part("year", N_("年"), Count(1, 9999)),
            Part("month", N_("月"), Count(1, 12), required=optional),
            Part("day", N_("日"), Count(1, 31), required=optional),
        )

    def schema(self) -> dict[str, Json]:
        return {
            "type": "object",
            "properties": {
                "iso": {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"},
                "precision": {"enum": ["day", "month", "year"] if self.partial else ["day"]},
                "as_written": {"type": "string"},
            },
            "required": ["iso", "precision", "as_written"],
            "additionalProperties": False,
        }

    def cells(self) -> tuple[Cell, ...]:
        return (
            Cell(
                "era",
                "era",
                N_("元号"),
                0.0,
                7.0,
                codes=_PAPER_ERAS if self.past else _PAPER_ERAS[:1] + _PAPER_ERAS[-1:],
            ),
            Cell("year", "year", N_("年"), 22.0, 9.0),
            Cell("month", "month", N_("月"), 14.0, 9.0),
            Cell("day", "day", N_("日"), 14.0, 9.0),
        )

    def words(self) -> tuple[str, ...]:
        return tuple(label for _, label in ERA_OPTIONS) + tuple(part.label for part in self.parts())


def date_of(value: Json) -> dt.date:
    """The day of a date value; a year or month alone counts as its first day."""
    return dt.date.fromisoformat((value["iso"] + "-01-01")[:10] if len(value["iso"]) < 10 else value["iso"])
