"""Whether a page is worth reading: blurred, cut off, faint, blank."""

from __future__ import annotations

import cv2
import numpy as np

from ocr import problems
from ocr.arrays import Floats, Gray
from ocr.problems import Issue
from ocr.template import PX

SHARP = 0.13
MARGIN = 3.0
"""Millimetres of the paper's edge that may be missing: nothing is written there."""
BLANK_INK = 0.0004
FAINT_PEN = 75


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
    printed, seen = blank[:height:1, :width], straightened[:height, :width]
    edges = cv2.dilate((cv2.Laplacian(printed, cv2.CV_16S) > 120).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if edges.sum() < 500:
        return 1.0
    there, here = cv2.Laplacian(printed, cv2.CV_32F)[edges], cv2.Laplacian(seen, cv2.CV_32F)[edges]
    contrast = float(np.percentile(seen, 90)) - float(np.percentile(seen, 1)) or 1.0
    return float(np.abs(here).mean() / max(np.abs(there).mean(), 1e-6)) * 255.0 / max(contrast, 40.0)


def cut_off(homography: Floats, size: tuple[int, int], picture: tuple[int, ...]) -> bool:
    """Whether a part of the page with writing lies outside the picture."""
    width, height = size
    edge = MARGIN * PX
    corners = np.asarray([[edge, edge], [width - edge, edge], [width - edge, height - edge], [edge, height - edge]], np.float32)
    there = cv2.perspectiveTransform(corners.reshape(-1, 1, 2), np.linalg.inv(homography)).reshape(-1, 2)
    return bool((there < 0).any() or (there[:, 0] > picture[1]).any() or (there[:, 1] > picture[0]).any())


def issues(straightened: Gray, blank: Gray, homography: Floats, picture: tuple[int, ...], pens: list[int]) -> list[Issue]:
    """Everything to be said about the page's picture."""
    found = []
    if cut_off(homography, (straightened.shape[1], straightened.shape[0]), picture):
        found.append(problems.CUT_OFF)
    if sharpness(straightened, blank) < SHARP:
        found.append(problems.BLURRED)
    if pens and float(np.median(pens)) < FAINT_PEN:
        found.append(problems.FAINT)
    return found
