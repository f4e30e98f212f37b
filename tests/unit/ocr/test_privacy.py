"""個人番号 wherever it stands on a page: blanked in the picture, gone from the readings; other numbers stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

from ocr import privacy, sheet, text_rows
from ocr import reading as steps
from ocr.arrays import Gray
from ocr.posterior import Alphabet, Posterior, TextPosterior
from ocr.privacy import hide_numbers
from ocr.reading import Readers, Template, read_page, shipped_readers
from ocr.results import BLANKED

Printed = Callable[[str], list[np.ndarray]]
Templates = dict[str, Template]
NUMBER, OTHER = "123456789018", "123456789017"


def written(picture: np.ndarray, text: str, x: int, y: int, size: float = 1.6) -> np.ndarray:
    cv2.putText(picture, text, (x, y), cv2.FONT_HERSHEY_DUPLEX, size, (40, 30, 30), 3, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize(
    ("text", "turns", "hidden"),
    [
        ("1234 5678 9018", 0, True),
        (NUMBER, 1, True),
        ("1234-5678-9018", 2, True),
        (OTHER, 0, False),
        ("1" + NUMBER, 0, False),
        ("03-1234-5678", 0, False),
    ],
)
def test_any_picture(text: str, turns: int, hidden: bool) -> None:
    picture = np.full((900, 1200, 3), 240, np.uint8)
    picture = np.ascontiguousarray(np.rot90(written(picture, text, 150, 300), turns))
    shown, boxes = hide_numbers(picture)
    assert bool(boxes) == hidden
    assert (shown[shown < 100].size == 0) == hidden


def test_what_lies_on_its_side_is_found_without_turning_the_picture() -> None:
    page = written(np.full((500, 900, 3), 255, np.uint8), "4567 8901 2345", 100, 200)
    page = written(np.ascontiguousarray(np.rot90(page, 3)), NUMBER, 20, 620, 1.2)
    dark = (page[:, :, 0] < 128).astype(np.uint8)
    turned, _ = text_rows.turned(dark * 255, 90.0)
    there = text_rows.rows(text_rows.pieces((turned > 128).astype(np.uint8)))
    (here,) = text_rows.rows(text_rows.on_its_side(text_rows.pieces(dark)))
    (same,) = [row for row in there if row.width > row.height]
    assert max(abs(here.x - same.x), abs(here.y - same.y), abs(here.width - same.width)) <= 2


def test_places_and_margins_of_a_sheet(one: Templates, printed: Printed) -> None:
    page = printed("safety")[0]
    (template,) = one.values()
    zone = next(z for z in template.sheet.pages[0].zones if z.kind == "name")
    x, y, _, h = (round(side * 200 / 25.4) for side in zone.cells[0])
    written(page, NUMBER, x + 12, y + h - 30, 1.1)
    written(page, "1234 5678 9018", 330, 2230)
    read = read_page(page, one, readers=Readers(shipped_readers().first))  # the second one has no part in it
    assert read.found and len(read.hidden) >= 2 and "number-hidden" in {p.code for p in read.problems}
    reading = read.values[zone.key]
    assert (reading.value, reading.text, reading.alternatives, reading.lines) == (None, "", (), ())
    assert reading.reasons == (BLANKED,) and not reading.accepted
    for left, top, width, height in read.hidden:
        assert (read.straightened[top : top + height, left : left + width] == privacy.GREY).all()
    assert any(top > 2100 for _, top, _, _ in read.hidden)


def test_a_page_of_no_form_is_looked_through_too(one: Templates) -> None:
    card = written(np.full((700, 1100, 3), 235, np.uint8), "1234 5678 9018", 200, 400)
    read = read_page(card, one)
    assert not read.found and read.hidden
    assert read.straightened[380:400, 220:600].min() == privacy.GREY


def test_what_cannot_be_looked_through_is_not_shown(one: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    card = written(np.full((700, 1100, 3), 235, np.uint8), "1234 5678 9018", 200, 400)
    assert (read_page(card, one, readers=Readers(None)).straightened == privacy.GREY).all()

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(sheet, "locate", broken)
    read = read_page(card, one)
    assert [p.code for p in read.problems] == ["reader-failed", "number-hidden"] and not read.found
    monkeypatch.setattr(steps.privacy, "hide", broken)
    assert (read_page(card, one).straightened == privacy.GREY).all()


class Says:
    """Reads the same out of everything."""

    name = "says"

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, lines: Sequence[Gray], kinds: Sequence[str] = ()) -> list[Posterior]:
        alphabet = Alphabet(("", *"0123456789 xあ"))
        return [TextPosterior(alphabet, self._text, 0.99) for _ in lines]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (NUMBER, True),
        (f"あ{NUMBER}あ", True),
        ("1234 5678 9018", True),
        ("1234x5678x9018", True),
        (OTHER, False),
        (NUMBER + "1", False),
        ("7" + NUMBER, False),
        ("12x3456789018", False),
    ],
)
def test_what_is_a_number(said: str, told: bool) -> None:
    from ocr.digit_runs import signs, tells_a_number

    (line,) = Says(said).read([np.zeros((9, 9), np.uint8)])
    assert tells_a_number(signs(line)) == told
