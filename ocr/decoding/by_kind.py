"""Which decoder reads which kind of place on a sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ocr.decoding import addresses, dates, mails, names, numbers, texts
from ocr.decoding.hints import Hints
from ocr.decoding.ranking import Decoded
from ocr.posterior import Posterior

Decoder = Callable[[Posterior, Hints], Decoded]

DECODERS: Mapping[str, Decoder] = {
    "name": names.name,
    "kana": names.kana,
    "postcode": numbers.postcode,
    "phone": numbers.phone,
    "digits": numbers.digits,
    "corporate_number": numbers.corporate_number,
    "invoice_number": numbers.invoice_number,
    "number": numbers.street_number,
    "year": dates.number,
    "month": dates.number,
    "day": dates.number,
    "ward": addresses.ward,
    "city": addresses.city,
    "town": addresses.town,
    "building": addresses.building,
    "email": mails.email,
    "bank": texts.bank,
    "text": texts.text,
    "long_text": texts.text,
}

ORDER = ("postcode", "kana", "city", "town")
"""Kinds that others are informed by come first."""


def decoder(kind: str) -> Decoder:
    return DECODERS.get(kind, texts.text)
