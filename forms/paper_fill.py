"""What is written in which place: a record set on a sheet, and the kind that reads each place back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.eras import WESTERN
from forms.kinds import Date, Kind, date_of
from forms.model import About, Ask, Procedure, Section
from forms.paper_geometry import Sheet, Zone

Written = str | tuple[str, ...]
"""words for a text zone, codes for a mark zone"""


def kinds(sheet: Sheet, procedure: Procedure) -> dict[str, Kind]:
    """Record path of every field on the sheet → its kind."""
    known: dict[str, Kind] = {}
    for item in procedure.asks:
        if isinstance(item, Ask):
            known[item.field.key] = item.field.kind
        else:
            known |= {f"{item.record_key}.{ask.field.name}": ask.field.kind for ask in item.asks}
    return {zone.field: known[_plain(zone.field)] for page in sheet.pages for zone in page.zones}


def _plain(path: str) -> str:
    """`children.0.name` → `children.name`"""
    return ".".join(part for part in path.split(".") if not part.isdigit())


def written(
    sheet: Sheet, procedure: Procedure, record: Mapping[str, Any], *, by_hand: bool = False
) -> dict[str, Written]:
    """Zone key → what stands there for the record. Declarations stay empty unless a hand writes."""
    of = kinds(sheet, procedure)
    found: dict[str, Written] = {}
    for page in sheet.pages:
        for zone in page.zones:
            kind = of[zone.field]
            value = _look_up(record, zone.field)
            if value is None or not (kind.prefill or by_hand):
                continue
            words = _words(kind, zone, value)
            if words:
                found[zone.key] = words
    return found


def _look_up(record: Mapping[str, Any], path: str) -> Any:
    at: Any = record
    for key in path.split("."):
        if isinstance(at, Mapping):
            at = at.get(key)
        elif isinstance(at, list):
            at = at[int(key)] if int(key) < len(at) else None
        else:
            return None
    return at


def _raw(kind: Kind, value: Any) -> Any:
    """What the places of the answer take; a date of an era that its paper does not print is written as 西暦."""
    raw = kind.raw(value)
    if isinstance(kind, Date):
        printed = {code for cell in kind.cells() if cell.part == "era" for code, _ in cell.codes}
        if raw["era"] not in printed:
            return raw | {"era": WESTERN, "year": str(date_of(value).year)}
    return raw


def _words(kind: Kind, zone: Zone, value: Any) -> Written:
    raw = _raw(kind, value)
    if zone.part:
        raw = raw.get(zone.part, "") if isinstance(raw, Mapping) else ""
    if zone.codes:
        codes = tuple(raw) if isinstance(raw, list) else (str(raw),)
        return tuple(code for code in codes if code in zone.codes)
    return kind.show(value) if not zone.part and zone.kind == "ward" else str(raw)


def left_out(sheet: Sheet, procedure: Procedure, record: Mapping[str, Any]) -> list[str]:
    """Lists of the record that have more members than the sheet has rows."""
    printed: dict[str, int] = {}
    for page in sheet.pages:
        for zone in page.zones:
            key, *rest = zone.field.split(".")
            if rest and rest[0].isdigit():
                printed[key] = max(printed.get(key, 0), int(rest[0]) + 1)
    return [
        about.record_key
        for about in procedure.asks
        if isinstance(about, About)
        and isinstance(about.who, Section)
        and len(record.get(about.record_key) or ()) > printed.get(about.record_key, 0)
    ]
