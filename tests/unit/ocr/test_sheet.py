"""Finding a sheet whatever way round, with marks missing, and laying it flat."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from ocr import quality
from ocr.reading import Readers, Template, read_page
from ocr.sheet import Found, NotFound, likeness, locate, parse_code, straight_map

Printed = Callable[[str], list[np.ndarray]]
Templates = dict[str, Template]
CODES = ("safety", "child-allowance")


def grey(picture: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def photographed(picture: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Turned, seen askew, in uneven light, on a dark table; and the homography from paper to picture."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    corners = np.asarray([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-5, 5)), 0.9)
    moved = cv2.transform(corners[None], turn)[0] + rng.uniform(-0.03, 0.03, (4, 2)) * (width, height)
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    seen = cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=(80, 75, 70)).astype(
        np.float32
    )
    seen *= np.linspace(rng.uniform(0.6, 1), 1, width)[None, :, None]
    seen = cv2.GaussianBlur(seen, (0, 0), 0.8) + rng.normal(0, 5, seen.shape)
    return np.clip(seen, 0, 255).astype(np.uint8), matrix


def without(picture: np.ndarray, *, corners: int = 0, code: bool = False) -> np.ndarray:
    whole = picture.copy()
    height, width = whole.shape[:2]
    for place in [(0, 0), (0, width - 150), (height - 150, 0), (height - 150, width - 150)][:corners]:
        whole[place[0] : place[0] + 150, place[1] : place[1] + 150] = 255
    if code:
        whole[50:270, 850:1060] = 255
    return whole


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("procedure", CODES)
def test_a_photo_lies_flat_to_a_pixel(templates: Templates, printed: Printed, procedure: str, seed: int) -> None:
    for number, page in enumerate(printed(procedure), 1):
        picture, matrix = photographed(page, seed)
        found = locate(grey(picture), templates)
        assert isinstance(found, Found) and found.by == "markers"
        assert (found.template.sheet.procedure, found.page.page) == (procedure, number)
        mapped = straight_map(grey(picture), found)
        x, y = np.meshgrid(np.arange(100, 1600, 150), np.arange(100, 2300, 150))
        paper = np.stack([x, y], axis=-1).reshape(-1, 1, 2).astype(np.float32)
        truth = cv2.perspectiveTransform(paper, matrix).reshape(-1, 2)
        error = np.linalg.norm(truth - np.stack([mapped.x[y, x].ravel(), mapped.y[y, x].ravel()], axis=1), axis=1)
        assert error.max() < 1.5


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_any_way_round(templates: Templates, printed: Printed, turns: int) -> None:
    picture, _ = photographed(printed("safety")[0], turns)
    found = locate(np.ascontiguousarray(np.rot90(grey(picture), turns)), templates)
    assert isinstance(found, Found)
    assert (
        likeness(np.ascontiguousarray(np.rot90(grey(picture), turns)), found.homography, found.template, found.page)
        > 0.8
    )


@pytest.mark.parametrize(
    ("corners", "code", "by"),
    [(1, False, "markers"), (2, False, "markers"), (4, False, "features"), (0, True, "markers"), (4, True, "features")],
)
def test_marks_may_be_missing(templates: Templates, printed: Printed, corners: int, code: bool, by: str) -> None:
    page = printed("child-allowance")[1]
    picture, _ = photographed(without(page, corners=corners, code=code), 5)
    found = locate(grey(picture), templates)
    assert isinstance(found, Found) and found.by == by
    assert (found.template.sheet.procedure, found.page.page) == ("child-allowance", 2)
    assert (found.code is None) == code


def test_bent_paper_is_laid_flat(templates: Templates, printed: Printed) -> None:
    page = printed("safety")[0]
    height, width = page.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    bend = 7 * np.sin(np.pi * y / height)
    picture = cv2.remap(page, x + bend, y, cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    found = locate(grey(picture), templates)
    assert isinstance(found, Found)
    mapped = straight_map(grey(picture), found)
    ys = np.arange(300, 2100, 100)
    there = mapped.x[ys, 800] + 7 * np.sin(np.pi * mapped.y[ys, 800] / height)
    assert np.abs(there - 800).max() < 1.5


def test_an_unknown_digest_is_named(templates: Templates, printed: Printed) -> None:
    others = {digest: t for digest, t in templates.items() if t.sheet.procedure != "safety"}
    reading = read_page(printed("safety")[0], others, readers=Readers(None))
    assert not reading.found and reading.procedure == "safety" and reading.serial
    assert [problem.code for problem in reading.problems] == ["unknown-sheet"]


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (np.full((600, 400, 3), 250, np.uint8), "blank-page"),
        (np.random.default_rng(1).integers(0, 255, (600, 400), np.uint8), "no-sheet"),
        (np.tile(np.asarray([[0, 255], [255, 0]], np.uint8).repeat(40, 0).repeat(40, 1), (8, 8)), "no-sheet"),
        (np.zeros((9, 9, 3), np.uint8), "blank-page"),
    ],
)
def test_other_pictures_go_to_manual_entry(templates: Templates, picture: np.ndarray, code: str) -> None:
    reading = read_page(picture, templates, readers=Readers(None))
    assert not reading.found and not reading.values
    assert [problem.code for problem in reading.problems] == [code] and reading.problems[0].text


def test_another_paper_with_our_corners_is_not_ours(templates: Templates, printed: Printed) -> None:
    page = printed("safety")[0]
    page[280:-160] = 255
    page[50:270, 850:1060] = 255
    cv2.putText(page, "other paper", (300, 1200), cv2.FONT_HERSHEY_SIMPLEX, 4, (0, 0, 0), 8)
    assert isinstance(locate(grey(page), templates), NotFound)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SEC1:A:B:1",
        "SEC2:A:B:1:C",
        "SEC1:A:B:x:C",
        "https://example.jp/",
        "SEC1:" + "A" * 300 + ":B:1:C",
        "SEC1:A:B:１:C:D",
    ],
)
def test_other_codes_are_no_codes(text: str) -> None:
    assert parse_code(text) is None


def test_blur_is_noticed(templates: Templates, printed: Printed) -> None:
    page = printed("safety")[0]
    template = next(t for t in templates.values() if t.sheet.procedure == "safety")
    sharp = quality.sharpness(grey(page), template.blank(1))
    soft = quality.sharpness(cv2.GaussianBlur(grey(page), (0, 0), 3.5), template.blank(1))
    assert soft < quality.SHARP < sharp


def test_a_page_cut_through_its_places_is_noticed(templates: Templates, printed: Printed) -> None:
    whole = read_page(printed("safety")[0], templates, readers=Readers(None))
    cut = read_page(printed("safety")[0][:, :1300], templates, readers=Readers(None))
    assert "cut-off" not in {p.code for p in whole.problems}
    assert cut.found and "cut-off" in {p.code for p in cut.problems}


def test_dark_skewed_and_doubled_pages_are_named(templates: Templates, printed: Printed) -> None:
    page = printed("safety")[0]
    height, width = page.shape[:2]
    other = printed("child-allowance")[0]
    page[2080:2300, 1100:1350] = other[50:270, 830:1080]  # the code of a sheet that lies under this one
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 12, 0.8)
    dark = (cv2.warpAffine(page, turn, (width, height), borderValue=(255, 255, 255)) * 0.3).astype(np.uint8)
    read = read_page(dark, templates, readers=Readers(None))
    assert read.found and read.procedure == "safety"
    assert {"two-sheets", "skewed", "dark"} <= {p.code for p in read.problems}


def test_a_code_stuck_on_another_form_is_not_believed(templates: Templates, printed: Printed) -> None:
    page, other = printed("child-allowance")[0], printed("safety")[0]
    page[50:270, 850:1060] = other[50:270, 850:1060]
    read = read_page(page, templates, readers=Readers(None))
    assert (read.procedure, read.page, read.serial) == ("child-allowance", 1, None)
    assert "foreign-qr" in {p.code for p in read.problems}
