"""What a printed sheet is made of, in millimetres from the page's top left: zones to read, things to print."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

A4 = (210.0, 297.0)

Cell = tuple[float, float, float, float]
"""x, y, width, height"""


@dataclass(frozen=True, slots=True)
class Zone:
    """A place to write in.

    A text zone has one cell (a line) or several (one character a cell, or one ruled line a cell for
    `long_text`); a mark zone has codes and one cell a code: the box to tick, for `era` the printed word.
    """

    key: str
    kind: str
    cells: tuple[Cell, ...]
    codes: tuple[str, ...] = ()
    field: str = ""
    part: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Printed words: `msgid` is translated at the edge. The box says where, the style how (see printing)."""

    msgid: str
    box: Cell
    style: str = "label"
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A printed straight line or frame that is not a zone's own."""

    box: Cell
    style: str = "rule"


@dataclass(frozen=True, slots=True)
class Page:
    page: int
    width_mm: float
    height_mm: float
    zones: tuple[Zone, ...]
    qr: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """x, y, size of the code without its quiet zone"""
    markers: tuple[tuple[int, float, float, float], ...] = ()
    """ArUco id, x, y, size"""
    texts: tuple[Text, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    procedure: str
    definition_digest: str
    sheet_digest: str
    pages: tuple[Page, ...]


def dump(sheet: Sheet) -> dict[str, Any]:
    """The sheet as plain JSON, to be stored by its digest: old paper comes back."""
    return json.loads(json.dumps(asdict(sheet)))  # type: ignore[no-any-return]


def load(stored: Mapping[str, Any]) -> Sheet:
    """The inverse of `dump`."""
    return Sheet(
        procedure=stored["procedure"],
        definition_digest=stored["definition_digest"],
        sheet_digest=stored["sheet_digest"],
        pages=tuple(_page(page) for page in stored["pages"]),
    )


def _page(stored: Mapping[str, Any]) -> Page:
    return Page(
        page=stored["page"],
        width_mm=stored["width_mm"],
        height_mm=stored["height_mm"],
        zones=tuple(_zone(zone) for zone in stored["zones"]),
        qr=_floats(stored["qr"], 3),
        markers=tuple((int(m[0]), *_floats(m[1:], 3)) for m in stored["markers"]),
        texts=tuple(
            Text(t["msgid"], _floats(t["box"], 4), t["style"], tuple((k, v) for k, v in t["params"]))
            for t in stored["texts"]
        ),
        rules=tuple(Rule(_floats(r["box"], 4), r["style"]) for r in stored["rules"]),
    )


def _zone(stored: Mapping[str, Any]) -> Zone:
    return Zone(
        key=stored["key"],
        kind=stored["kind"],
        cells=tuple(_floats(cell, 4) for cell in stored["cells"]),
        codes=tuple(stored["codes"]),
        field=stored["field"],
        part=stored["part"],
        label=stored["label"],
    )


def _floats(values: Sequence[Any], count: int) -> Any:
    if len(values) != count:
        raise ValueError(f"{count} numbers expected, not {len(values)}")
    return tuple(float(value) for value in values)


def geometry_digest(procedure: str, definition_digest: str, pages: Sequence[Page]) -> str:
    """16 hex characters over everything that stands on the paper."""
    plain = {
        "procedure": procedure,
        "definition": definition_digest,
        "pages": [asdict(page) for page in pages],
    }
    canonical = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
