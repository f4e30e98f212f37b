"""Pictures of pages as we keep and show them: our own JPEG copies, with regions blanked, and cuts of them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

LONGEST = 2600
"""Pixels of the longer side: A4 at 200 dpi has 2,339."""
_BLANK = "#808080"

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels"""


def encode(pixels: Any, blanked: Iterable[Box] = ()) -> tuple[bytes, int, int]:
    """A grey or RGB array as a JPEG of ours, with its width and height. Boxes are in the array's own pixels."""
    picture = _picture(pixels)
    draw = ImageDraw.Draw(picture)
    for x, y, width, height in blanked:
        draw.rectangle((x, y, x + width, y + height), fill=_BLANK)
    if max(picture.size) > LONGEST:
        picture.thumbnail((LONGEST, LONGEST))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue(), *picture.size


def withheld(pixels: Any) -> Any:
    """A grey picture of the same size: for a page that nobody could look through for 個人番号."""
    return np.full_like(pixels, 128)


def cut(jpeg: bytes, box: Box, margin: int = 14) -> bytes:
    """One region of a page of ours, with some paper around it."""
    picture = Image.open(io.BytesIO(jpeg))
    x, y, width, height = box
    region = (
        max(0, x - margin),
        max(0, y - margin),
        min(picture.width, x + width + margin),
        min(picture.height, y + height + margin),
    )
    if region[0] >= region[2] or region[1] >= region[3]:
        region = (0, 0, 1, 1)
    out = io.BytesIO()
    picture.crop(region).save(out, "JPEG", quality=88)
    return out.getvalue()


def _picture(pixels: Any) -> Image.Image:
    array = np.ascontiguousarray(pixels, dtype=np.uint8)
    return Image.fromarray(array).convert("RGB" if array.ndim == 3 else "L")
