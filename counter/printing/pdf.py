"""HTML to PDF, and the same pages printed many times, each with a code of its own."""

import ctypes
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c

from forms.paper_geometry import Cell


def to_pdf(markup: str) -> bytes:
    """A whole document of ours as PDF."""
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
    from weasyprint import HTML  # slow to import

    def no_fetch(url: str, *_: Any, **__: Any) -> Any:
        raise ValueError(f"a sheet fetches nothing: {url}")

    pdf = HTML(string=markup, url_fetcher=no_fetch).write_pdf()
    assert pdf is not None
    return pdf


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one print of a page from another, in millimetres from its top left."""

    boxes: tuple[Cell, ...]
    """filled black"""
    words: str
    """ASCII, in the middle above the point (x, y) on their line"""
    x: float
    y: float
    points: float


def stamped(plain: bytes, stamps: Sequence[Stamp]) -> bytes:
    """A page a stamp, over the pages of `plain` in turn: many copies for the cost and size of one."""
    below, made = pypdfium2.PdfDocument(plain), pypdfium2.PdfDocument.new()
    try:
        forms = [below.page_as_xobject(index, made) for index in range(len(below))]
        for index, stamp in enumerate(stamps):
            width, height = below.get_page_size(index % len(forms))
            page = made.new_page(width, height)
            page.insert_obj(forms[index % len(forms)].as_pageobject())
            for drawn in (_boxes(stamp, height), _words(made, stamp, height)):
                pdfium_c.FPDFPage_InsertObject(page, drawn)
            page.gen_content()
            page.close()
        packed = io.BytesIO()
        made.save(packed)
        return packed.getvalue()
    finally:
        made.close()
        below.close()


POINTS_A_MM = 72 / 25.4


def _boxes(stamp: Stamp, height: float) -> Any:
    path = pdfium_c.FPDFPageObj_CreateNewPath(0, 0)
    for box in stamp.boxes:
        left, top, wide, high = (side * POINTS_A_MM for side in box)
        pdfium_c.FPDFPath_MoveTo(path, left, height - top)
        for x, y in ((left + wide, top), (left + wide, top + high), (left, top + high)):
            pdfium_c.FPDFPath_LineTo(path, x, height - y)
        pdfium_c.FPDFPath_Close(path)
    pdfium_c.FPDFPageObj_SetFillColor(path, 0, 0, 0, 255)
    pdfium_c.FPDFPath_SetDrawMode(path, pdfium_c.FPDF_FILLMODE_WINDING, 0)
    return path


def _words(made: pypdfium2.PdfDocument, stamp: Stamp, height: float) -> Any:
    """Helvetica is one of the fonts that every reader of PDF has."""
    drawn = pdfium_c.FPDFPageObj_NewTextObj(made, b"Helvetica", stamp.points)
    packed = ctypes.create_string_buffer(stamp.words.encode("utf-16-le") + b"\0\0")
    pdfium_c.FPDFText_SetText(drawn, ctypes.cast(packed, ctypes.POINTER(ctypes.c_ushort)))
    pdfium_c.FPDFPageObj_SetFillColor(drawn, 89, 89, 89, 255)
    left = stamp.x * POINTS_A_MM - len(stamp.words) * stamp.points * 0.31
    pdfium_c.FPDFPageObj_Transform(drawn, 1, 0, 0, 1, left, height - stamp.y * POINTS_A_MM)
    return drawn
