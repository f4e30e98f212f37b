"""The machine's marks on a sheet: four corner markers and a code that names the page."""

from collections.abc import Iterable, Iterator

import segno

from forms.paper import Page, Sheet
from forms.paper_geometry import Cell

ARUCO = {
    0: ("111111", "101001", "110101", "111001", "111011", "111111"),
    1: ("111111", "111111", "100001", "101101", "101011", "111111"),
    2: ("111111", "111001", "111001", "111011", "100101", "111111"),
    3: ("111111", "101101", "101101", "110111", "110011", "111111"),
}
"""DICT_4X4_50 with its black border, 1 = black. Drawn from these bits so that printing needs no imaging library."""


def payload(sheet: Sheet, page: Page, serial: str) -> str:
    return f"SEC1:{sheet.procedure.upper()}:{sheet.sheet_digest.upper()}:{page.page}:{serial}"


def marker_path(marker: tuple[int, float, float, float]) -> str:
    """SVG path of the black fields, in millimetres."""
    number, x, y, size = marker
    return path(_squares(ARUCO[number], x, y, size))


def qr_boxes(text: str, place: tuple[float, float, float]) -> Iterator[Cell]:
    """The black fields of a version 4-M code (upper case; room for 90 characters) without its quiet zone, in mm."""
    code = segno.make_qr(text, version=4, error="m", boost_error=False, mode="alphanumeric")
    rows = tuple("".join("1" if field & 1 else "0" for field in row) for row in code.matrix)
    return _squares(rows, *place)


def _squares(rows: tuple[str, ...], x: float, y: float, size: float) -> Iterator[Cell]:
    """Neighbours in a row are one rectangle: no hairline between them on any printer."""
    field = size / len(rows)
    for line, row in enumerate(rows):
        column = 0
        while column < len(row):
            width = len(row[column:]) - len(row[column:].lstrip("1"))
            if width:
                yield (x + column * field, y + line * field, width * field, field)
            column += width or 1


def path(boxes: Iterable[Cell]) -> str:
    """The boxes as one SVG path."""
    return "".join(f"M{x:.3f} {y:.3f}h{width:.3f}v{height:.3f}h{-width:.3f}z" for x, y, width, height in boxes)
