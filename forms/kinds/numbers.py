"""Kinds that are digits: counts, fixed numbers, 法人番号, 登録番号."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from forms.kinds.base import Cell, Json, Kind, narrow
from forms.messages import N_, Invalid


@dataclass(frozen=True, slots=True)
class Digits(Kind):
    """Digits that are a name, not an amount: leading zeros count. ``least`` … ``most``: how many."""

    code: ClassVar[str] = "digits"
    title: ClassVar[str] = "番号"
    least: int = 1
    most: int = 20

    def parse(self, raw: Any) -> str:
        digits = re.sub(r"[\s-]", "", narrow(raw))
        if not re.fullmatch(r"[0-9]+", digits):
            raise Invalid(N_("数字だけで入力してください。"))
        if not self.least <= len(digits) <= self.most:
            if self.least == self.most:
                raise Invalid(N_("%(most)s桁の数字で入力してください。"), most=self.most)
            raise Invalid(N_("%(least)s桁から%(most)s桁の数字で入力してください。"), least=self.least, most=self.most)
        return digits

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "pattern": f"^[0-9]{{{self.least},{self.most}}}$"}

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", "digits", "", max(20.0, 7.0 * self.most), 9.0),)


@dataclass(frozen=True, slots=True)
class Count(Kind):
    """A whole number from ``least`` to ``most``."""

    code: ClassVar[str] = "count"
    title: ClassVar[str] = "数"
    least: int = 0
    most: int = 999

    def parse(self, raw: Any) -> int:
        text = narrow(str(raw) if isinstance(raw, int) else raw).replace(",", "")
        if not re.fullmatch(r"[0-9]{1,15}", text):
            raise Invalid(N_("数字だけで入力してください。"))
        if not self.least <= int(text) <= self.most:
            raise Invalid(N_("%(least)sから%(most)sまでの数字で入力してください。"), least=self.least, most=self.most)
        return int(text)

    def schema(self) -> dict[str, Json]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", "digits", "", max(20.0, 7.0 * len(str(self.most))), 9.0),)


@dataclass(frozen=True, slots=True)
class CorporateNumber(Kind):
    """法人番号, 13 digits; the first is the check digit (法人番号の指定等に関する省令 2条)."""

    code: ClassVar[str] = "corporate_number"
    title: ClassVar[str] = "法人番号"

    def parse(self, raw: Any) -> str:
        digits = re.sub(r"[\s-]", "", narrow(raw))
        if not re.fullmatch(r"[0-9]{13}", digits):
            raise Invalid(N_("法人番号は13桁の数字です。国税庁の法人番号公表サイトで確かめられます。"))
        if int(digits[0]) != corporate_check_digit(digits[1:]):
            raise Invalid(N_("法人番号の数字が合いません。書き間違いがないか確かめてください。"))
        return digits

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "pattern": "^[1-9][0-9]{12}$"}

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", "corporate_number", "", 91.0, 9.0),)


def corporate_check_digit(base: str) -> int:
    """The check digit of a twelve-digit base number; does not tell 0 from 9."""
    total = sum(int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(base)))
    return 9 - total % 9


@dataclass(frozen=True, slots=True)
class InvoiceNumber(Kind):
    """適格請求書発行事業者登録番号: T and 13 digits. A corporation's is T + 法人番号; others carry no check digit."""

    code: ClassVar[str] = "invoice_number"
    title: ClassVar[str] = "登録番号"

    def parse(self, raw: Any) -> str:
        text = re.sub(r"[\s-]", "", narrow(raw)).upper()
        if not re.fullmatch(r"T[0-9]{13}", text):
            raise Invalid(N_("登録番号は「T」と13桁の数字です。例：T1234567890123"))
        return text

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "pattern": "^T[0-9]{13}$"}

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", "invoice_number", "", 98.0, 9.0),)
