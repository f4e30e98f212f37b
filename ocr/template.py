"""A known form as reading needs it: geometry, the kind of each field, and what the empty paper looks like."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from PIL import Image

from forms.kinds import Kind
from forms.paper import Page, Sheet
from ocr.arrays import Gray

DPI = 200
PX = DPI / 25.4
"""Pixels a millimetre in every straightened page and every blank."""


MOST_OPEN = 6
"""Blank pages of all forms together that lie in memory unpacked (4 MB each): sixty forms would not fit."""

_open: OrderedDict[tuple[int, int], tuple[bytes, Gray]] = OrderedDict()
_turn = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Blanks(Sequence[Gray]):
    """Blank pages as PNG (some 60 kB each), unpacked when asked for."""

    packed: tuple[bytes, ...]

    @classmethod
    def of(cls, pages: Sequence[Gray]) -> Blanks:
        if isinstance(pages, Blanks):
            return pages
        return cls(tuple(_png(page) for page in pages))

    @overload
    def __getitem__(self, number: int) -> Gray: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Gray]: ...
    def __getitem__(self, number: Any) -> Any:
        if isinstance(number, slice):
            return [self[each] for each in range(len(self))[number]]
        content = self.packed[number]
        key = id(content), len(content)
        with _turn:
            if key not in _open:
                page = np.asarray(Image.open(io.BytesIO(content)).convert("L"))
                page.setflags(write=False)
                _open[key] = content, page  # the bytes stay alive with their picture, so that the id stays theirs
            _open.move_to_end(key)
            while len(_open) > MOST_OPEN:
                _open.popitem(last=False)
            return _open[key][1]

    def __len__(self) -> int:
        return len(self.packed)


def _png(page: Gray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(page).save(out, "PNG")
    return out.getvalue()


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
