"""A filled form from picture to values, readers that fail, and what every reading promises."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ocr import reading as steps
from ocr.arrays import Gray
from ocr.engines.tesseract import TesseractReader
from ocr.loading import load_pages
from ocr.posterior import Posterior
from ocr.reading import PageReading, Readers, Template, read_page, shipped_readers
from tests.scans.make import FilledForm, fill_form

Templates = dict[str, Template]


@pytest.fixture(scope="session")
def form() -> FilledForm:
    return fill_form("child-allowance", "yomogi", 3, taken="photo", children=1)


@pytest.fixture(scope="session")
def pages(form: FilledForm, templates: Templates) -> list[PageReading]:
    return [read_page(load_pages(image.data)[0], templates) for image in form.images]


def test_nearly_all_places_are_read_right(form: FilledForm, pages: list[PageReading]) -> None:
    truth = form.truth()["values"]
    right = wrong = 0
    for page in pages:
        assert page.found and page.procedure == "child-allowance" and page.serial == form.serial
        for key, written in truth.items():
            if key not in page.values:
                continue
            reading = page.values[key]
            seen = reading.value if isinstance(written, list) else reading.text
            if isinstance(written, list):
                same = (seen if isinstance(seen, list) else [seen] if seen else []) == written
            else:
                same = seen.replace("-", "").lstrip("0") == written.replace("-", "").lstrip("0")
            right, wrong = right + same, wrong + (not same)
            assert same or not reading.accepted, (key, written, seen, reading.reasons)
    assert right >= 0.9 * (right + wrong)


def test_fields_of_several_places_are_put_together(form: FilledForm, pages: list[PageReading]) -> None:
    values = {key: reading for page in pages for key, reading in page.values.items()}
    assert values["claimant.name"].value == form.record["claimant"]["name"]
    assert set(values["move.in_date"].value) == {"iso", "precision", "as_written"}
    assert set(values["move.new_address"].value) >= {"city", "town", "number"}


def test_what_every_reading_promises(pages: list[PageReading]) -> None:
    for page in pages:
        height, width = page.straightened.shape[:2]
        assert page.seconds > 0
        for key, reading in page.values.items():
            x, y, w, h = reading.crop
            assert key == reading.key and reading.reasons
            assert 0 <= reading.confidence <= 1
            assert 0 <= x < width and 0 <= y < height and w > 0 and h > 0 and x + w <= width and y + h <= height


def test_a_blank_sheet_has_nothing_to_look_at(templates: Templates, printed: object) -> None:
    reading = read_page(printed("safety")[0], templates)  # type: ignore[operator]
    assert [problem.code for problem in reading.problems] == ["nothing-written"]
    assert all(value.accepted and value.value in (None, []) and not value.text for value in reading.values.values())


def test_every_step_can_be_seen(form: FilledForm, templates: Templates, tmp_path: Path) -> None:
    read_page(load_pages(form.images[0].data)[0], templates, debug=tmp_path / "steps")
    shown = sorted(path.name for path in (tmp_path / "steps").iterdir())
    assert shown[0] == "01-find.png" and shown[-2].endswith("-hide.png") and shown[-1] == "index.html"
    assert len(shown) == len(steps.STEPS) + 2


class Silent:
    """Reads nothing out of anything."""

    name = "silent"

    def read(self, lines: Sequence[Gray], kinds: Sequence[str] = ()) -> list[Posterior]:
        return TesseractReader("/nowhere").read(lines, kinds)


@pytest.mark.parametrize("first", [None, Silent(), TesseractReader("/bin/false")])
def test_without_a_reader_everything_written_is_looked_at(
    form: FilledForm, templates: Templates, first: object
) -> None:
    reading = read_page(load_pages(form.images[0].data)[0], templates, readers=Readers(first))  # type: ignore[arg-type]
    truth = form.truth()["values"]
    assert reading.found
    for zone in templates[reading.sheet_digest or ""].sheet.pages[0].zones:
        if truth[zone.key] and not zone.codes:
            assert not reading.values[zone.key].accepted, zone.key


def test_pages_do_not_share_anything(form: FilledForm, templates: Templates) -> None:
    """The same page read twice, another between: the same answer."""
    first, other = (load_pages(image.data)[0] for image in form.images[:2])
    once = read_page(first, templates)
    read_page(other, templates)
    again = read_page(first, templates)
    assert dict(once.values) == dict(again.values)


def test_grey_pictures_are_read_too(form: FilledForm, templates: Templates) -> None:
    from PIL import Image

    grey = np.asarray(Image.open(io.BytesIO(form.images[1].data)).convert("L"))
    assert read_page(grey, templates).found


def test_the_shipped_readers_are_loaded_once() -> None:
    assert shipped_readers().first is shipped_readers().first
