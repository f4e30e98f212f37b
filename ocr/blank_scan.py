"""A blank scan of somebody else's form, made ready: laid flat, what zones may snap to, and whether it is blank at all."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

from forms.my_number import holds_my_number
from ocr import layout as layouts
from ocr.arrays import Colour, Gray
from ocr.decoding.ctc import greedy
from ocr.decoding.texts import everything
from ocr.engines import LineReader
from ocr.flatten_blank import flatten_blank, text_lines
from ocr.layout import Layout
from ocr.one_box import split_name
from ocr.prepared import COLOURED, EMPTY, MY_NUMBER, WRITTEN, Prepared
from ocr.privacy import hide_numbers
from ocr.template import PX

INK_MM2, INK_SHARE = 6.0, 0.25
"""Coloured ink counts from this area on, and only while it is little beside the print: forms are printed in colour too."""
MOST_LINES = 140
DIGITS = re.compile(r"\d{5,}|\d{2,4}-\d{2,4}|\d{1,3}-\d{1,3}-\d{1,3}")


def prepare_page(image: Colour, reader: LineReader | None) -> Prepared:
    """``image``: height × width × 3 as scanned. Without a reader, handwriting in black is not noticed."""
    page = flatten_blank(image, reader)
    found = layouts.detect(page)
    remarks = [COLOURED] if coloured(image) else []
    if reader is not None:
        remarks += looks_filled(page, found, reader)
        if MY_NUMBER not in remarks and hide_numbers(image, reader)[1]:
            remarks.append(MY_NUMBER)
    if not found.lines and not len(text_lines(page)):
        remarks.append(EMPTY)
    png = pack(page)
    height, width = page.shape
    return Prepared(png, width, height, hashlib.sha256(png).hexdigest(), _plain(found), tuple(remarks))


def _plain(found: Layout) -> dict[str, tuple[tuple[float, ...], ...]]:
    runs = [
        (run[0][0], run[0][1], run[-1][0] + run[-1][2] - run[0][0], run[0][3], float(len(run))) for run in found.combs
    ]
    groups: dict[str, Sequence[Sequence[float]]] = {
        "boxes": found.boxes, "checks": found.checks, "combs": runs, "underlines": found.underlines, "lines": found.lines,
    }  # fmt: skip
    return {
        name: tuple(tuple(round(float(side), 1) for side in box) for box in boxes) for name, boxes in groups.items()
    }


def pack(page: Gray) -> bytes:
    """The page as a PNG of sixteen greys: the difference is not seen, and a scan takes a third."""
    few = np.minimum((page.astype(np.uint16) + 8) // 17 * 17, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(few).save(out, "PNG", compress_level=7)
    return out.getvalue()


def coloured(image: Colour) -> bool:
    """Whether there is a little strongly coloured ink on a page printed in something else."""
    if image.ndim == 2:
        return False
    scale = min(1.0, 1600 / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    light, dark = small.max(axis=2).astype(np.int16), small.min(axis=2).astype(np.int16)
    ink = dark < 150
    strong = (light - dark > 70) & ink
    a_square_mm = (max(image.shape[:2]) * scale / 297.0) ** 2
    area = float(strong.sum()) / a_square_mm
    return area > INK_MM2 and float(strong.sum()) < INK_SHARE * float(ink.sum())


def looks_filled(page: Gray, found: Layout, reader: LineReader) -> list[str]:
    """What stands in the places to write in, and in lines of print, that no blank form would carry."""
    clean = page.copy()
    for x, y, w, h in found.lines:
        left, top = max(0, int(x * PX) - 2), max(0, int(y * PX) - 2)
        clean[top : int((y + h) * PX) + 3, left : int((x + w) * PX) + 3] = 255
    rooms = [box for box in found.boxes if box[2] >= 14 and 4.5 <= box[3] <= 30]
    runs = [(run[0][0], run[0][1], run[-1][0] + run[-1][2] - run[0][0], run[0][3]) for run in found.combs]
    inside = [cut for box in [*rooms, *runs] if (cut := _inked(clean, box)) is not None]
    lines = text_lines(page)
    within = [line for line in lines if any(_holds(box, line) for box in [*rooms, *runs])]
    others = [line for line in lines if line not in within]  # a form may well print its office's own number
    inside += [np.ascontiguousarray(page[y : y + h, x : x + w]) for x, y, w, h in within]
    printed = [np.ascontiguousarray(page[y : y + h, x : x + w]) for x, y, w, h in others]
    texts = _read(reader, [*inside, *printed][:MOST_LINES])
    remarks = []
    if any(holds_my_number(text) for text in texts):
        remarks.append(MY_NUMBER)
    if any(DIGITS.search(unicodedata.normalize("NFKC", text)) or _a_name(text) for text in texts[: len(inside)]):
        remarks.append(WRITTEN)
    return remarks


def _holds(box: tuple[float, float, float, float], line: tuple[int, int, int, int]) -> bool:
    """Whether the middle of a line of text (pixels) stands in a box (millimetres)."""
    x, y = (line[0] + line[2] / 2) / PX, (line[1] + line[3] / 2) / PX
    return box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]


def _inked(page: Gray, box: tuple[float, float, float, float]) -> Gray | None:
    x, y, w, h = (round(side * PX) for side in box)
    inner = page[max(0, y + 5) : y + h - 5, max(0, x + 6) : x + w - 6]
    dark = inner < 140
    if not inner.size or dark.sum() < 60:
        return None
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if rows[-1] - rows[0] < 10 or columns[-1] - columns[0] < 20:
        return None
    tight = inner[max(0, rows[0] - 4) : rows[-1] + 5, max(0, columns[0] - 8) : columns[-1] + 9]
    return np.ascontiguousarray(tight)


def _read(reader: LineReader, lines: Sequence[Gray]) -> list[str]:
    return [greedy(everything(seen)) for seen in reader.read(lines)] if lines else []


def _a_name(text: str) -> bool:
    """A family name and a given name that people have, and nothing else."""
    whole = "".join(text.split())
    if not 3 <= len(whole) <= 7 or not all("\u4e00" <= c <= "\u9fff" for c in whole):
        return False
    family, given = split_name(whole)
    from ocr.decoding import lexicons

    book = lexicons.names()
    return len(given) >= 1 and len(family) >= 2 and family in book.families and given in book.givens
