"""Whether a page is worth reading: blurred, cut off, faint, blank."""

from __future__ import annotations

import cv2
import numpy as np

from forms.paper import Page
from ocr import problems
from ocr.arrays import Floats, Gray
from ocr.problems import Issue
from ocr.sheet import Found
from ocr.template import PX

SHARP = 0.13
BLANK_INK = 0.0004
FAINT_PEN = 75
MOST_ASKEW = 8.0
DARK_PAPER = 85


def is_blank(picture: Gray) -> bool:
    """Nothing on the page at all, such as the back of a sheet."""
    small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    ground = cv2.medianBlur(small, 31)
    inner = slice(small.shape[0] // 20, -small.shape[0] // 20), slice(small.shape[1] // 20, -small.shape[1] // 20)
    dark = cv2.subtract(ground, small)[inner] > 40
    return float(dark.mean()) < BLANK_INK


def sharpness(straightened: Gray, blank: Gray) -> float:
    """Steepness of printed edges against those of the blank: 1 is as sharp as printed, under 0.13 strokes run together."""
    height, width = min(straightened.shape[0], blank.shape[0]), min(straightened.shape[1], blank.shape[1])
    part = slice(height // 12, height // 3), slice(0, width)  # headings and labels, enough to tell
    printed, seen = blank[part], straightened[part]
    there = cv2.Laplacian(printed, cv2.CV_16S)
    edges = cv2.dilate((there > 120).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if edges.sum() < 500:
        return 1.0
    here = cv2.Laplacian(seen, cv2.CV_16S)[edges]
    there = there[edges]
    contrast = float(np.percentile(seen, 90)) - float(np.percentile(seen, 1)) or 1.0
    return float(np.abs(here).mean() / max(np.abs(there).mean(), 1e-6)) * 255.0 / max(contrast, 40.0)


def cut_off(homography: Floats, page: Page, picture: tuple[int, ...]) -> bool:
    """Whether a place to write in lies outside the picture."""
    cells = [cell for zone in page.zones for cell in zone.cells]
    corners = [(x + right * w, y + down * h) for x, y, w, h in cells for right in (0, 1) for down in (0, 1)]
    if not corners:
        return False
    flat = (np.asarray(corners, np.float32) * PX).reshape(-1, 1, 2)
    there = cv2.perspectiveTransform(flat, np.linalg.inv(homography)).reshape(-1, 2)
    return bool((there < 0).any() or (there[:, 0] > picture[1]).any() or (there[:, 1] > picture[0]).any())


def askew(homography: Floats) -> float:
    """Degrees by which the page lies off the nearest quarter turn: upside down is none."""
    angle = float(np.degrees(np.arctan2(homography[1, 0], homography[0, 0])))
    return abs((angle + 45.0) % 90.0 - 45.0)


def issues(straightened: Gray, blank: Gray, found: Found, picture: tuple[int, ...], pens: list[int]) -> list[Issue]:
    """Everything to be said about the page's picture."""
    said: list[Issue] = []
    if found.codes > 1:
        said.append(problems.TWO_SHEETS)
    if askew(found.homography) > MOST_ASKEW:
        said.append(problems.SKEWED)
    if float(np.percentile(straightened[::8, ::8], 75)) < DARK_PAPER:
        said.append(problems.DARK)
    if cut_off(found.homography, found.page, picture):
        said.append(problems.CUT_OFF)
    if sharpness(straightened, blank) < SHARP:
        said.append(problems.BLURRED)
    if pens and float(np.median(pens)) < FAINT_PEN:
        said.append(problems.FAINT)
    return said
