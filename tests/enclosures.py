"""Documents for tests: photographs as phones make them, PDFs as printers and attackers make them."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
from PIL import Image

JST_PLACE = {1: "N", 2: (35.0, 40.0, 22.0), 3: "E", 4: (139.0, 49.0, 2.0)}


def photo(
    width: int = 640, height: int = 480, colour: Any = (200, 60, 30), *, turned: bool = False, place: bool = False
) -> bytes:
    """A JPEG. ``turned``: held upright, as EXIF says; ``place``: with the position where it was taken."""
    picture = Image.new("RGB", (width, height), colour)
    exif = Image.Exif()
    if turned:
        exif[0x0112] = 6
    if place:
        exif.get_ifd(0x8825).update(JST_PLACE)
        exif[0x010E] = "GPS-HERE"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=80)
    return out.getvalue()


def png(width: int = 200, height: int = 100) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (width, height), (0, 0, 0, 0)).save(out, "PNG")
    return out.getvalue()


def pdf(pages: int = 1) -> bytes:
    made = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        made.new_page(595, 842)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def scripted_pdf() -> bytes:
    """One that runs a script when it is opened."""
    return _objects(
        b"<</Type/Catalog/Pages 2 0 R/Names<</JavaScript<</Names[(a) 4 0 R]>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        b"<</S/JavaScript/JS(app.alert\\(1\\))>>",
    )


def file_in_pdf() -> bytes:
    """One that carries another file."""
    return _objects(
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a.exe) 4 0 R]>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        b"<</Type/Filespec/F(a.exe)/EF<</F 5 0 R>>>>",
        b"<</Length 2>>stream\nMZ\nendstream",
    )


def _objects(*objects: bytes) -> bytes:
    """A PDF with a table of places, so that strict readers take it too."""
    out, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
