"""What is found on a blank to write into, and foreign blanks laid flat."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from ocr.layout import detect, flatten_blank
from ocr.reading import Template

Templates = dict[str, Template]
Printed = Callable[[str], list[np.ndarray]]


def test_every_place_of_our_own_sheets_is_found(templates: Templates) -> None:
    for template in (t for t in templates.values() if t.sheet.procedure in ("safety", "move-in")):
        for page in template.sheet.pages[:1]:
            layout = detect(template.blank(page.page))
            for zone in page.zones:
                for cell in zone.cells if zone.kind != "era" else ():
                    assert any(np.allclose(cell, place, atol=0.8) for place in layout.places), zone.key
            combs = [zone for zone in page.zones if zone.kind == "postcode" and len(zone.cells) > 1]
            assert len([comb for comb in layout.combs if len(comb) == 7]) == len(combs)


def test_lines_to_write_on_are_found_and_text_is_none() -> None:
    page = np.full((2339, 1654), 255, np.uint8)
    cv2.line(page, (300, 700), (1300, 700), 60, 2)
    for x in range(300, 1300, 12):  # dotted
        cv2.line(page, (x, 900), (x + 5, 900), 60, 2)
    cv2.putText(page, "no place to write in", (300, 400), cv2.FONT_HERSHEY_SIMPLEX, 2, (0,), 4)
    layout = detect(page)
    assert [round((y + h) * 200 / 25.4, -1) for _, y, _, h in layout.underlines] == [700, 900]
    assert not layout.boxes


@pytest.mark.parametrize("turns", [3])
def test_a_foreign_blank_becomes_a_page_that_stands_upright(one: Templates, turns: int) -> None:
    blank = next(iter(one.values())).blank(1)
    height, width = blank.shape
    askew = cv2.getRotationMatrix2D((width / 2, height / 2), 2.5, 1.0)
    scanned = np.rot90(cv2.warpAffine(blank, askew, (width, height), borderValue=(255,)), turns)
    scanned = cv2.resize(np.ascontiguousarray(scanned), None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    flat = flatten_blank(np.dstack([scanned * 0.9, scanned * 0.88, scanned * 0.8]).astype(np.uint8))
    assert flat.shape == (2339, 1654) and np.percentile(flat, 50) == 255
    first, second = (cv2.GaussianBlur(page[:2300, :1650], (0, 0), 5).ravel() for page in (flat, blank))
    assert np.corrcoef(first, second)[0, 1] > 0.9


def test_what_is_no_page_at_all_does_not_fail() -> None:
    for picture in (np.zeros((5, 5), np.uint8), np.full((40, 30, 3), 255, np.uint8), np.zeros((3000, 20), np.uint8)):
        page = flatten_blank(picture)
        assert page.shape in ((2339, 1654), (1654, 2339)) and detect(page) is not None
