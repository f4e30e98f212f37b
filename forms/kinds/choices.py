"""Kinds where one picks: one of several, several of several, a ward, a person, an agreement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from forms.kinds.base import Cell, Json, Kind, clean
from forms.messages import N_, Invalid
from forms.wards import WARDS

Options = tuple[tuple[str, str], ...]
YES_NO: Options = (("yes", N_("はい")), ("no", N_("いいえ")))


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One code of ``options``, each (code, label)."""

    code: ClassVar[str] = "choice"
    title: ClassVar[str] = "選択"
    options: Options = YES_NO

    def parse(self, raw: Any) -> str:
        picked = clean(raw, 200) if raw else ""
        if not picked:
            raise Invalid(N_("選んでください。"))
        for code, label in self.options:
            if picked in (code, label):
                return code
        raise Invalid(N_("一覧から選んでください。"))

    def show(self, value: Json) -> str:
        return dict(self.options)[value]

    def schema(self) -> dict[str, Json]:
        return {"enum": [code for code, _ in self.options]}

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", "choice", "", 0.0, 7.0, codes=self.options),)

    def words(self) -> tuple[str, ...]:
        return tuple(label for _, label in self.options)


@dataclass(frozen=True, slots=True)
class Choices(Kind):
    """Codes of ``options`` in their order, none twice. ``least``: how many must be picked."""

    code: ClassVar[str] = "choices"
    title: ClassVar[str] = "複数選択"
    options: Options = ()
    least: int = 1

    def parse(self, raw: Any) -> list[str]:
        picked = raw.replace("、", ",").split(",") if isinstance(raw, str) else raw
        if not isinstance(picked, (list, tuple)):
            raise Invalid(N_("一覧から選んでください。"))
        words = {word.strip() for word in picked if isinstance(word, str) and word.strip()}
        known = {word for option in self.options for word in option}
        if words - known:
            raise Invalid(N_("一覧から選んでください。"))
        codes = [code for code, label in self.options if code in words or label in words]
        if len(codes) < self.least:
            raise Invalid(N_("%(least)sつ以上選んでください。"), least=self.least)
        return codes

    def show(self, value: Json) -> str:
        labels = dict(self.options)
        return "、".join(labels[code] for code in value)

    def raw(self, value: Json) -> list[str]:
        return list(value)

    def schema(self) -> dict[str, Json]:
        items = {"enum": [code for code, _ in self.options]}
        return {"type": "array", "items": items, "minItems": self.least, "uniqueItems": True}

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", "choices", "", 0.0, 7.0, codes=self.options),)

    def words(self) -> tuple[str, ...]:
        return tuple(label for _, label in self.options)


WARD_OPTIONS: Options = tuple((ward.code, ward.name) for ward in WARDS.values())


@dataclass(frozen=True, slots=True)
class Ward(Choice):
    """One of the 23 wards, by 全国地方公共団体コード."""

    code: ClassVar[str] = "ward"
    title: ClassVar[str] = "区"
    options: Options = WARD_OPTIONS

    def wards(self, value: Json) -> tuple[str, ...]:
        return (value,) if value in WARDS else ()

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", "ward", "", 50.0, 10.0),)


@dataclass(frozen=True, slots=True)
class Wards(Choices):
    """Several of the 23 wards."""

    code: ClassVar[str] = "wards"
    title: ClassVar[str] = "区（複数）"
    options: Options = WARD_OPTIONS

    def wards(self, value: Json) -> tuple[str, ...]:
        return tuple(code for code in value if code in WARDS)


@dataclass(frozen=True, slots=True)
class Declaration(Kind):
    """A statement one agrees to. Nothing but the person's own hand may fill it."""

    code: ClassVar[str] = "declaration"
    title: ClassVar[str] = "同意・宣言"
    prefill: ClassVar[bool] = False

    def parse(self, raw: Any) -> str:
        if not isinstance(raw, str) or raw.strip() not in ("yes", "y", "on", "true", "1"):
            raise Invalid(N_("内容を読んで、同意する場合は印をつけてください。"))
        return "yes"

    def show(self, value: Json) -> str:
        return AGREED

    def raw(self, value: Json) -> str:
        return str(value)

    def schema(self) -> dict[str, Json]:
        return {"const": "yes"}

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", "declaration", "", 0.0, 7.0, codes=(("yes", AGREED),)),)

    def words(self) -> tuple[str, ...]:
        return (AGREED,)


AGREED = N_("同意します")


@dataclass(frozen=True, slots=True)
class Person(Kind):
    """A pointer to one of the people of the list section ``of``; its value is their id."""

    code: ClassVar[str] = "person"
    title: ClassVar[str] = "人"
    of: str = "people"

    def parse(self, raw: Any) -> str:
        picked = clean(raw, 40) if raw else ""
        if not picked:
            raise Invalid(N_("選んでください。"))
        if not picked.isalnum() or not picked.isascii():
            raise Invalid(N_("一覧から選んでください。"))
        return picked
