"""Blank pages kept packed and unpacked when they are looked at: sixty forms would take 300 MB as pixels."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import overload

import numpy as np
from PIL import Image

from ocr.arrays import Gray

KEPT = 6
"""Pages that stay unpacked: the one in hand and its neighbours."""


@dataclass(frozen=True, slots=True)
class PackedBlanks(Sequence[Gray]):
    """The pages of one form as PNG; an index gives a grey page of uint8 that may not be written to."""

    pages: tuple[bytes, ...]

    @overload
    def __getitem__(self, place: int) -> Gray: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Gray]: ...
    def __getitem__(self, place: int | slice) -> Gray | Sequence[Gray]:
        return PackedBlanks(self.pages[place]) if isinstance(place, slice) else unpack(self.pages[place])

    def __len__(self) -> int:
        return len(self.pages)

    def __iter__(self) -> Iterator[Gray]:
        return (unpack(page) for page in self.pages)


def pack(page: Gray) -> bytes:
    """The page as a PNG of sixteen greys: the difference is not seen, and a scan takes a third."""
    few = np.minimum((page.astype(np.uint16) + 8) // 17 * 17, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(few).save(out, "PNG", compress_level=7)
    return out.getvalue()


@lru_cache(maxsize=KEPT)
def unpack(png: bytes) -> Gray:
    page = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    page.setflags(write=False)
    return page
