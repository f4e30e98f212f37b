"""Rows of characters in any picture, level or upright: where a number of twelve digits may stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr.arrays import Floats, Gray

WORKING = 1800
"""Long side of the picture on which rows are looked for."""
CHARACTER = (7, 90)
"""Pixels of height"""
LEAST = 8
"""Pieces of twelve digits at least: some touch each other."""
SLIM, SPLINTER = 0.95, 0.45
"""Width of a digit against its height at most; pieces lower than this part of the others belong to one of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """x, y, width, height in pixels of the picture as it was turned; ``like``: how far its pieces look like digits."""

    x: int
    y: int
    width: int
    height: int
    like: float


def dark_of(gray: Gray) -> Gray:
    """1 where something is darker than the paper around it; long straight lines left out."""
    dark = (cv2.subtract(cv2.blur(gray, (61, 61)), gray) > 18).astype(np.uint8)
    for bar in ((1, 75), (75, 1)):
        ruled = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(bar, np.uint8))
        dark[cv2.dilate(ruled, np.ones((3, 3), np.uint8)) > 0] = 0
    return np.asarray(dark, np.uint8)


@dataclass(frozen=True, slots=True)
class Pieces:
    """What hangs together: n × 5 as OpenCV counts it (x, y, width, height, pixels), n × 2 middles, shape of the picture."""

    stats: np.ndarray
    middles: Floats
    shape: tuple[int, int]


def pieces(dark: Gray) -> Pieces:
    """``dark``: as `dark_of` makes it."""
    _, _, stats, middles = cv2.connectedComponentsWithStats(dark, connectivity=8)
    return Pieces(stats[1:], middles[1:].astype(np.float32), (dark.shape[0], dark.shape[1]))


def on_its_side(level: Pieces) -> Pieces:
    """The pieces of the same picture a quarter turn counter-clockwise, as `turned` by 90 degrees lays them."""
    (height, width), old = level.shape, level.stats
    stats = np.stack([old[:, 1], width - old[:, 0] - old[:, 2], old[:, 3], old[:, 2], old[:, 4]], axis=1)
    middles = np.stack([level.middles[:, 1], width - 1 - level.middles[:, 0]], axis=1)
    return Pieces(stats, middles, (width, height))


def rows(found: Pieces, least_width: int = 0) -> list[Row]:
    """Level rows of pieces of about one height, the likest to digits first."""
    stats, middles = found.stats, found.middles
    low, high = CHARACTER
    fits = (stats[:, 3] >= low) & (stats[:, 3] <= high) & (stats[:, 2] <= 2.2 * stats[:, 3]) & (stats[:, 4] > 8)
    stats, middles = stats[fits], middles[fits]
    if len(stats) < LEAST:
        return []
    label = _joined(stats, found.shape)[middles[:, 1].astype(int), middles[:, 0].astype(int)]
    made = []
    order = np.argsort(label, kind="stable")
    for one in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        if label[one[0]] and len(one) >= LEAST:
            row = _row(stats[one])
            if row is not None and row.width >= least_width:
                made.append(row)
    return sorted(made, key=lambda row: -row.like)


def _joined(pieces: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Each piece drawn as a bar that reaches to its neighbours in the row; bars that touch carry one number."""
    bars = np.zeros(shape, np.uint8)
    for x, y, w, h, _ in pieces:
        reach, thick = int(1.3 * h), max(1, h // 4)
        cv2.rectangle(bars, (x - reach, y + h // 2 - thick), (x + w + reach, y + h // 2 + thick), 1, -1)
    _, labels = cv2.connectedComponents(bars, connectivity=4)
    return np.asarray(labels)


def _row(pieces: np.ndarray) -> Row | None:
    """The longest stretch of the row that may be digits; kanji are wider, and fall apart into pieces of many heights."""
    pieces = pieces[np.argsort(pieces[:, 0], kind="stable")]
    tall = float(np.percentile(pieces[:, 3], 75))
    whole = pieces[pieces[:, 3] > SPLINTER * tall]
    slim = whole[:, 2] < SLIM * whole[:, 3]
    even = (whole[:, 3] > 0.66 * tall) & (whole[:, 3] < 1.5 * tall)
    start, end = _stretch(slim & even)
    if end - start < LEAST:
        return None
    part = whole[start:end]
    x, y = int(part[:, 0].min()), int(part[:, 1].min())
    width, height = int((part[:, 0] + part[:, 2]).max()) - x, int((part[:, 1] + part[:, 3]).max()) - y
    if width < 3.5 * tall or height > 3.5 * tall:
        return None
    spread = 1.0 - min(1.0, float(part[:, 3].std()) / tall)
    return Row(x, y, width, height, spread * min(1.0, 20 / len(part)) * min(len(part), 12) / 12)


def _stretch(fits: np.ndarray) -> tuple[int, int]:
    """The longest run of pieces that fit; one that does not may stand between two that do: digits touch each other."""
    best, start, missed = (0, 0), 0, 0
    last = -1
    for place, good in enumerate(fits.tolist()):
        if good:
            last, missed = place, 0
            if last + 1 - start > best[1] - best[0]:
                best = start, last + 1
        else:
            missed += 1
            if missed > 1 or last < start:
                start, missed = place + 1, 0
    return best


def turned(gray: Gray, degrees: float) -> tuple[Gray, Floats]:
    """The picture turned counter-clockwise, all of it kept, and the matrix (2 × 3) that did it."""
    height, width = gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    sine, cosine = abs(matrix[0, 1]), abs(matrix[0, 0])
    wide, high = int(height * sine + width * cosine + 0.5), int(height * cosine + width * sine + 0.5)
    matrix[:, 2] += (wide - width) / 2, (high - height) / 2
    paper = int(np.percentile(gray[::8, ::8], 90))
    return (
        np.asarray(cv2.warpAffine(gray, matrix, (wide, high), flags=cv2.INTER_LINEAR, borderValue=(paper,)), np.uint8),
        np.asarray(matrix, np.float32),
    )


def line_image(gray: Gray, row: Row) -> Gray:
    """The row cut out with some room, paper white."""
    room = max(3, row.height // 5)
    part = gray[
        max(0, row.y - room) : row.y + row.height + room, max(0, row.x - 2 * room) : row.x + row.width + 2 * room
    ]
    paper, ink = np.percentile(part, 85), np.percentile(part, 3)
    stretched = (part.astype(np.float32) - ink) / max(float(paper - ink), 20.0) * 245
    return np.ascontiguousarray(np.clip(stretched, 0, 255).astype(np.uint8))


def back(boxes: Sequence[Row], matrix: Floats, scale: float, shape: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    """Rows of a turned, scaled picture as upright boxes of the picture itself, with some room."""
    inverse = cv2.invertAffineTransform(matrix.astype(np.float64))
    found = []
    for row in boxes:
        room = row.height * 0.35
        left, top, right, bottom = row.x - room, row.y - room, row.x + row.width + room, row.y + row.height + room
        corners = np.asarray([[(left, top), (right, top), (right, bottom), (left, bottom)]], np.float64)
        there = cv2.transform(corners, inverse)[0] / scale
        x, y = np.maximum(np.floor(there.min(axis=0)), 0).astype(int)
        far_x, far_y = np.minimum(np.ceil(there.max(axis=0)).astype(int), (shape[1], shape[0]))
        if far_x > x and far_y > y:
            found.append((int(x), int(y), int(far_x - x), int(far_y - y)))
    return found
