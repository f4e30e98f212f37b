"""What tests of reading share: the sheets of today, their printed pictures, a filled form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest

from counter.printing import blank_images, render_sheet
from forms.paper import Sheet, sheet
from forms.paper_fill import kinds
from forms.procedures import CATALOGUE
from ocr.reading import Template

SERIAL = "0123456789ABCDEFG"
USED = ("safety", "child-allowance", "move-in")


class Drawn(Sequence[np.ndarray]):
    """Blank pages that are drawn when a test asks for one."""

    def __init__(self, made: Sheet, folder: Path) -> None:
        self._made, self._folder, self._pages = made, folder, list[np.ndarray]()

    def __getitem__(self, number: Any) -> Any:
        if not self._pages:
            self._pages = list(blank_images(self._made, folder=self._folder))
        return self._pages[number]

    def __len__(self) -> int:
        return len(self._made.pages)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    """Sheet digest → template of the procedures that these tests use."""
    folder = tmp_path_factory.mktemp("blanks")
    known = {}
    for code in USED:
        made = sheet(CATALOGUE[code])
        known[made.sheet_digest] = Template(made, kinds(made, CATALOGUE[code]), Drawn(made, folder))
    return known


@pytest.fixture(scope="session")
def one(templates: dict[str, Template]) -> dict[str, Template]:
    """One short sheet alone, for what no other has a part in."""
    return {digest: template for digest, template in templates.items() if template.sheet.procedure == "safety"}


@pytest.fixture(scope="session")
def printed() -> Callable[[str], list[np.ndarray]]:
    """Procedure → its pages as printed at 200 dpi, colour."""
    kept: dict[str, list[np.ndarray]] = {}

    def pages(code: str) -> list[np.ndarray]:
        if code not in kept:
            pdf = render_sheet(sheet(CATALOGUE[code]), CATALOGUE[code], serials=[SERIAL])
            document = pypdfium2.PdfDocument(pdf)
            kept[code] = [np.asarray(page.render(scale=200 / 72).to_pil().convert("RGB")) for page in document]
            document.close()
        return [page.copy() for page in kept[code]]

    return pages


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], str]:
    """A stand-in for Tesseract made of these shell lines."""

    def make(lines: str) -> str:
        path = tmp_path / "reader"
        path.write_text(f"#!/bin/sh\n{lines}\n")
        path.chmod(0o755)
        return str(path)

    return make
