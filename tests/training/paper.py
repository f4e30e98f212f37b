"""Strips of paper with training lines on them, scanned or photographed, then cleaned and cut by the product's own code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr import clean
from ocr.template import PX
from tests.scans import writer
from tests.scans.hands import stamp
from tests.training.pens import Pen

MM = writer.MM
WIDE, ROW, GAP = 178.0, 12.0, 7.0
"""millimetres"""
COMBS = ("postcode", "digits", "corporate_number", "invoice_number")


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be written, where and by whom."""

    kind: str
    text: str
    pen: Pen
    cells: int = 0
    """boxes of a comb, or none"""


Frame = tuple[float, float, float, float]


def cut_lines(lines: Sequence[Line], rng: np.random.Generator) -> Iterator[tuple[Line, np.ndarray]]:
    """Writes the lines on one strip of paper, takes a picture of it, and cuts them out again."""
    frames = _frames(lines, rng)
    wide, high = max(x + w for x, _, w, _ in frames) + 8, max(y + h for _, y, _, h in frames) + 8
    page = np.full((round(high * MM), round(wide * MM), 3), 255, np.uint8)
    for line, frame in zip(lines, frames, strict=True):
        _print(page, line, frame)
    blank = cv2.cvtColor(_small(page), cv2.COLOR_BGR2GRAY)
    ink = np.zeros(page.shape[:2], np.float32)
    for line, frame in zip(lines, frames, strict=True):
        _write(ink, line, frame, rng)
    colour = writer.PENS[int(rng.integers(len(writer.PENS)))]
    taken = _taken(writer._lay(page, writer._uneven(ink, rng), colour), blank.shape, rng)
    seen = clean.ink(cv2.cvtColor(taken, cv2.COLOR_BGR2RGB), np.asarray(blank, np.uint8))
    for line, frame in zip(lines, frames, strict=True):
        x, y, w, h = frame
        borders = [x + w / line.cells * n for n in range(1, line.cells)] if line.cells else []
        cut = clean.cut(seen, (x, y, w, h), borders)
        if cut.image is not None and cut.image.shape[1] > 12:
            yield line, cut.image


def _frames(lines: Sequence[Line], rng: np.random.Generator) -> list[Frame]:
    """Side by side while there is room, as words stand in a row."""
    frames: list[Frame] = []
    x = y = 6.0
    for line in lines:
        width, height = _size(line, rng)
        if x + width > WIDE - 6 and x > 6:
            x, y = 6.0, y + ROW + GAP
        frames.append((x, y, width, height))
        x += width + GAP
    return frames


def _size(line: Line, rng: np.random.Generator) -> tuple[float, float]:
    if line.cells:
        return line.cells * float(rng.uniform(6.8, 8.2)), 9.0
    if line.kind in ("year", "month", "day"):
        return 16.0 if line.kind == "year" else 12.0, 9.0
    return float(np.clip(len(line.text) * rng.uniform(5, 10), 25, WIDE - 14)), float(rng.uniform(9, 12))


def _print(page: np.ndarray, line: Line, frame: Frame) -> None:
    x, y, w, h = (side * MM for side in frame)
    red = (0x8C, 0x8C, 0xD9)
    cv2.rectangle(page, (round(x), round(y)), (round(x + w), round(y + h)), red, 2)
    for n in range(1, line.cells):
        at = round(x + w / line.cells * n)
        cv2.line(page, (at, round(y)), (at, round(y + h)), red, 2)


def _write(ink: np.ndarray, line: Line, frame: Frame, rng: np.random.Generator) -> None:
    x, y, width, height = (side * MM for side in frame)
    usual = float(np.clip(rng.normal(6.4, 1.0), 4.2, 8.4)) * MM
    if line.cells:
        cell = width / line.cells
        for place, character in enumerate(line.text):
            size = min(usual, height * 0.78, cell * 1.05) * rng.normal(1, 0.06)
            drawn = line.pen.draw(character, size, rng)
            left = (cell - drawn.shape[1]) / 2 + rng.normal(0, 0.07) * cell
            low = (height - drawn.shape[0]) / 2 + rng.normal(0, 0.05) * height
            stamp(ink, drawn, round(x + cell * place + left), round(y + low))
        return
    size = min(usual, height * 0.8)
    spacing = float(np.clip(rng.normal(0.02, 0.07), -0.1, 0.3))
    drawn = line.pen.line(line.text, size, rng, spacing)
    if drawn.shape[1] > width * 0.97:
        size *= max(0.4, width * 0.95 / drawn.shape[1])
        drawn = line.pen.line(line.text, size, rng, 0.0)
        if drawn.shape[1] > width * 0.98:
            drawn = cv2.resize(drawn, (round(width * 0.97), drawn.shape[0]), interpolation=cv2.INTER_AREA)
    left = min((width - drawn.shape[1]) * rng.uniform(0, 0.6), 6 * MM)
    stamp(ink, drawn, round(x + left), round(y + (height - drawn.shape[0]) / 2 + rng.normal(0, 0.04) * height))


def _small(page: np.ndarray) -> np.ndarray:
    size = (round(page.shape[1] * PX / MM), round(page.shape[0] * PX / MM))
    return cv2.resize(page, size, interpolation=cv2.INTER_AREA)


def _taken(page: np.ndarray, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """The strip as a scanner or a telephone sees it, laid back on the blank with what error straightening leaves."""
    photo = rng.random() < 0.5
    scale = float(rng.uniform(0.52, 0.9) if photo else 2 / 3)
    height, width = round(page.shape[0] * scale), round(page.shape[1] * scale)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turn = np.deg2rad(np.clip(rng.normal(0, 2.0 if photo else 0.9), -5, 5))
    moved = (corners - (width / 2, height / 2)) @ np.array(
        [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    )
    moved += np.array([width / 2, height / 2])
    moved += rng.normal(0, 0.008 * width if photo else 0.5, (4, 2))
    warp = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    small = cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA)
    paper = int(rng.integers(225, 255))
    seen = cv2.warpPerspective(small, warp, (width, height), flags=cv2.INTER_LINEAR, borderValue=(paper,) * 3)
    light = seen.astype(np.float32) * (paper / 255) * rng.normal(1, 0.015, 3)
    if photo:
        ramp = 1 - rng.uniform(0, 0.3) * np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
        light = cv2.GaussianBlur(light * ramp, (0, 0), float(rng.uniform(0.6, 1.4)))
    else:
        light = 255 * (np.clip(light, 0, 255) / 255) ** rng.uniform(0.85, 1.3)
        if rng.random() < 0.5:
            light = cv2.GaussianBlur(light, (0, 0), float(rng.uniform(0.4, 0.9)))
    noise = rng.normal(0, rng.uniform(1.5, 6), light.shape[:2]).astype(np.float32)
    image = np.clip(light + noise[..., None], 0, 255).astype(np.uint8)
    mode = rng.random()
    if not photo and mode < 0.5:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        if mode < 0.2:
            _, grey = cv2.threshold(grey, int(rng.integers(140, 200)), 255, cv2.THRESH_BINARY)
        image = cv2.cvtColor(np.asarray(grey, np.uint8), cv2.COLOR_GRAY2BGR)
    if photo or mode >= 0.2:
        _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 93))])
        image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    left = moved + rng.normal(0, 0.6 if photo else 0.35, (4, 2))
    goal = np.array([(0, 0), (shape[1], 0), (shape[1], shape[0]), (0, shape[0])], np.float32)
    back = cv2.getPerspectiveTransform(left.astype(np.float32), goal)
    return cv2.warpPerspective(
        image, back, (shape[1], shape[0]), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
