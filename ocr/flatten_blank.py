"""A scan of a form that we did not print, made into the blank of a template: deskewed, upright, even, 200 dpi."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ocr.arrays import Colour, Floats, Gray
from ocr.engines import LineReader
from ocr.posterior import BLANK, Posterior
from ocr.template import DPI

SHORT, LONG = 210.0, 297.0
WORKING = 1400
"""Long side of the small picture that lines and text are looked for on."""
MOST_SKEW = 20.0
LINES_ASKED = 10


def flatten_blank(image: Colour | Gray, reader: LineReader | None = None) -> Gray:
    """The blank as an A4 page at 200 dpi (1654 × 2339, or lying: 2339 × 1654), white where nothing is printed.

    ``image`` may have any size, lie askew or on its side, or be a photo of paper on a table. Which way is up is asked
    of a reader of text (``reader``, else the shipped one); without one the page stays as it was laid.
    """
    gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if image.ndim == 3 else image, np.uint8)
    paper = level(cut_out(gray))
    return _even(_to_a4(np.rot90(paper, turns_to_upright(paper, reader))))


def cut_out(gray: Gray) -> Gray:
    """The sheet of paper alone, where it lies on something darker; else the picture as it is."""
    scale = min(1.0, WORKING / 2 / max(gray.shape))
    small = cv2.GaussianBlur(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), (0, 0), 2)
    _, bright = cv2.threshold(small, 0, 255, cv2.THRESH_OTSU)
    rim = np.concatenate([bright[0], bright[-1], bright[:, 0], bright[:, -1]])
    if (rim > 0).mean() > 0.6:  # paper to the edges: a scan
        return gray
    bright = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return gray
    largest = cv2.convexHull(max(contours, key=cv2.contourArea))
    quad = cv2.approxPolyDP(largest, 0.03 * cv2.arcLength(largest, True), True).reshape(-1, 2)
    if len(quad) != 4 or cv2.contourArea(largest) < 0.25 * bright.size:
        return gray
    corners = _in_turn(quad.astype(np.float32)) / scale
    width = max(np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[3]))
    height = max(np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[2] - corners[1]))
    target = np.asarray([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    size = round(float(width)), round(float(height))
    return np.asarray(cv2.warpPerspective(gray, matrix, size, flags=cv2.INTER_AREA, borderValue=255), np.uint8)


def _in_turn(quad: Floats) -> Floats:
    """Corners from the top left, clockwise."""
    middle = quad.mean(axis=0)
    around = quad[np.argsort(np.arctan2(*(quad - middle).T[::-1]))]
    return np.asarray(np.roll(around, -int(np.argmin(around.sum(axis=1))), axis=0), np.float32)


def level(gray: Gray) -> Gray:
    """Turned by what its ruled lines, or its lines of text, say; at most 20 degrees."""
    angle = skew(gray)
    if abs(angle) < 0.03:
        return gray
    height, width = gray.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    paper = int(np.percentile(gray, 90))
    return np.asarray(
        cv2.warpAffine(gray, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(paper,) * 3), np.uint8
    )


def skew(gray: Gray) -> float:
    """Degrees by which the page must be turned (counter-clockwise) to lie level; 0 where nothing says."""
    scale = min(1.0, WORKING / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = (cv2.subtract(cv2.blur(small, (41, 41)), small) > 16).astype(np.uint8)
    points = np.argwhere(dark > 0)[:, ::-1].astype(np.float32)
    if len(points) < 200:
        return 0.0
    if len(points) > 60_000:
        points = points[:: len(points) // 60_000 + 1]
    best, span, step = 0.0, MOST_SKEW, 1.0
    while step > 0.015:
        tried = np.arange(best - span, best + span + step / 2, step)
        best = float(tried[int(np.argmax([_levelness(points, angle) for angle in tried]))])
        span, step = step, step / 4
    return best if abs(best) <= MOST_SKEW else 0.0


def _levelness(points: Floats, angle: float) -> float:
    """How far the ink gathers in rows and in columns when the page is turned so: lines of a table count both ways."""
    radians = np.deg2rad(angle)
    sine, cosine = np.sin(radians), np.cos(radians)
    rows = points[:, 1] * cosine - points[:, 0] * sine
    columns = points[:, 0] * cosine + points[:, 1] * sine
    total = 0.0
    for values in (rows, columns):
        counts = np.bincount((values - values.min()).astype(np.int64)).astype(np.float64)
        total += float((np.diff(counts) ** 2).sum())
    return total


def _to_a4(paper: Gray) -> Gray:
    """Scaled to fill A4; another shape of paper is fitted in from the top left."""
    long, short = round(LONG / 25.4 * DPI), round(SHORT / 25.4 * DPI)
    height, width = paper.shape
    target = (short, long) if height >= width else (long, short)
    scale = (target[0] / width, target[1] / height)
    if abs(scale[0] / scale[1] - 1) > 0.04:
        scale = (min(scale), min(scale))
    size = min(target[0], round(width * scale[0])), min(target[1], round(height * scale[1]))
    how = cv2.INTER_AREA if scale[0] < 1 else cv2.INTER_CUBIC
    page = np.full(target[::-1], int(np.percentile(paper, 90)), np.uint8)
    page[: size[1], : size[0]] = cv2.resize(np.ascontiguousarray(paper), size, interpolation=how)
    return page


def _even(page: Gray) -> Gray:
    """Paper becomes white whatever its colour and light, print stays as dark as it is against it."""
    small = cv2.resize(page, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    ground = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 9)
    ground = cv2.resize(cv2.blur(ground, (7, 7)), page.shape[::-1], interpolation=cv2.INTER_LINEAR)
    flat = cv2.divide(page, np.maximum(ground, 1), scale=255.0)
    flat[flat > 236] = 255
    return np.asarray(flat, np.uint8)


# -- which way is up ----------------------------------------------------------------------------------------------


def turns_to_upright(paper: Gray, reader: LineReader | None = None) -> int:
    """Quarter turns, counter-clockwise as numpy turns, after which its text reads best; 0 without a reader."""
    if reader is None:
        from ocr.reading import shipped_readers

        reader = shipped_readers().first
    if reader is None:
        return 0
    scores = [_readable(np.ascontiguousarray(np.rot90(paper, turns)), reader) for turns in range(4)]
    best = int(np.argmax(scores))
    return best if scores[best] > scores[0] * 1.15 else 0


def _readable(paper: Gray, reader: LineReader) -> float:
    """How surely a reader reads what would be lines of text if this way were up."""
    pieces = text_lines(paper)[:LINES_ASKED]
    if not pieces:
        return 0.0
    lines = [np.ascontiguousarray(paper[y : y + h, x : x + w]) for x, y, w, h in pieces]
    return float(np.mean(sorted(map(sureness, reader.read(lines)))[len(lines) // 3 :]))


def sureness(line: Posterior) -> float:
    """Mean belief in the best character of the frames that hold one; characters a frame of width count too."""
    best = np.sort(np.exp(np.asarray(line.peak)[BLANK + 1 :]))[::-1][:12]
    return float(best.sum())


def text_lines(paper: Gray) -> Sequence[tuple[int, int, int, int]]:
    """Where level lines of printed text stand: x, y, width, height in pixels, the longest first."""
    scale = min(1.0, WORKING / max(paper.shape))
    small = cv2.resize(paper, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = (cv2.subtract(cv2.blur(small, (41, 41)), small) > 20).astype(np.uint8)
    for bar in ((1, 45), (45, 1)):  # ruled lines are no text
        ruled = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(bar, np.uint8))
        dark[cv2.dilate(ruled, np.ones((3, 3), np.uint8)) > 0] = 0
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, 13), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = [(x, y, w, h) for x, y, w, h, area in stats[1:] if 8 <= h <= 40 and w >= 2.5 * h and area > 0.3 * w * h]
    found.sort(key=lambda box: -box[2])
    return [
        (max(0, int((x - 3) / scale)), max(0, int((y - 3) / scale)), int((w + 6) / scale), int((h + 6) / scale))
        for x, y, w, h in found
    ]
