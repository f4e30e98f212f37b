"""The web face of every kind: which field it gets, how wide, with which keyboard and which words of help."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from wtforms.fields.core import UnboundField

from forms.eras import WESTERN
from forms.kinds import (
    Account,
    Address,
    Choice,
    Choices,
    City,
    CorporateNumber,
    Count,
    Date,
    Declaration,
    Digits,
    Email,
    File,
    InvoiceNumber,
    Kana,
    Kind,
    LongText,
    Name,
    Person,
    Phone,
    Postcode,
    Text,
    Ward,
    Wards,
)
from forms.messages import N_
from forms.web.fields import Agreed, Answer, Dated, Enclosed, Paragraph, Parted, Picked, PickedPerson, Ticked

ONE_NAME = N_("お名前が一つだけの方は、「氏」の欄だけに書いてください。")
NO_KANA = N_("ひらがなで書いても、カタカナに直します。")
ANY_PHONE = N_("ハイフン（-）は、あってもなくてもかまいません。")
BY_POSTCODE = N_("郵便番号が分からないときは、空けておいてかまいません。")


@singledispatch
def web_field(kind: Kind, **common: Any) -> UnboundField:
    """The unbound WTForms field of a kind; every kind registers one (a matrix test says so)."""
    raise TypeError(f"{type(kind).__name__} has no web face")


@web_field.register
def _(kind: Text, **common: Any) -> UnboundField:
    return Answer(css=_width(kind.longest), **common)


@web_field.register
def _(kind: City, **common: Any) -> UnboundField:
    return Answer(css="sc-input--w20", **common)


@web_field.register
def _(kind: LongText, **common: Any) -> UnboundField:
    return Paragraph(**common)


@web_field.register
def _(kind: Digits, **common: Any) -> UnboundField:
    return Answer(css=_width(kind.most), inputmode="numeric", **common)


@web_field.register
def _(kind: Count, **common: Any) -> UnboundField:
    return Answer(css="sc-input--w4", inputmode="numeric", **common)


@web_field.register(CorporateNumber)
def _(kind: CorporateNumber, **common: Any) -> UnboundField:
    return Answer(css="sc-input--mono sc-input--w12", inputmode="numeric", **common)


@web_field.register
def _(kind: InvoiceNumber, **common: Any) -> UnboundField:
    return Answer(css="sc-input--mono sc-input--w12", spellcheck=False, **common)


@web_field.register
def _(kind: Postcode, **common: Any) -> UnboundField:
    return Answer(css="sc-input--w8", inputmode="numeric", **common)


@web_field.register
def _(kind: Phone, **common: Any) -> UnboundField:
    return Answer(css="sc-input--w12", type="tel", help_text=ANY_PHONE, **common)


@web_field.register
def _(kind: Email, **common: Any) -> UnboundField:
    # Not type=email: its bubble would refuse before we can say how to mend it.
    return Answer(css="sc-input--w20", inputmode="email", spellcheck=False, **common)


@web_field.register
def _(kind: Choice, **common: Any) -> UnboundField:
    return Picked(options=kind.options, **common)


@web_field.register
def _(kind: Ward, **common: Any) -> UnboundField:
    return Picked(options=kind.options, **common)


@web_field.register
def _(kind: Choices, **common: Any) -> UnboundField:
    return Ticked(options=kind.options, **common)


@web_field.register
def _(kind: Wards, **common: Any) -> UnboundField:
    return Ticked(options=kind.options, **common)


@web_field.register
def _(kind: Declaration, **common: Any) -> UnboundField:
    return Agreed(options=(("yes", kind.words()[0]),), **common)


@web_field.register
def _(kind: File, **common: Any) -> UnboundField:
    return Enclosed(**common)


@web_field.register
def _(kind: Person, **common: Any) -> UnboundField:
    return PickedPerson(**common)


@web_field.register
def _(kind: Date, **common: Any) -> UnboundField:
    era = next(part.kind for part in kind.parts() if part.name == "era")
    options = tuple(era.options) if isinstance(era, Choice) else ()
    options = tuple(pair for pair in options if pair[0] == WESTERN) + tuple(
        pair for pair in options if pair[0] != WESTERN and not (kind.future and pair[0] != "reiwa")
    )
    token = "bday-%s" if kind.past else ""
    looks: dict[str, dict[str, Any]] = {
        "era": {"options": options, "empty": False},
        "year": {"css": "sc-input--w4", "inputmode": "numeric", "autocomplete": token and token % "year"},
        "month": {"css": "sc-input--w2", "inputmode": "numeric", "autocomplete": token and token % "month"},
        "day": {"css": "sc-input--w2", "inputmode": "numeric", "autocomplete": token and token % "day"},
    }
    return Dated(looks=looks, **common)


@web_field.register
def _(kind: Name, **common: Any) -> UnboundField:
    looks = {"family": {"autocomplete": "family-name"}, "given": {"autocomplete": "given-name"}}
    return Parted(looks=looks, help_text=ONE_NAME, quiet=True, **common)


@web_field.register
def _(kind: Kana, **common: Any) -> UnboundField:
    return Parted(looks={"family": {}, "given": {}}, help_text=NO_KANA, quiet=True, **common)


@web_field.register
def _(kind: Address, **common: Any) -> UnboundField:
    looks: dict[str, dict[str, Any]] = {
        "postcode": {
            "css": "sc-input--w8", "inputmode": "numeric", "autocomplete": "postal-code", "role": "postcode",
            "width": "full",
        },
        "city": {"css": "sc-input--w20", "role": "city", "width": "full"},
        "town": {"role": "town"},
        "number": {"role": "number"},
        "building": {"width": "full", "role": "building"},
    }  # fmt: skip
    return Parted(looks=looks, help_text=BY_POSTCODE, **common)


@web_field.register
def _(kind: Account, **common: Any) -> UnboundField:
    types = next(part.kind for part in kind.parts() if part.name == "type")
    looks: dict[str, dict[str, Any]] = {
        "bank": {}, "branch": {},
        "type": {"options": types.options if isinstance(types, Choice) else (), "width": "full"},
        "number": {"css": "sc-input--w8 sc-input--mono", "inputmode": "numeric", "width": "full"},
    }  # fmt: skip
    return Parted(looks=looks, **common)


def _width(longest: int) -> str:
    return "sc-input--w8" if longest <= 10 else "sc-input--w12" if longest <= 20 else ""
