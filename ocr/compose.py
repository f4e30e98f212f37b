"""Readings of places put together into readings of fields, by the fields' own kinds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from forms.kinds import Kind
from forms.messages import Invalid
from forms.paper import Zone
from ocr.accept import BLANK_REASON, Doubt
from ocr.results import Reading


def compose(
    readings: Mapping[str, Reading], zones: Mapping[str, Zone], kinds: Mapping[str, Kind]
) -> dict[str, Reading]:
    """Every zone's reading with its parsed value, and under the record path the whole of each composite field."""
    made: dict[str, Reading] = {}
    by_field: dict[str, list[Zone]] = defaultdict(list)
    for key, reading in readings.items():
        zone = zones[key]
        kind = kinds.get(zone.field)
        if zone.part:
            by_field[zone.field].append(zone)
            made[key] = _part(reading, zone, kind)
        else:
            made[key] = _parsed(reading, kind, reading.value if zone.codes else reading.text)
    for path, parts in by_field.items():
        kind = kinds.get(path)
        if kind is not None:
            made[path] = _whole(path, parts, made, kind)
    return made


def _part(reading: Reading, zone: Zone, kind: Kind | None) -> Reading:
    part = next((p for p in kind.parts() if p.name == zone.part), None) if kind else None
    return _parsed(reading, part.kind if part else None, reading.value if zone.codes else reading.text)


def _parsed(reading: Reading, kind: Kind | None, raw: Any) -> Reading:
    if kind is None or raw in (None, "", []):
        return replace(reading, value=None)
    try:
        return replace(reading, value=kind.parse(raw))
    except Invalid as invalid:
        return replace(reading, value=None, accepted=False, reasons=(*_doubts(reading), invalid.message.text()))


def _doubts(reading: Reading) -> tuple[str, ...]:
    """The reasons so far, if they speak against the reading."""
    return () if reading.accepted else reading.reasons


def _whole(path: str, parts: list[Zone], made: Mapping[str, Reading], kind: Kind) -> Reading:
    pieces = [made[zone.key] for zone in parts]
    raw = {zone.part: _raw(zone, made[zone.key]) for zone in parts}
    text = "\u3000".join(piece.text for piece in pieces if piece.text)
    crop = _around([piece.crop for piece in pieces])
    written = [piece for piece in pieces if piece.text]
    sure = min((piece.confidence for piece in pieces), default=0.0)
    whole = Reading(path, None, text, sure, False, (), (), crop, ())
    doubtful = [piece for piece in pieces if not piece.accepted]
    if not written:
        reasons = tuple(dict.fromkeys(r for piece in doubtful for r in piece.reasons)) or (BLANK_REASON,)
        return replace(whole, accepted=not doubtful, reasons=reasons)
    try:
        value = kind.parse(raw)
    except Invalid as invalid:
        return replace(whole, reasons=(*((str(Doubt.PART),) if doubtful else ()), invalid.message.text()))
    if doubtful:
        return replace(whole, value=value, reasons=(str(Doubt.PART),))
    reasons = tuple(dict.fromkeys(reason for piece in written for reason in piece.reasons))
    return replace(whole, value=value, accepted=True, reasons=reasons)


def _raw(zone: Zone, reading: Reading) -> str:
    if zone.codes:
        return reading.value if isinstance(reading.value, str) else ""
    return reading.text


def _around(crops: list[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    left, top = min(c[0] for c in crops), min(c[1] for c in crops)
    return left, top, max(c[0] + c[2] for c in crops) - left, max(c[1] + c[3] for c in crops) - top
