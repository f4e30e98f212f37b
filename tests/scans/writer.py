"""A filled sheet: the product's own paper, written on by one hand with pen, ticks, circles and a seal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from forms.paper import Page, Sheet, Zone
from forms.paper_fill import Written
from forms.paper_geometry import Cell
from tests.scans.hands import FOLDER, Hand, stamp

DPI = 300
MM = DPI / 25.4
PENS = ((28, 28, 32), (96, 44, 34), (110, 62, 30), (98, 98, 98))
"""black, two blue-blacks, pencil; BGR"""
TICKS = ("レ", "✓", "✗", "●")
SEAL_RED = (52, 44, 196)


@dataclass(frozen=True, slots=True)
class Habits:
    """What stays the same over one person's sheet."""

    pen: tuple[int, int, int]
    tick: str
    size: float
    """height of a character in mm where there is room"""
    seal: str = ""
    slips: float = 0.0
    """how often a wrong box is ticked first and struck out"""


def habits(hand: Hand, rng: np.random.Generator, seal: str = "") -> Habits:
    return Habits(
        pen=PENS[int(rng.choice(len(PENS), p=(0.5, 0.2, 0.2, 0.1)))],
        tick=TICKS[int(rng.choice(len(TICKS), p=(0.4, 0.4, 0.12, 0.08)))],
        size=float(np.clip(rng.normal(6.6, 0.7), 5.2, 8.2)) * (1.08 if hand.loose > 1.5 else 1),
        seal=seal if rng.random() < 0.7 else "",
        slips=0.012 if hand.loose > 1.5 else 0.0,
    )


def printed(pdf: bytes) -> list[np.ndarray]:
    """The pages of a PDF in colour (BGR), at `DPI`."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [np.ascontiguousarray(page.render(scale=DPI / 72).to_numpy()[..., :3]) for page in document]
    finally:
        document.close()


def fill(
    image: np.ndarray, page: Page, words: Mapping[str, Written], hand: Hand, how: Habits, rng: np.random.Generator
) -> np.ndarray:
    """The printed page with the words written into their zones."""
    ink = np.zeros(image.shape[:2], np.float32)
    for zone in page.zones:
        if answer := words.get(zone.key):
            _write(ink, zone, answer, hand, how, rng)
    done = _lay(image, _uneven(ink, rng), how.pen)
    if how.seal and page.page == 1:
        done = _seal(done, page, how.seal, rng)
    return done


def _write(ink: np.ndarray, zone: Zone, answer: Written, hand: Hand, how: Habits, rng: np.random.Generator) -> None:
    if zone.codes:
        for code, cell in zip(zone.codes, zone.cells, strict=True):
            if code in answer:
                (_circle if zone.kind == "era" else _tick)(ink, cell, how, rng)
            elif how.slips and zone.kind != "era" and rng.random() < how.slips:
                _tick(ink, cell, how, rng)
                _strike(ink, cell, rng)
        return
    text = str(answer)
    if zone.kind == "long_text":
        for line, cell in zip(_wrapped(text, zone.cells, how.size), zone.cells, strict=False):
            _line(ink, line, cell, hand, how, rng)
    elif len(zone.cells) > 1:
        for character, cell in zip(text, zone.cells, strict=False):
            _one(ink, character, cell, hand, how, rng)
    else:
        _line(ink, text, zone.cells[0], hand, how, rng, middle=zone.kind in ("year", "month", "day"))


def _wrapped(text: str, cells: tuple[Cell, ...], size: float) -> Iterator[str]:
    """As much on a line as fits; what remains is squeezed into the last."""
    room = max(4, int((cells[0][2] - 6) / (size * 1.06)))
    for place in range(len(cells)):
        if not text:
            return
        cut = len(text) if place == len(cells) - 1 else room
        yield text[:cut]
        text = text[cut:]


def _line(
    ink: np.ndarray, text: str, cell: Cell, hand: Hand, how: Habits, rng: np.random.Generator, middle: bool = False
) -> None:
    x, y, width, height = (side * MM for side in cell)
    size = min(how.size * MM, height * 0.74) * rng.normal(1, 0.03)
    spacing = 0.0 if len(text) > 12 else max(0.0, rng.normal(0.04, 0.05))
    drawn = hand.line(text, size, rng, spacing)
    if drawn.shape[1] > width * 0.97:
        size *= width * 0.95 / drawn.shape[1]
        drawn = hand.line(text, size, rng, 0.0)
        if drawn.shape[1] > width * 0.98:
            drawn = cv2.resize(drawn, (round(width * 0.97), drawn.shape[0]), interpolation=cv2.INTER_AREA)
    room = width - drawn.shape[1]
    left = room / 2 if middle else min(room * 0.5, abs(rng.normal(1.0, 0.9)) * MM)
    low = np.clip(rng.normal(0, 0.05), -0.09, 0.09) * height
    stamp(ink, drawn, round(x + left), round(y + (height - drawn.shape[0]) / 2 + low))


def _one(ink: np.ndarray, character: str, cell: Cell, hand: Hand, how: Habits, rng: np.random.Generator) -> None:
    x, y, width, height = (side * MM for side in cell)
    drawn = hand.draw(character, min(how.size * MM * 0.95, height * 0.76, width * 1.0), rng)
    left = (width - drawn.shape[1]) / 2 + rng.normal(0, 0.05) * width
    stamp(ink, drawn, round(x + left), round(y + (height - drawn.shape[0]) / 2 + rng.normal(0, 0.04) * height))


SHAPES = {
    "レ": [[(0.25, 0.0), (0.28, 0.85), (1.05, 0.15)]],
    "✓": [[(0.08, 0.5), (0.38, 0.92), (1.1, -0.15)]],
    "✗": [[(0.08, 0.08), (0.92, 0.94)], [(0.92, 0.05), (0.1, 0.96)]],
}


def _tick(ink: np.ndarray, cell: Cell, how: Habits, rng: np.random.Generator) -> None:
    x, y, width, height = (side * MM for side in cell)
    grow, thick = rng.normal(1.0, 0.1), max(2, round(rng.normal(0.5, 0.08) * MM))
    offset = rng.normal(0, 0.07, 2)
    if how.tick == "●":
        middle = (round(x + width * (0.5 + offset[0])), round(y + height * (0.5 + offset[1])))
        radius = (round(width * 0.33 * grow), round(height * 0.3 * grow))
        cv2.ellipse(ink, middle, radius, float(rng.uniform(0, 90)), 0, 360, 1.0, -1, cv2.LINE_AA)
        return
    for stroke in SHAPES[how.tick]:
        points = (np.array(stroke) - 0.5) * grow + 0.5 + offset + rng.normal(0, 0.04, (len(stroke), 2))
        _curve(ink, points * (width, height) + (x, y), thick)


def _strike(ink: np.ndarray, cell: Cell, rng: np.random.Generator) -> None:
    """Two lines through box and beginning of its label: never mind."""
    x, y, width, height = (side * MM for side in cell)
    for line in (0.4, 0.62):
        start = (x - rng.uniform(0.5, 2) * MM, y + height * line)
        end = (x + width + rng.uniform(4, 9) * MM, y + height * line + rng.normal(0, 0.5) * MM)
        _curve(ink, np.array([start, end]), max(2, round(0.4 * MM)))


def _circle(ink: np.ndarray, cell: Cell, how: Habits, rng: np.random.Generator) -> None:
    x, y, width, height = (side * MM for side in cell)
    turn = np.linspace(0, 2 * np.pi * rng.normal(1.02, 0.05), 40) + rng.uniform(3.5, 5.5)
    radius = np.array([width * rng.normal(0.52, 0.04), height * rng.normal(0.58, 0.06)])
    wobble = 1 + 0.05 * np.sin(turn * 2 + rng.uniform(0, 6)) * rng.normal(1, 0.5)
    points = np.stack([np.cos(turn), np.sin(turn)], 1) * radius * wobble[:, None]
    middle = (x + width / 2 + rng.normal(0, 0.4) * MM, y + height / 2 + rng.normal(0, 0.4) * MM)
    _curve(ink, points + middle, max(2, round(rng.normal(0.45, 0.06) * MM)))


def _curve(ink: np.ndarray, points: np.ndarray, thick: int) -> None:
    layer = np.zeros(ink.shape, np.uint8)
    top, left = np.maximum(points.min(0) - 20, 0).astype(int)[::-1]
    cv2.polylines(layer, [np.round(points).astype(np.int32)[:, None]], False, 255, thick, cv2.LINE_AA)
    bottom, right = (points.max(0) + 20).astype(int)[::-1]
    part = np.s_[top:bottom, left:right]
    np.maximum(ink[part], layer[part].astype(np.float32) / 255, out=ink[part])


def _uneven(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A ball-point presses unevenly, and skips here and there."""
    height, width = ink.shape
    coarse = rng.normal(0.9, 0.1, (height // 24 + 2, width // 24 + 2)).astype(np.float32)
    press = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    fine = rng.random((height // 3 + 2, width // 3 + 2)).astype(np.float32)
    gaps = cv2.resize((fine > 0.012).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return ink * np.clip(press, 0.55, 1) * (0.35 + 0.65 * gaps)


def _lay(image: np.ndarray, ink: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Ink on paper darkens what is there already."""
    tone = 1 - ink[..., None] * (1 - np.array(colour, np.float32) / 255)
    return (image * tone).astype(np.uint8)


def _seal(image: np.ndarray, page: Page, name: str, rng: np.random.Generator) -> np.ndarray:
    """The 印鑑 in its place; now and then it strays over the name of whoever signs first."""
    x, y, width, height = next(rule.box for rule in page.rules if rule.style == "seal")
    names = [zone for zone in page.zones if zone.kind == "name" and zone.part == "given"]
    if names and rng.random() < 0.15:
        nx, ny, nw, nh = names[0].cells[0]
        x, y, width, height = nx + nw * 0.7, ny - 1, 12, nh
    middle = np.array([x + width / 2, y + height / 2]) * MM + rng.normal(0, 1.5 * MM, 2)
    side = round(13 * MM)
    seal = Image.new("L", (side, side))
    draw = ImageDraw.Draw(seal)
    draw.ellipse((6, 6, side - 6, side - 6), outline=255, width=round(0.7 * MM))
    size = side * 0.68 / max(2, len(name)) * 1.15
    face = ImageFont.truetype(str(FOLDER / "yuji-boku.woff2"), round(size))
    for place, character in enumerate(name):
        draw.text((side / 2, side / 2 + (place - (len(name) - 1) / 2) * size * 0.98), character, 255, face, "mm")
    turned = seal.rotate(float(rng.normal(0, 8)), Image.Resampling.BICUBIC)
    ink = np.zeros(image.shape[:2], np.float32)
    blot = np.clip(rng.normal(0.82, 0.18, (side, side)), 0.2, 1).astype(np.float32)
    stamp(
        ink,
        np.asarray(turned, np.float32) / 255 * cv2.GaussianBlur(blot, (5, 5), 0),
        *(round(v - side / 2) for v in middle),
    )
    return _lay(image, ink, SEAL_RED)


def seal_name(words: Mapping[str, Written], sheet: Sheet) -> str:
    """The family name whose seal stands on page 1."""
    for zone in sheet.pages[0].zones:
        if zone.kind == "name" and zone.part == "family" and zone.key in words:
            return str(words[zone.key])[:3]
    return ""
