"""A known form as reading needs it: geometry, the kind of each field, and what the empty paper looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forms.kinds import Kind
from forms.paper import Page, Sheet
from ocr.arrays import Gray

DPI = 200
PX = DPI / 25.4
"""Pixels a millimetre in every straightened page and every blank."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Template:
    """One form. ``kinds``: record path of a field → its kind; ``blanks``: one grey page a page, 200 dpi."""

    sheet: Sheet
    kinds: Mapping[str, Kind]
    blanks: Sequence[Gray]

    def page(self, number: int) -> Page | None:
        return next((page for page in self.sheet.pages if page.page == number), None)

    def blank(self, number: int) -> Gray:
        return self.blanks[number - 1]


def size_px(page: Page) -> tuple[int, int]:
    """Width and height of the straightened page."""
    return round(page.width_mm * PX), round(page.height_mm * PX)
