"""What an empty sheet looks like to a scanner: reading subtracts it from what came back."""

import hashlib
import io
import os
import tempfile
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image

from counter.printing.pdf import to_pdf
from counter.printing.sheet import document, page_markup
from forms.paper import Sheet


def blank_images(sheet: Sheet, dpi: int = 200, folder: Path | None = None) -> list[np.ndarray]:
    """One grey image (uint8) a page, without code and serial."""
    return [np.asarray(Image.open(io.BytesIO(page)).convert("L")) for page in packed_blanks(sheet, dpi, folder)]


def packed_blanks(sheet: Sheet, dpi: int = 200, folder: Path | None = None) -> tuple[bytes, ...]:
    """The same as PNG files. Kept by digest and look, so old paper has its blank too."""
    pages = [page_markup(sheet, page, {}) for page in sheet.pages]
    markup = document(pages, sheet.procedure)
    look = hashlib.sha256(markup.encode()).hexdigest()[:12]
    kept = (folder or _instance()) / "blanks" / f"{sheet.sheet_digest}-{look}-{dpi}"
    files = [kept / f"{page.page}.png" for page in sheet.pages]
    if not all(file.exists() for file in files):
        _keep(rasterise(to_pdf(markup), dpi), kept)
    return tuple(file.read_bytes() for file in files)


def rasterise(pdf: bytes, dpi: int) -> list[np.ndarray]:
    """The pages of a PDF of ours as grey images."""
    document_ = pypdfium2.PdfDocument(pdf)
    try:
        return [np.asarray(page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")) for page in document_]
    finally:
        document_.close()


def _keep(images: list[np.ndarray], folder: Path) -> None:
    """Whole files only, whoever else is writing them."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(images, 1):
        packed = io.BytesIO()
        Image.fromarray(image).save(packed, "PNG")
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(packed.getvalue())
        Path(name).replace(folder / f"{number}.png")


def _instance() -> Path:
    from flask import current_app, has_app_context

    if has_app_context():
        return Path(current_app.config["INSTANCE"])
    from counter.config import load

    return Path(load()["INSTANCE"])
