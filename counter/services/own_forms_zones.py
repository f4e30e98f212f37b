"""Zones as they were drawn over a ward's own paper: what is wrong with them, and the sheet they make. Pure."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from counter.services.own_forms_fields import CIRCLE, COMB, LINE, RULES, TICK, WAYS, Place, Spot, eras, places, spots
from forms.model import Procedure
from forms.paper_geometry import Cell, Page, Sheet, Text, Zone, geometry_digest
from forms.snapshot import digest

MOST_ZONES = 400
MOST_PIECES = 40
LEAST_SIDE, LEAST_MARK = 4.0, 1.8
"""Millimetres: nobody writes into less, and no mark is made in less."""
OVERLAP = 0.15
ERROR, WARNING, NOTE = "error", "warning", "note"
PRINTED_ERA = "printed-era"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One rectangle on a page, in millimetres. `target`: a Spot's code or "" (not tied yet); `count`: boxes or lines."""

    page: int
    x: float
    y: float
    w: float
    h: float
    target: str = ""
    way: str = LINE
    count: int = 1

    def overlap(self, other: Drawn) -> float:
        """The share of the smaller one that both cover."""
        if self.page != other.page:
            return 0.0
        wide = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        high = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        return max(0.0, wide) * max(0.0, high) / (min(self.w * self.h, other.w * other.h) or 1.0)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything drawn on one form. `eras`: path of a date → the era that stands printed before it."""

    zones: tuple[Drawn, ...] = ()
    eras: Mapping[str, str] = ()  # type: ignore[assignment]

    def dump(self) -> dict[str, Any]:
        rows = [[z.page, z.x, z.y, z.w, z.h, z.target, z.way, z.count] for z in self.zones]
        return {"zones": rows, "eras": dict(self.eras or {})}

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Drawing:
        return cls(tuple(Drawn(*row) for row in stored.get("zones", ())), dict(stored.get("eras", {})))


@dataclass(frozen=True, slots=True)
class Blank:
    """The size of a blank page in millimetres, and the digest of its picture."""

    page: int
    width: float
    height: float
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `at`: index of the zone, -1 for the form. Errors keep a form from being used."""

    level: str
    text: str
    at: int = -1


def check(drawing: Drawing, procedure: Procedure, pages: Sequence[Blank]) -> list[Finding]:
    """Everything to be said about a drawing, the worst first."""
    known = spots(procedure)
    found = [
        *_shapes(drawing, known, {page.page: page for page in pages}),
        *_twice(drawing, known),
        *_overlaps(drawing),
        *_mixed(drawing, known),
        *_incomplete(drawing, procedure),
    ]
    if not any(zone.target in known for zone in drawing.zones):
        found.append(Finding(ERROR, "項目に結んだ枠が一つもありません。"))
    drawn = {zone.page for zone in drawing.zones}
    found += [Finding(NOTE, f"{page.page}ページには枠がありません。") for page in pages if page.page not in drawn]
    return sorted(found, key=lambda one: (ERROR, WARNING, NOTE).index(one.level))


def absent(drawing: Drawing, procedure: Procedure) -> list[Place]:
    """Fields that every application must have and that this paper does not ask: a clerk types them in review."""
    tied = {zone.target.split("/")[0] for zone in drawing.zones}
    return [place for place in places(procedure) if place.needed and place.path not in tied]


def sheet(drawing: Drawing, procedure: Procedure, pages: Sequence[Blank]) -> Sheet:
    """The geometry that reading uses; its digest covers geometry, ties and the blank's picture."""
    made = tuple(_page(page, drawing, procedure) for page in pages)
    definition = digest(procedure)
    whole = geometry_digest(procedure.code, definition, made) + "".join(page.mark for page in pages)
    return Sheet(procedure.code, definition, hashlib.sha256(whole.encode()).hexdigest()[:16], made)


def printed_eras(made: Sheet) -> dict[str, str]:
    """Path of a date → era, as the sheet says it stands printed."""
    texts = (text for page in made.pages for text in page.texts if text.style == PRINTED_ERA)
    return {dict(text.params)["field"]: dict(text.params)["era"] for text in texts}


def repeated(drawing: Drawing, key: str, count: int, pitch: float) -> Drawing:
    """The first row of a list drawn again below itself, `pitch` millimetres apart, until it has `count` rows."""
    first = [zone for zone in drawing.zones if zone.target.startswith(f"{key}.0.")]
    others = tuple(
        zone for zone in drawing.zones if not zone.target.startswith(f"{key}.") or zone.target.startswith(f"{key}.0.")
    )
    more = [
        replace(zone, y=round(zone.y + pitch * row, 1), target=f"{key}.{row}.{zone.target.split('.', 2)[2]}")
        for row in range(1, count)
        for zone in first
    ]
    dates = {path: era for path, era in (drawing.eras or {}).items() if path.startswith(f"{key}.0.")}
    again = {f"{key}.{row}.{path.split('.', 2)[2]}": era for row in range(1, count) for path, era in dates.items()}
    return Drawing((*others, *more)[:MOST_ZONES], {**dict(drawing.eras or {}), **again})


# -- checks ----------------------------------------------------------------------------------------------------------


def _shapes(drawing: Drawing, known: Mapping[str, Spot], pages: Mapping[int, Blank]) -> Iterator[Finding]:
    for at, zone in enumerate(drawing.zones):
        page, spot = pages.get(zone.page), known.get(zone.target)
        if page is None:
            yield Finding(ERROR, f"{zone.page}ページはありません。", at)
            continue
        if zone.x < 0 or zone.y < 0 or zone.x + zone.w > page.width + 0.05 or zone.y + zone.h > page.height + 0.05:
            yield Finding(ERROR, "用紙からはみ出しています。", at)
        least = LEAST_MARK if zone.way in (TICK, CIRCLE) else LEAST_SIDE
        if zone.w < least or zone.h < least:
            yield Finding(ERROR, f"小さすぎます。縦も横も{least:g}ミリ以上にしてください。", at)
        if spot is None:
            yield Finding(WARNING, "まだ項目に結んでいません。使い始めると、読み取りません。", at)
        elif zone.way not in spot.ways:
            yield Finding(ERROR, f"「{spot.label}」は「{WAYS.get(zone.way, '')}」では読めません。", at)


def _twice(drawing: Drawing, known: Mapping[str, Spot]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for at, zone in enumerate(drawing.zones):
        if zone.target in known:
            if zone.target in seen:
                label = known[zone.target].label
                yield Finding(ERROR, f"「{label}」は枠{seen[zone.target] + 1}にも結ばれています。", at)
            seen.setdefault(zone.target, at)


def _overlaps(drawing: Drawing) -> Iterator[Finding]:
    for at, zone in enumerate(drawing.zones):
        for other in range(at):
            if zone.overlap(drawing.zones[other]) > OVERLAP:
                yield Finding(ERROR, f"枠{other + 1}と重なっています。", at)
                break


def _mixed(drawing: Drawing, known: Mapping[str, Spot]) -> Iterator[Finding]:
    """A field once in one box or once in parts; its answers all to tick or all to circle, on one page."""
    by_field: dict[str, list[tuple[int, Drawn, Spot]]] = defaultdict(list)
    for at, zone in enumerate(drawing.zones):
        if zone.target in known:
            by_field[known[zone.target].path].append((at, zone, known[zone.target]))
    for tied in by_field.values():
        wholes = [at for at, _, spot in tied if not spot.part and not spot.answer]
        parts = [at for at, _, spot in tied if spot.part]
        if wholes and parts:
            yield Finding(ERROR, "同じ項目が、一つの枠と分かれた枠の両方にあります。", wholes[0])
        by_part: dict[str, list[tuple[int, Drawn]]] = defaultdict(list)
        for at, zone, spot in tied:
            if spot.answer:
                by_part[spot.part].append((at, zone))
        for marks in by_part.values():
            if len({zone.way for _, zone in marks}) > 1:
                yield Finding(ERROR, "同じ項目の選択肢は、書き方をそろえてください。", marks[-1][0])
            if len({zone.page for _, zone in marks}) > 1:
                yield Finding(ERROR, "同じ項目の選択肢は、同じページに置いてください。", marks[-1][0])


def _incomplete(drawing: Drawing, procedure: Procedure) -> Iterator[Finding]:
    """Fields of which something is drawn and something that belongs to it is not."""
    tied = {zone.target for zone in drawing.zones}
    said = dict(drawing.eras or {})
    for place in places(procedure):
        mine = [spot for spot in place.spots if spot.code in tied]
        if not mine or any(not spot.part and not spot.answer for spot in mine):
            continue
        at = next(n for n, zone in enumerate(drawing.zones) if zone.target == mine[0].code)
        parts = {spot.part for spot in mine if spot.part}
        lacking = [
            part.label
            for part in place.kind.parts()
            if part.required and parts and part.name not in parts and not (part.name == "era" and place.path in said)
        ]
        if lacking:
            yield Finding(WARNING, f"「{place.label}」の{'・'.join(lacking)}の枠がありません。", at)
        for part in {spot.part for spot in mine if spot.answer}:
            every = [spot for spot in place.spots if spot.answer and spot.part == part]
            missing = [spot.label.rpartition("＝")[2] for spot in every if spot.code not in tied]
            if missing:
                yield Finding(NOTE, f"「{place.label}」の選択肢のうち、{'・'.join(missing)}は用紙にありません。", at)


# -- geometry --------------------------------------------------------------------------------------------------------


def _page(blank: Blank, drawing: Drawing, procedure: Procedure) -> Page:
    mine = [zone for zone in drawing.zones if zone.page == blank.page]
    return Page(
        blank.page,
        blank.width,
        blank.height,
        tuple(_zones(mine, procedure)),
        texts=tuple(_eras(mine, drawing.eras or {}, procedure)),
    )


def _zones(drawn: Iterable[Drawn], procedure: Procedure) -> Iterator[Zone]:
    by_target = {zone.target: zone for zone in drawn}
    for place in places(procedure):
        marks: dict[str, list[tuple[Spot, Drawn]]] = defaultdict(list)
        for spot in place.spots:
            zone = by_target.get(spot.code)
            if zone is None:
                continue
            if spot.answer:
                marks[spot.part].append((spot, zone))
            else:
                key = f"{place.path}.{spot.part}" if spot.part else place.path
                yield Zone(key, spot.kind, cells(zone), (), place.path, spot.part, place.label)
        for part, tied in marks.items():
            key = f"{place.path}.{part}" if part else place.path
            rings = tied[0][1].way == CIRCLE
            kind = "era" if rings else "choice" if tied[0][0].kind == "era" else tied[0][0].kind
            boxes = tuple((zone.x, zone.y, zone.w, zone.h) for _, zone in tied)
            yield Zone(key, kind, boxes, tuple(spot.answer for spot, _ in tied), place.path, part, place.label)


def cells(zone: Drawn) -> tuple[Cell, ...]:
    """One cell, a comb's cells side by side, or ruled lines one below the other."""
    if zone.way == COMB and zone.count > 1:
        wide = zone.w / zone.count
        return tuple((round(zone.x + wide * n, 2), zone.y, round(wide, 2), zone.h) for n in range(zone.count))
    if zone.way == RULES and zone.count > 1:
        high = zone.h / zone.count
        return tuple((zone.x, round(zone.y + high * n, 2), zone.w, round(high, 2)) for n in range(zone.count))
    return ((zone.x, zone.y, zone.w, zone.h),)


def _eras(drawn: Sequence[Drawn], said: Mapping[str, str], procedure: Procedure) -> Iterator[Text]:
    for place in places(procedure):
        era = said.get(place.path)
        year = next((zone for zone in drawn if zone.target == f"{place.path}/year/"), None)
        word = dict(eras(place)).get(era or "")
        if year is not None and era and word:
            box = (max(0.0, round(year.x - 10.0, 1)), year.y, 10.0, year.h)
            yield Text(word, box, PRINTED_ERA, (("field", place.path), ("era", era)))
