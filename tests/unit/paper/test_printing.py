"""What comes out of the printer is what the layout promises: measured on the picture."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from flask import Flask

from counter.ids import new_id
from counter.printing import blank_images, rasterise, render_sheet
from counter.printing.marks import ARUCO, payload
from counter.printing.words import fitted, set_text
from forms.paper import Sheet, Text, sheet
from forms.procedures import CATALOGUE

DPI = 200
MM = DPI / 25.4
CODE = "child-allowance"


@pytest.fixture(scope="module")
def made() -> Sheet:
    return sheet(CATALOGUE[CODE])


@pytest.fixture(scope="module")
def serial() -> str:
    return new_id()


@pytest.fixture(scope="module")
def pictures(made: Sheet, serial: str) -> list[np.ndarray]:
    return rasterise(render_sheet(made, CATALOGUE[CODE], serials=[serial]), DPI)


def test_one_picture_a_page_in_a4(made: Sheet, pictures: list[np.ndarray]) -> None:
    assert len(pictures) == len(made.pages)
    assert all(abs(p.shape[1] - 210 * MM) <= 2 and abs(p.shape[0] - 297 * MM) <= 2 for p in pictures)


def test_every_procedure_prints_its_pages() -> None:
    for code, procedure in CATALOGUE.items():
        pdf = pypdfium2.PdfDocument(render_sheet(sheet(procedure), procedure, serials=[new_id()]))
        assert len(pdf) == len(sheet(procedure).pages), code
        pdf.close()


def test_every_copy_has_its_serial(made: Sheet) -> None:
    serials = [new_id(), new_id()]
    pages = rasterise(render_sheet(made, CATALOGUE[CODE], serials=serials), DPI)
    read = [zxingcpp.read_barcodes(page)[0].text.split(":") for page in pages]
    assert [(code[3], code[4]) for code in read] == [
        (str(page.page), serial) for serial in serials for page in made.pages
    ]


def test_the_code_names_the_page_and_stands_where_promised(
    made: Sheet, pictures: list[np.ndarray], serial: str
) -> None:
    for page, picture in zip(made.pages, pictures, strict=True):
        (code,) = zxingcpp.read_barcodes(picture)
        assert code.text == payload(made, page, serial)
        assert code.text == f"SEC1:CHILD-ALLOWANCE:{made.sheet_digest.upper()}:{page.page}:{serial}"
        x, y, size = (side * MM for side in page.qr)
        corner = code.position.top_left
        assert abs(corner.x - x) < 0.7 * MM and abs(corner.y - y) < 0.7 * MM
        assert abs(code.position.bottom_right.x - x - size) < 0.7 * MM


def test_the_markers_are_found_where_promised(made: Sheet, pictures: list[np.ndarray]) -> None:
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    for page, picture in zip(made.pages, pictures, strict=True):
        corners, found, _ = detector.detectMarkers(picture)
        places = {int(number): corner[0] / MM for number, corner in zip(found.ravel(), corners, strict=True)}
        assert set(places) == {0, 1, 2, 3}
        for number, x, y, size in page.markers:
            promised = np.array([(x, y), (x + size, y), (x + size, y + size), (x, y + size)])
            assert np.abs(places[number] - promised).max() < 0.25


def test_the_marker_bits_are_those_of_the_dictionary() -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for number, rows in ARUCO.items():
        drawn = cv2.aruco.generateImageMarker(dictionary, number, 6)
        assert rows == tuple("".join("1" if field < 128 else "0" for field in row) for row in drawn)


def test_every_frame_is_printed_within_half_a_millimetre(made: Sheet, pictures: list[np.ndarray]) -> None:
    """The geometry handed out is the geometry on paper: each frame's lines are dark where it says."""
    checked = 0
    for page, picture in zip(made.pages, pictures, strict=True):
        dark = (picture < 246).astype(np.uint8)
        for zone in page.zones:
            if zone.kind == "era":
                continue
            for x, y, width, height in zone.cells:
                for line in ((x, y, width, 0), (x, y + height, width, 0), (x, y, 0, height), (x + width, y, 0, height)):
                    if zone.kind == "long_text" and line[2] == 0:
                        continue
                    left, top = round((line[0] - 0.25) * MM), round((line[1] - 0.25) * MM)
                    right, bottom = round((line[0] + line[2] + 0.25) * MM), round((line[1] + line[3] + 0.25) * MM)
                    band = dark[top : bottom + 1, left : right + 1]
                    covered = band.max(0 if line[2] else 1).mean()
                    assert covered > 0.9, f"{zone.key} on page {page.page}"
                    checked += 1
    assert checked > 300


def test_no_ink_stands_inside_a_place_to_write(made: Sheet, tmp_path: Path) -> None:
    """A hint printed inside a box ruins its reading."""
    for page, picture in zip(made.pages, blank_images(made, DPI, tmp_path), strict=True):
        for zone in page.zones:
            if zone.kind == "era":
                continue
            for x, y, width, height in zone.cells:
                inside = picture[
                    round((y + 0.6) * MM) : round((y + height - 0.6) * MM),
                    round((x + 0.6) * MM) : round((x + width - 0.6) * MM),
                ]
                assert inside.min() > 246, zone.key


def test_blanks_are_kept_and_carry_no_code(made: Sheet, tmp_path: Path) -> None:
    first = blank_images(made, 100, tmp_path)
    files = sorted(tmp_path.rglob("*.png"))
    assert len(files) == len(made.pages) and made.sheet_digest in str(files[0])
    assert not zxingcpp.read_barcodes(blank_images(made, DPI, tmp_path)[0])
    files[0].unlink()
    assert np.array_equal(blank_images(made, 100, tmp_path)[0], first[0]), "a lost one is made again"
    assert not list(tmp_path.rglob("*.part"))


def test_answers_are_printed_in_their_places(made: Sheet, tmp_path: Path) -> None:
    procedure = CATALOGUE[CODE]
    record = {
        "move": {"new_address": {"postcode": "1350016", "city": "東京都江東区", "town": "東陽", "number": "4-11-28"}},
        "applicant": {"name": {"family": "<b>髙﨑", "given": "花子"}},
    }
    filled = rasterise(render_sheet(made, procedure, serials=[new_id()], record=record, ward="江東区"), DPI)[0]
    blank = blank_images(made, DPI, tmp_path)[0]
    changed = (blank.astype(int) - filled) > 60
    for zone in made.pages[0].zones:
        ink = sum(
            changed[round(y * MM) : round((y + h) * MM), round(x * MM) : round((x + w) * MM)].sum()
            for x, y, w, h in zone.cells
        )
        expected = zone.field in ("move.new_address", "applicant.name") and zone.part != "building"
        assert (ink > 30) == expected, zone.key


def test_a_second_language_stands_under_the_official_words() -> None:
    text = Text("氏名", (10.0, 20.0, 20.0, 4.6))
    official, second = set_text(text, {"氏名": "Full name"}.get)  # type: ignore[arg-type]
    assert (official.text, second.text) == ("氏名", "Full name")
    assert second.y > official.y and second.y + second.height <= 20 + 4.6 + 0.3
    assert second.points < official.points
    (alone,) = set_text(text, str)
    assert alone.text == "氏名"


@pytest.mark.parametrize("words", ["氏", "Employees' pension insurance of the whole family", "長い見出し" * 8])
def test_words_are_made_smaller_until_they_fit(words: str) -> None:
    assert 3.2 <= fitted(words, 9, 20) <= 9


def test_the_command_prints_and_says_where(app: Flask, tmp_path: Path) -> None:
    run: Callable[..., Any] = app.test_cli_runner().invoke
    pdf, geometry = tmp_path / "s.pdf", tmp_path / "s.json"
    result = run(args=["sheet", CODE, "--pdf", str(pdf), "--geometry", str(geometry)])
    assert result.exit_code == 0, result.output
    told = json.loads(geometry.read_text())
    assert set(told) == {"procedure", "definition_digest", "sheet_digest", "pages"}
    assert len(told["definition_digest"]) == len(told["sheet_digest"]) == 16
    assert len(pypdfium2.PdfDocument(pdf.read_bytes())) == len(told["pages"])
    assert set(told["pages"][0]) == {"page", "width_mm", "height_mm", "zones"}
    for zone in told["pages"][0]["zones"]:
        assert set(zone) == {"key", "kind", "cells", "codes"}
        assert all(len(cell) == 4 for cell in zone["cells"])
    assert run(args=["sheet", "nonsense", "--pdf", str(pdf)]).exit_code == 2
    assert run(args=["sheet", CODE]).exit_code == 2
