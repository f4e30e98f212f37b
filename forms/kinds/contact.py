"""Kinds that reach a person: postcode, address, phone, mail, bank account."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from forms.kinds.base import Cell, Json, Kind, Part, clean, narrow
from forms.kinds.choices import Choice
from forms.kinds.numbers import Digits
from forms.kinds.text import Text
from forms.messages import N_, Invalid
from forms.wards import ward_of_city


@dataclass(frozen=True, slots=True)
class Postcode(Kind):
    """郵便番号: seven digits, kept without its hyphen."""

    code: ClassVar[str] = "postcode"
    title: ClassVar[str] = "郵便番号"

    def parse(self, raw: Any) -> str:
        digits = re.sub(r"[\s〒-]", "", narrow(raw))
        if not re.fullmatch(r"[0-9]{7}", digits):
            raise Invalid(N_("郵便番号は7桁の数字で入力してください。例：135-0016"))
        return digits

    def show(self, value: Json) -> str:
        return f"{value[:3]}-{value[3:]}"

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "pattern": "^[0-9]{7}$"}

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", "postcode", N_("郵便番号"), 7.5 * 7, 9.0, boxes=7),)


@dataclass(frozen=True, slots=True)
class Phone(Kind):
    """{e164, as_written}: any number libphonenumber knows, 060 mobiles too; one field, any way of writing."""

    code: ClassVar[str] = "phone"
    title: ClassVar[str] = "電話番号"

    def parse(self, raw: Any) -> dict[str, str]:
        written = clean(raw, 40)
        try:
            number = phonenumbers.parse(narrow(written), "JP")
        except phonenumbers.NumberParseException as error:
            raise Invalid(N_("電話番号を数字で入力してください。例：090-1234-5678")) from error
        if not phonenumbers.is_valid_number(number):
            raise Invalid(N_("この電話番号は使われていない形です。市外局番から確かめてください。"))
        return {"e164": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), "as_written": written}

    def show(self, value: Json) -> str:
        return str(value["as_written"])

    def raw(self, value: Json) -> str:
        return str(value["as_written"])

    def schema(self) -> dict[str, Json]:
        return {
            "type": "object",
            "properties": {"e164": {"type": "string", "pattern": r"^\+[0-9]{6,15}$"}, "as_written": {"type": "string"}},
            "required": ["e164", "as_written"],
            "additionalProperties": False,
        }

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", "phone", "", 70.0, 10.0),)


@dataclass(frozen=True, slots=True)
class Email(Kind):
    """A mail address; its form is checked, no name server is asked."""

    code: ClassVar[str] = "email"
    title: ClassVar[str] = "メールアドレス"

    def parse(self, raw: Any) -> str:
        written = clean(raw, 254)
        try:
            return str(validate_email(written, check_deliverability=False).normalized)
        except EmailNotValidError as error:
            raise Invalid(N_("メールアドレスの形が違います。例：yamada@example.jp")) from error

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "format": "email"}

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", "email", "", 120.0, 10.0),)


@dataclass(frozen=True, slots=True)
class Composite(Kind):
    """An answer of several parts, each a kind of its own; the value holds the parts that were given."""

    def parse(self, raw: Any) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            raise Invalid(N_("それぞれの欄に分けて入力してください。"))
        value: dict[str, Any] = {}
        for part in self.parts():
            written = raw.get(part.name)
            if written in (None, "") or (isinstance(written, str) and not written.strip(" \t\r\n\u3000")):
                if self._required(part, raw):
                    raise Invalid(N_("「%(label)s」を入力してください。"), part=part.name, label=_label(part))
                continue
            try:
                value[part.name] = part.kind.parse(written)
            except Invalid as invalid:
                invalid.part = part.name
                raise
        if not value:
            raise Invalid(N_("入力してください。"), part=self.parts()[0].name)
        return value

    def _required(self, part: Part, raw: Mapping[str, Any]) -> bool:
        """Whether a part must be given beside what else was given."""
        return part.required

    def show(self, value: Json) -> str:
        return "\u3000".join(part.kind.show(value[part.name]) for part in self.parts() if part.name in value)

    def raw(self, value: Json) -> dict[str, str]:
        unknown = set(value) - {part.name for part in self.parts()}
        if unknown:
            raise ValueError(sorted(unknown))
        return {part.name: part.kind.raw(value[part.name]) for part in self.parts() if part.name in value}

    def schema(self) -> dict[str, Json]:
        return {
            "type": "object",
            "properties": {part.name: part.kind.schema() for part in self.parts()},
            "required": [part.name for part in self.parts() if part.required],
            "additionalProperties": False,
        }

    def cells(self) -> tuple[Cell, ...]:
        return tuple(
            Cell(part.name, cell.kind, part.label, cell.width, cell.height, cell.boxes, cell.codes)
            for part in self.parts()
            for cell in part.kind.cells()
        )

    def words(self) -> tuple[str, ...]:
        return tuple(word for part in self.parts() for word in (part.label, *part.kind.words()))


def _label(part: Part) -> object:
    from forms.messages import Message

    return Message(part.label)


@dataclass(frozen=True, slots=True)
class City(Text):
    """都道府県と市区町村; one of the 23 wards is written in full, 東京都江東区, whatever was typed."""

    code: ClassVar[str] = "city"
    title: ClassVar[str] = "市区町村"

    def parse(self, raw: Any) -> str:
        written = Text.parse(self, raw)
        ward = ward_of_city(written)
        return ward.city if ward else written


_PREFECTURE = re.compile(r"^(北海道|東京都|京都府|大阪府|[^\s都道府県]{2,3}県)")


@dataclass(frozen=True, slots=True)
class Address(Composite):
    """住所 in the parts of the Address Base Registry that people know.

    ``abroad``: may lie outside Japan, where there need be no 町名 and no 番地.
    """

    code: ClassVar[str] = "address"
    title: ClassVar[str] = "住所"
    abroad: bool = False

    def parts(self) -> tuple[Part, ...]:
        return (
            Part("postcode", N_("郵便番号"), Postcode(), required=False),
            Part("city", N_("都道府県・市区町村"), City(100, 60.0, "city")),
            Part("town", N_("町名"), Text(200, 60.0, "town")),
            Part("number", N_("番地・号"), Text(100, 45.0, "number")),
            Part("building", N_("建物名・部屋番号"), Text(200, 90.0, "building"), required=False),
        )

    def _required(self, part: Part, raw: Mapping[str, Any]) -> bool:
        city = str(raw.get("city") or "").strip()
        foreign = self.abroad and city and not _PREFECTURE.match(city) and ward_of_city(city) is None
        return part.required and not (foreign and part.name in ("town", "number"))

    def schema(self) -> dict[str, Json]:
        found = Composite.schema(self)
        return {**found, "required": ["city"]} if self.abroad else found

    def show(self, value: Json) -> str:
        post = f"〒{Postcode().show(value['postcode'])} " if "postcode" in value else ""
        street = "".join(value.get(name, "") for name in ("city", "town", "number"))
        return post + street + (f"\u3000{value['building']}" if "building" in value else "")

    def wards(self, value: Json) -> tuple[str, ...]:
        ward = ward_of_city(value.get("city", ""))
        return (ward.code,) if ward else ()


ACCOUNT_TYPES = (("ordinary", N_("普通")), ("current", N_("当座")), ("savings", N_("貯蓄")))


@dataclass(frozen=True, slots=True)
class Account(Composite):
    """A bank account of the person it belongs to; the holder is that person by construction."""

    code: ClassVar[str] = "account"
    title: ClassVar[str] = "口座"

    def parts(self) -> tuple[Part, ...]:
        return (
            Part("bank", N_("金融機関名"), Text(60, 60.0, "bank")),
            Part("branch", N_("支店名"), Text(60, 50.0, "bank")),
            Part("type", N_("口座の種類"), Choice(ACCOUNT_TYPES)),
            Part("number", N_("口座番号"), Digits(7, 7)),
        )
