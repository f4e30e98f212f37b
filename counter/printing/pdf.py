"""HTML to PDF, and one PDF under another."""

import io
import logging
from typing import Any

import pypdfium2


def to_pdf(markup: str) -> bytes:
    """A whole document of ours as PDF."""
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
    from weasyprint import HTML  # slow to import

    def no_fetch(url: str, *_: Any, **__: Any) -> Any:
        raise ValueError(f"a sheet fetches nothing: {url}")

    pdf = HTML(string=markup, url_fetcher=no_fetch).write_pdf()
    assert pdf is not None
    return pdf


def laid_under(plain: bytes, tops: bytes) -> bytes:
    """The pages of `tops`, each on its page of `plain`, which repeat in turn: many copies for the cost of one."""
    below, made = pypdfium2.PdfDocument(plain), pypdfium2.PdfDocument(tops)
    try:
        forms = [below.page_as_xobject(index, made) for index in range(len(below))]
        for index in range(len(made)):
            page = made[index]
            page.insert_obj(forms[index % len(forms)].as_pageobject())
            page.gen_content()
        packed = io.BytesIO()
        made.save(packed)
        return packed.getvalue()
    finally:
        made.close()
        below.close()
