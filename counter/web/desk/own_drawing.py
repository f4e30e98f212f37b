"""A drawing as the page holds it: zones in text inputs, what a script needs to know, and back."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from counter.services.own_forms_fields import LINE, MOST_ROWS, WAYS, Place, code_of, eras, places, spots
from counter.services.own_forms_zones import (
    MOST_PIECES,
    MOST_ZONES,
    Blank,
    Drawing,
    Drawn,
    Finding,
    absent,
    check,
    repeated,
)
from forms.model import Procedure

FARTHEST = 2000.0
NEW_ZONE = (20.0, 20.0, 60.0, 10.0)
SHOWN_ROWS = 3
TIED, PARTLY, OPEN = "tied", "partly", "open"
STATE_WORDS = {TIED: "済", PARTLY: "一部", OPEN: "なし"}


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """One zone on the page. `label`: what it is tied to, or what somebody typed that is nothing known."""

    number: int
    zone: Drawn
    label: str
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> bool:
        return any(one.level == "error" for one in self.findings)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A field in the list at the side. `era`: the one printed before its year."""

    place: Place
    state: str
    era: str
    asks_era: bool

    @property
    def word(self) -> str:
        return STATE_WORDS[self.state]


@dataclass(frozen=True, slots=True)
class Said:
    """What was sent: the drawing, and the words that name no field (index → words)."""

    drawing: Drawing
    unknown: Mapping[int, str]


def sent(form: Any, procedure: Procedure) -> Said:
    """As posted. A zone whose 削除 is ticked is left out; numbers that are none count as 0 and are found wrong."""
    columns = [form.getlist(name) for name in ("page", "x", "y", "w", "h", "target", "way", "count")]
    gone = {_whole(text, -1) for text in form.getlist("gone")}
    known = spots(procedure)
    zones: list[Drawn] = []
    unknown: dict[int, str] = {}
    for at, (page, x, y, w, h, target, way, count) in enumerate(zip(*columns, strict=False)):
        if at in gone or len(zones) >= MOST_ZONES:
            continue
        code = code_of(procedure, target)
        if target.strip() and not code:
            unknown[len(zones)] = target.strip()[:200]
        way = way if way in WAYS else known[code].ways[0] if code else LINE
        pieces = max(1, min(MOST_PIECES, _whole(count, 1)))
        zones.append(Drawn(_whole(page, 1), _mm(x), _mm(y), _mm(w), _mm(h), code, way, pieces))
    said = {place.path: form.get(f"era.{place.path}", "") for place in places(procedure) if place.dated}
    printed = {path: era for path, era in said.items() if era in dict(_eras_of(procedure, path))}
    return Said(Drawing(tuple(zones), printed), unknown)


def added(drawing: Drawing, page: int) -> Drawing:
    """One zone more, below the last of its page; its numbers are then mended."""
    last = max((zone.y + zone.h for zone in drawing.zones if zone.page == page), default=NEW_ZONE[1] - 4)
    x, _, w, h = NEW_ZONE
    return replace(drawing, zones=(*drawing.zones, Drawn(page, x, round(min(last + 4, 280.0), 1), w, h)))


def again(drawing: Drawing, form: Any) -> Drawing:
    """The rows of a list drawn again below the first."""
    count = max(1, min(MOST_ROWS, _whole(form.get("repeat-count", ""), 1)))
    return repeated(drawing, form.get("repeat-key", ""), count, _mm(form.get("repeat-pitch", "")))


def rows(
    drawing: Drawing, unknown: Mapping[int, str], procedure: Procedure, pages: Sequence[Blank]
) -> tuple[list[ZoneRow], list[Finding]]:
    """The zones with what is wrong with each, and what is wrong with the form."""
    known = spots(procedure)
    by_zone: dict[int, list[Finding]] = defaultdict(list)
    for one in check(drawing, procedure, pages):
        by_zone[one.at].append(one)
    for at, words in unknown.items():
        by_zone[at].insert(0, Finding("error", f"「{words}」という項目はありません。候補から選んでください。", at))
    made = [
        ZoneRow(
            at + 1, zone, known[zone.target].label if zone.target in known else unknown.get(at, ""), tuple(by_zone[at])
        )
        for at, zone in enumerate(drawing.zones)
    ]
    return made, by_zone[-1]


def groups(drawing: Drawing, procedure: Procedure) -> list[tuple[str, list[PlaceRow]]]:
    """The fields under the headings they stand under; of lists one row more than are drawn, three at least."""
    tied = {zone.target for zone in drawing.zones}
    used: dict[str, int] = defaultdict(int)
    for place in places(procedure):
        if place.row >= 0 and any(spot.code in tied for spot in place.spots):
            used[place.path.split(".")[0]] = max(used[place.path.split(".")[0]], place.row + 1)
    found: dict[str, list[PlaceRow]] = {}
    for place in places(procedure):
        if place.row < max(SHOWN_ROWS, used[place.path.split(".")[0]] + 1):
            found.setdefault(place.group or "申請の内容", []).append(_place_row(place, tied, drawing.eras or {}))
    return list(found.items())


def missing(drawing: Drawing, procedure: Procedure) -> list[str]:
    """What a clerk will type in review."""
    return [f"{place.group}：{place.label}" if place.group else place.label for place in absent(drawing, procedure)]


def facts(procedure: Procedure) -> list[dict[str, Any]]:
    """What the script must know of the fields."""
    return [
        {
            "path": place.path,
            "label": f"{place.group}：{place.label}" if place.group else place.label,
            "needed": place.needed,
            "parts": [part.name for part in place.kind.parts() if part.required],
            "spots": [
                {"code": spot.code, "label": spot.label, "ways": spot.ways, "count": spot.count, "part": spot.part, "answer": spot.answer}
                for spot in place.spots
            ],
        }
        for place in places(procedure)
    ]  # fmt: skip


def _place_row(place: Place, tied: set[str], said: Mapping[str, str]) -> PlaceRow:
    mine = [spot for spot in place.spots if spot.code in tied]
    year, era = f"{place.path}/year/" in tied, any(spot.part == "era" for spot in mine)
    return PlaceRow(place, _state(place, mine, bool(said.get(place.path))), said.get(place.path, ""), year and not era)


def _state(place: Place, mine: Sequence[Any], era: bool) -> str:
    if not mine:
        return OPEN
    if any(not spot.part for spot in mine):
        return TIED
    parts = {spot.part for spot in mine}
    needed = {part.name for part in place.kind.parts() if part.required and not (part.name == "era" and era)}
    return TIED if needed <= parts else PARTLY


def _eras_of(procedure: Procedure, path: str) -> Iterator[tuple[str, str]]:
    for place in places(procedure):
        if place.path == path:
            yield from eras(place)


def _mm(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return round(max(-FARTHEST, min(FARTHEST, value)), 1) if math.isfinite(value) else 0.0


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise
