"""Writers: how one person's hand draws a character. Seeded, so that a sheet can be made again exactly.

A writer belongs to one split for ever. Nothing is trained on a `test` writer, but they were measured while the reader
was made; `fresh` writers are measured for a release's closing figures only, and nobody looks at their sheets before.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).with_name("hands")
Ink = np.ndarray
"""float32, 0 paper … 1 ink"""


@dataclass(frozen=True, slots=True)
class Hand:
    """One writer. `font` is a file under hands/; without one the writer's strokes come from KanjiVG, warped by `seed`."""

    name: str
    split: str
    font: str = ""
    seed: int = 0
    slant: float = 0.0
    pen: float = 1.0
    """line width against the writer's usual one"""
    loose: float = 1.0
    """how much characters differ from one another"""
    real_digits: bool = False
    """digits are cut from real handwriting (MNIST) instead"""

    def draw(self, character: str, size: float, rng: np.random.Generator) -> Ink:
        """The character in a square of `size` pixels (narrower for half-width ones), every time a little different."""
        if character.isspace():
            return np.zeros((round(size), max(1, round(size * 0.35))), np.float32)
        if self.real_digits and character in "0123456789":
            ink = _real_digit(int(character), self.seed, size, rng)
        elif self.font and ord(character) in _cmap(self.font):
            ink = _font_glyph(self.font, character, size, self.pen)
        elif strokes := _strokes(character):
            ink = _stroke_glyph(strokes, self, size, rng)
        else:
            ink = _font_glyph(FALLBACK[self.split], character, size, self.pen)
        return _shake(_narrow(character, ink), self, rng)

    def line(self, text: str, size: float, rng: np.random.Generator, spacing: float = 0.0) -> Ink:
        """The text as one line of ink: characters on a wandering baseline, unevenly spaced."""
        glyphs = [self.draw(character, size * rng.normal(1, 0.03 * self.loose), rng) for character in text]
        gaps = [max(-0.08, rng.normal(0.03 + spacing, 0.035 * self.loose)) * size for _ in glyphs]
        height = round(size * 1.5)
        canvas = np.zeros(
            (height, round(sum(g.shape[1] for g in glyphs) + sum(max(0, gap) for gap in gaps) + size)), np.float32
        )
        x, drift = size * 0.3, rng.normal(0, 0.06 * self.loose) / max(1, len(glyphs))
        for place, (glyph, gap) in enumerate(zip(glyphs, gaps, strict=True)):
            y = (height - glyph.shape[0]) / 2 + rng.normal(0, 0.025 * self.loose) * size + drift * place * size
            _stamp(canvas, glyph, round(x), round(y))
            x += glyph.shape[1] + gap
        return canvas[:, : max(1, round(x + size * 0.3))]


FALLBACK = {"train": "klee-one", "dev": "yuji-boku", "test": "zen-kurenaido", "fresh": "setofont"}
"""who writes what a hand has no strokes for: a font of the same split"""
HANDS = {
    hand.name: hand
    for hand in (
        Hand("yomogi", "train", font="yomogi", slant=0.03),
        Hand("klee", "train", font="klee-one", slant=-0.02),
        Hand("yusei", "train", font="yusei-magic", pen=0.6, slant=0.05),
        Hand("brush-1", "train", seed=11, pen=1.1, loose=1.0),
        Hand("pen-2", "train", seed=12, pen=0.8, slant=0.08, real_digits=True),
        Hand("pen-3", "train", seed=13, pen=1.0, slant=-0.1, loose=1.4, real_digits=True),
        Hand("yuji", "dev", font="yuji-boku", seed=27, pen=0.75, real_digits=True),
        Hand("pen-4", "dev", seed=24, pen=0.9, slant=0.05, loose=1.2, real_digits=True),
        Hand("maru", "test", font="hachi-maru-pop", slant=-0.03),
        Hand("kurenaido", "test", font="zen-kurenaido", slant=0.04),
        Hand("pen-5", "test", seed=35, pen=0.9, slant=0.06, loose=1.1, real_digits=True),
        Hand("messy-6", "test", seed=36, pen=1.1, slant=0.16, loose=1.9, real_digits=True),
        Hand("seto", "fresh", font="setofont", slant=0.02),
        Hand("kiloji", "fresh", font="kiloji", slant=-0.04, pen=0.9),
        Hand("pen-7", "fresh", seed=48, pen=0.95, slant=-0.06, loose=1.2, real_digits=True),
        Hand("messy-8", "fresh", seed=59, pen=1.05, slant=0.12, loose=1.9, real_digits=True),
    )
}
UNSEEN = "pen-5"
"""The hand of the acceptance journey: nothing was ever trained or tuned on it."""


def hands(split: str) -> list[Hand]:
    return [hand for hand in HANDS.values() if hand.split == split]


# --- fonts ---


@functools.lru_cache(maxsize=64)
def _face(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FOLDER / f"{name}.woff2"), size)


@functools.cache
def _cmap(name: str) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(FOLDER / f"{name}.woff2", lazy=True) as font:
        return frozenset(font.getBestCmap())


def _font_glyph(name: str, character: str, size: float, pen: float) -> Ink:
    face = _face(name, max(4, round(size)))
    width = max(2, round(face.getlength(character)))
    image = Image.new("L", (width, round(size * 1.2)))
    ImageDraw.Draw(image).text((0, round(size * 0.97)), character, font=face, fill=255, anchor="ls")
    ink = np.asarray(image, np.float32) / 255
    if pen < 0.9:
        thin = cv2.erode(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
        ink = cv2.addWeighted(ink, pen, thin, 1 - pen, 0)
    return ink[round(size * 0.1) : round(size * 1.1)]


# --- strokes ---

Strokes = tuple[np.ndarray, ...]
"""each stroke as points [n, 2] in a unit square"""


@functools.cache
def _strokes(character: str) -> Strokes:
    if character in DRAWN:
        return tuple(np.array(stroke, np.float32) for stroke in DRAWN[character])
    try:
        root = metadata.distribution("kanjivg").locate_file("kanji")
    except metadata.PackageNotFoundError:
        return ()
    file = Path(str(root)) / f"{ord(unicodedata.normalize('NFKC', character)[0]):05x}.svg"
    if not file.exists():
        return ()
    text = re.sub(r"<!DOCTYPE.*?\]>", "", file.read_text(encoding="utf-8"), flags=re.S)
    paths = (element.get("d") for element in ElementTree.fromstring(text).iter("{http://www.w3.org/2000/svg}path"))
    return tuple(_flatten(path) / 109 for path in paths if path)


DRAWN = {
    "-": ([(0.3, 0.52), (0.72, 0.49)],),
    "－": ([(0.2, 0.52), (0.8, 0.49)],),
    "ー": ([(0.12, 0.5), (0.5, 0.53), (0.88, 0.5)],),
    ".": ([(0.44, 0.86), (0.5, 0.84), (0.5, 0.9), (0.45, 0.88)],),
    "(": ([(0.6, 0.08), (0.46, 0.3), (0.43, 0.55), (0.6, 0.92)],),
    ")": ([(0.4, 0.08), (0.54, 0.3), (0.57, 0.55), (0.4, 0.92)],),
}


def _flatten(path: str) -> np.ndarray:
    """An SVG path of M, C, S (absolute or relative) as a polyline: all that KanjiVG uses."""
    tokens = re.findall(r"[MmCcSsLl]|-?\d*\.?\d+(?:e-?\d+)?", path)
    points: list[np.ndarray] = []
    at, control, command, index = np.zeros(2), np.zeros(2), "", 0

    def pair() -> np.ndarray:
        nonlocal index
        value = np.array([float(tokens[index]), float(tokens[index + 1])])
        index += 2
        return value + at if command.islower() else value

    while index < len(tokens):
        if tokens[index].isalpha():
            command, index = tokens[index], index + 1
        if command in "MmLl":
            at = control = pair()
            points.append(at)
            continue
        first = pair() if command in "Cc" else 2 * at - control
        second, end = pair(), pair()
        for t in np.linspace(0, 1, 9)[1:]:
            points.append((1 - t) ** 3 * at + 3 * (1 - t) ** 2 * t * first + 3 * (1 - t) * t**2 * second + t**3 * end)
        at, control = end, second
    return np.array(points, np.float32)


def _stroke_glyph(strokes: Strokes, hand: Hand, size: float, rng: np.random.Generator) -> Ink:
    writer = np.random.default_rng(hand.seed)
    wave = writer.normal(0, 0.018, (2, 2, 2))
    phase = writer.uniform(0, 6.28, (2, 2))
    squash = writer.normal(1, 0.06)
    curl = writer.normal(0, 0.03)
    scale = 4
    side = round(size * scale)
    canvas = np.zeros((side, side), np.uint8)
    width = max(scale, round(size * scale * 0.052 * hand.pen))
    for stroke in strokes:
        points = stroke.copy()
        x, y = points[:, 0].copy(), points[:, 1].copy()
        for axis in (0, 1):
            points[:, axis] += wave[axis, 0, 0] * np.sin(6.28 * x + phase[axis, 0]) * 1.5
            points[:, axis] += wave[axis, 1, 1] * np.sin(9.4 * y + phase[axis, 1])
        points = (points - 0.5) * (squash, 2 - squash) + 0.5
        points += rng.normal(0, 0.012 * hand.loose, 2)
        middle = points.mean(0)
        points = (points - middle) * rng.normal(1, 0.04 * hand.loose, 2) + middle
        bend = np.sin(np.linspace(0, np.pi, len(points)))[:, None]
        points = points + bend * (rng.normal(0, 0.012 * hand.loose, 2) + np.array([curl, -curl]))
        pixels = np.round((points * 0.98 + 0.01) * side).astype(np.int32)
        cv2.polylines(canvas, [pixels[:, None]], False, 255, max(1, round(width * rng.normal(1, 0.08))), cv2.LINE_AA)
    small = cv2.resize(canvas, (round(size), round(size)), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255


@functools.cache
def _digits() -> np.ndarray:
    return np.load(FOLDER / "digits.npz")["digits"]  # type: ignore[no-any-return]


def _real_pool(seed: int) -> np.ndarray:
    """Which specimens are this writer's: every tenth, from the last figure of the seed."""
    return np.arange(seed % 10, _digits().shape[1], 10)


def _real_digit(digit: int, seed: int, size: float, rng: np.random.Generator) -> Ink:
    """One of this writer's dozen specimens of the digit; no two writers share one."""
    image = _digits()[digit, rng.choice(_real_pool(seed))]
    box = cv2.boundingRect((image > 60).astype(np.uint8))
    cut = image[box[1] : box[1] + box[3], box[0] : box[0] + box[2]]
    height = size * 0.8
    width = max(3, round(cut.shape[1] * height / max(1, cut.shape[0])))
    large = cv2.resize(cut, (width, round(height)), interpolation=cv2.INTER_CUBIC)
    ink = np.clip((large.astype(np.float32) / 255 - 0.42) * 2.6, 0, 1)
    padded = np.zeros((round(size), ink.shape[1] + round(size * 0.14)), np.float32)
    _stamp(padded, ink, round(size * 0.07), round(size * 0.1))
    return padded


# --- what every hand does ---


def _narrow(character: str, ink: Ink) -> Ink:
    """A half-width character keeps the width of its ink, with a little air."""
    if unicodedata.east_asian_width(character) in "FWA" and character not in "0123456789":
        return ink
    columns = np.flatnonzero(ink.max(0) > 0.2)
    if not len(columns):
        return ink
    air = max(1, round(ink.shape[0] * 0.07))
    return np.pad(ink[:, columns[0] : columns[-1] + 1], ((0, 0), (air, air)))


def _shake(ink: Ink, hand: Hand, rng: np.random.Generator) -> Ink:
    height, width = ink.shape
    turn = np.deg2rad(rng.normal(0, 1.3 * hand.loose))
    slant = hand.slant + rng.normal(0, 0.02 * hand.loose)
    grow = rng.normal(1, 0.025 * hand.loose, 2)
    matrix = np.array([[np.cos(turn), -np.sin(turn) - slant], [np.sin(turn), np.cos(turn)]]) * grow[:, None]
    offset = np.array([width / 2, height / 2]) - matrix @ np.array([width / 2, height / 2])
    return cv2.warpAffine(ink, np.hstack([matrix, offset[:, None]]), (width, height), flags=cv2.INTER_LINEAR)


def _stamp(canvas: Ink, ink: Ink, x: int, y: int) -> None:
    """Lay ink on the canvas, cut at its edges."""
    top, left = max(0, -y), max(0, -x)
    bottom, right = min(ink.shape[0], canvas.shape[0] - y), min(ink.shape[1], canvas.shape[1] - x)
    if bottom <= top or right <= left:
        return
    target = canvas[y + top : y + bottom, x + left : x + right]
    np.maximum(target, ink[top:bottom, left:right], out=target)


stamp = _stamp
