"""From the straightened page to ink alone: even light, no red seal, no printed lines, cut tight around what was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from forms.paper import Zone
from ocr.arrays import Colour, Flags, Gray
from ocr.template import PX

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the straightened page"""

AROUND = 3.0
"""Millimetres around a zone in which its writing may run over."""
INSIDE_SHARE = 0.5
"""A stroke belongs to the zone in which at least this part of it lies."""
LEAST_DARK = 42
SPECK = 5
PRINTED = 14
"""Darker than this on the blank is print."""
RED_SHARE = 0.9
PADDING = (3, 10)
LARGE = 1000
"""Pixels of height from which on every third row says how dark the print came out."""


@dataclass(frozen=True, slots=True)
class Ink:
    """A straightened page as darkness: 0 is paper, 255 is black. ``red``: how much redder than anything else."""

    dark: Gray
    red: Gray
    printed: Gray
    """darkness of the blank, widened by a pixel for what alignment leaves"""


@dataclass(frozen=True, slots=True)
class Cut:
    """One written line. ``image``: dark on white, cut tight; None when nothing is written there."""

    image: Gray | None
    box: Box
    pixels: int
    """how many pixels are ink"""
    strength: int
    """darkness of the pen, 0…255"""
    red_pixels: int
    """red strokes: a seal, or a red pen that was dropped with it"""


def ink(page: Colour, blank: Gray) -> Ink:
    """Black and blue pens stay, red ones go: the red channel sees no red. Grey pictures have no red to drop."""
    red_channel, green, blue = (np.asarray(channel, np.uint8) for channel in cv2.split(page))
    dark = cv2.bitwise_not(_even(red_channel))
    redness = cv2.subtract(red_channel, cv2.max(green, blue))
    dark = cv2.subtract(dark, cv2.convertScaleAbs(redness, alpha=RED_SHARE))
    same = np.zeros(dark.shape, np.uint8)
    height, width = min(blank.shape[0], dark.shape[0]), min(blank.shape[1], dark.shape[1])
    same[:height, :width] = 255 - blank[:height, :width]
    printed = cv2.dilate(same, np.ones((3, 3), np.uint8))
    return Ink(np.asarray(dark, np.uint8), np.asarray(redness, np.uint8), np.asarray(printed, np.uint8))


def _even(channel: Gray) -> Gray:
    """Shadows and yellowed paper divided out."""
    small = cv2.resize(channel, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    ground = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 9)
    ground = cv2.resize(cv2.blur(ground, (7, 7)), channel.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(channel, np.maximum(ground, 1), scale=250.0), np.uint8)


def rows(zone: Zone) -> list[tuple[float, float, float, float]]:
    """The zone's lines in millimetres: cells that stand side by side are one line."""
    lines: list[tuple[float, float, float, float]] = []
    for x, y, w, h in zone.cells:
        if lines and abs(lines[-1][1] - y) < h / 2:
            left, top, width, height = lines[-1]
            lines[-1] = (min(left, x), top, max(left + width, x + w) - min(left, x), max(height, h))
        else:
            lines.append((x, y, w, h))
    return lines


def borders(zone: Zone) -> list[float]:
    """Where a comb's upright lines stand, in millimetres."""
    return [x for x, _, _, _ in zone.cells[1:]] if len(rows(zone)) == 1 else []


def bounds(cells: Sequence[tuple[float, float, float, float]], shape: tuple[int, ...], around: float = 0.0) -> Box:
    """The pixels of these cells together, with a margin in millimetres, inside the page."""
    left = min(x for x, _, _, _ in cells) - around
    top = min(y for _, y, _, _ in cells) - around
    right = max(x + w for x, _, w, _ in cells) + around
    bottom = max(y + h for _, y, _, h in cells) + around
    x, y = max(0, round(left * PX)), max(0, round(top * PX))
    return x, y, max(1, min(shape[1], round(right * PX)) - x), max(1, min(shape[0], round(bottom * PX)) - y)


def without_print(page: Ink, box: Box) -> Gray:
    """The darkness in the box less what is printed there. How dark the print came out is measured on the spot: light
    red lines vanish in 1-bit scans and are dark in grey ones."""
    x, y, w, h = box
    dark, printed = page.dark[y : y + h, x : x + w], page.printed[y : y + h, x : x + w]
    some = np.s_[:: 1 if h < LARGE else 3]
    mask = printed[some] > PRINTED
    if not mask.any():
        return dark
    ratio = dark[some][mask].astype(np.float32) / printed[some][mask]
    share = float(np.clip(np.median(ratio) * 1.25, 0.0, 1.6))
    only = cv2.threshold(printed, PRINTED, 0, cv2.THRESH_TOZERO)[1]
    return np.asarray(cv2.subtract(dark, cv2.convertScaleAbs(only, alpha=share)), np.uint8)


def cut(page: Ink, line: tuple[float, float, float, float], borders: Sequence[float] = ()) -> Cut:
    """What was written on one line of a zone (millimetres), without its surroundings. ``borders``: where upright lines
    of a comb stand."""
    box = bounds([line], page.dark.shape, AROUND)
    own = bounds([line], page.dark.shape)
    x, y = box[:2]
    dark = without_print(page, box)
    inner = (own[0] - x, own[1] - y, own[2], own[3])
    kept, strength = _own_strokes(dark, inner, [round(border * PX) - x for border in borders])
    area = np.s_[own[1] : own[1] + own[3], own[0] : own[0] + own[2]]
    red = int(((page.red[area] > 60) & (page.printed[area] <= PRINTED)).sum())
    pixels = int(kept.sum())
    if not pixels:
        return Cut(None, own, 0, 0, red)
    top, bottom = np.flatnonzero(kept.any(axis=1))[[0, -1]]
    left, right = np.flatnonzero(kept.any(axis=0))[[0, -1]]
    softened = cv2.dilate(kept.astype(np.uint8), np.ones((3, 3), np.uint8))
    only = np.where(softened[top : bottom + 1, left : right + 1] > 0, dark[top : bottom + 1, left : right + 1], 0)
    level = max(float(np.percentile(only[kept[top : bottom + 1, left : right + 1]], 75)), 1.0)
    image = 255 - np.clip(only.astype(np.float32) * (225.0 / level), 0, 255).astype(np.uint8)
    up, side = PADDING
    padded = cv2.copyMakeBorder(image, up, up, side, side, cv2.BORDER_CONSTANT, value=255)
    where = (int(x + left), int(y + top), int(right - left + 1), int(bottom - top + 1))
    return Cut(np.asarray(padded, np.uint8), where, pixels, strength, red)


def _own_strokes(dark: Gray, inner: Box, borders: Sequence[int]) -> tuple[Flags, int]:
    """The strokes that lie (mostly) in the inner box, as a mask, and how dark the pen is."""
    x, y, w, h = inner
    inside = dark[y : y + h, x : x + w]
    strong = inside[inside > LEAST_DARK]
    strength = int(np.percentile(strong, 80)) if len(strong) > SPECK else 0
    threshold = max(LEAST_DARK, int(strength * 0.38))
    binary = (dark > threshold).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(binary, connectivity=8)
    if count <= 1:
        return np.zeros(dark.shape, bool), 0
    within = np.bincount(labels[y : y + h, x : x + w].ravel(), minlength=count)
    area = stats[:, cv2.CC_STAT_AREA]
    large = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = (within >= INSIDE_SHARE * area) & (area > SPECK) & (large > 3)
    keep[0] = False
    keep &= ~_line_remnant(stats, inner, borders)
    return np.asarray(keep[labels], bool), strength


def _line_remnant(stats: np.ndarray, inner: Box, borders: Sequence[int]) -> Flags:
    """Thin straight pieces on the frame itself, or on a comb's: what subtraction left of it."""
    x, y, w, h = inner
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    flat = (high <= 4) & ((np.abs(top + high / 2 - y) < 5) | (np.abs(top + high / 2 - y - h) < 5))
    lines = np.asarray([x, x + w, *borders], np.float64)
    upright = (wide <= 4) & (np.abs((left + wide / 2)[:, None] - lines).min(axis=1) < 5)
    return np.asarray(flat | upright, bool)
