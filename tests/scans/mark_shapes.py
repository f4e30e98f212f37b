"""The strokes of marks in the unit square, each shape in one split: curves by rule, and glyphs of handwriting fonts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from forms.paper_geometry import Cell
from tests.scans.hands import hands
from tests.scans.writer import MM

if TYPE_CHECKING:
    from tests.scans.marks import Paper, Pen

Rng = np.random.Generator
Strokes = Sequence[np.ndarray]


@dataclass(frozen=True, slots=True)
class Shape:
    strokes: Strokes
    filled: bool = False


BOX_SHAPES = {
    "train": ("レ", "✓", "✗", "●", "○", "レ long", "glyph レ", "glyph ×", "zigzag"),
    "dev": ("curl ✓", "slash", "hatch", "egg ○", "glyph レ", "glyph メ", "glyph 0"),
    "test": (
        "hook レ", "bent ✓", "bent ✗", "spiral ●", "square ○", "V", "＋", "scribble", "glyph レ", "glyph メ", "glyph 0",
    ),
}  # fmt: skip
"""`glyph …` is drawn by the split's own hands, as they write the character."""


def pick(split: str, word: bool, rng: Rng) -> str:
    names = BOX_SHAPES[split]
    return names[int(rng.integers(len(names)))]


def make(name: str, split: str, rng: Rng) -> Shape | np.ndarray:
    """The shape, a little different every time; a glyph is a mask."""
    if name.startswith("glyph"):
        writers = hands(split)
        return writers[int(rng.integers(len(writers)))].draw(name[-1], 5.4 * MM * rng.uniform(0.75, 1.1), rng)
    if name in ("●", "○", "egg ○", "square ○"):
        return _round(name, rng)
    if name == "spiral ●":
        return Shape([_spiral(rng)])
    if name in ("zigzag", "scribble", "hatch"):
        return Shape(_zigzag(name, rng))
    grow, away = rng.normal(1.0, 0.12), rng.normal(0, 0.07, 2)
    strokes = []
    for points in LINES[name]:
        moved = (np.asarray(points, np.float32) - 0.5) * grow + 0.5 + away + rng.normal(0, 0.045, (len(points), 2))
        bent = name in ("curl ✓", "hook レ", "bent ✓", "bent ✗", "V")
        strokes.append(smooth(moved.astype(np.float32), sharp=not bent))
    return Shape(strokes)


LINES = {
    "レ": [[(0.25, 0.0), (0.28, 0.85), (1.05, 0.15)]],
    "レ long": [[(0.2, -0.1), (0.24, 0.8), (1.5, -0.5)]],
    "✓": [[(0.08, 0.5), (0.38, 0.92), (1.1, -0.15)]],
    "✗": [[(0.08, 0.08), (0.92, 0.94)], [(0.92, 0.05), (0.1, 0.96)]],
    "curl ✓": [[(0.0, 0.55), (0.12, 0.5), (0.36, 0.9), (0.6, 0.4), (1.2, -0.1)]],
    "slash": [[(0.95, 0.0), (0.05, 1.0)]],
    "hook レ": [[(0.35, -0.15), (0.3, 0.5), (0.36, 0.95), (0.7, 0.75), (1.25, 0.2)]],
    "bent ✓": [[(-0.1, 0.35), (0.2, 0.6), (0.4, 1.05), (0.75, 0.2), (1.45, -0.45)]],
    "bent ✗": [[(0.1, 0.15), (0.55, 0.45), (0.95, 0.9)], [(0.85, 0.2), (0.45, 0.6), (0.2, 0.85), (0.05, 0.8)]],
    "V": [[(0.1, 0.1), (0.3, 0.5), (0.5, 0.9), (0.7, 0.5), (0.9, 0.05)]],
    "＋": [[(0.5, 0.1), (0.52, 0.92)], [(0.1, 0.52), (0.93, 0.48)]],
}


def smooth(points: np.ndarray, sharp: bool = False, steps: int = 10) -> np.ndarray:
    """More points: straight between them, or along a Catmull–Rom curve."""
    if sharp or len(points) < 3:
        parts = [
            points[n] + (points[n + 1] - points[n]) * np.linspace(0, 1, steps)[:, None] for n in range(len(points) - 1)
        ]
        return np.concatenate(parts).astype(np.float32)
    ends = np.concatenate([points[:1], points, points[-1:]])
    made = []
    for n in range(len(points) - 1):
        a, b, c, d = ends[n : n + 4]
        t = np.linspace(0, 1, steps)[:, None]
        made.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate(made).astype(np.float32)


def _round(name: str, rng: Rng) -> Shape:
    turn = np.linspace(0, 2 * np.pi * rng.normal(1.03, 0.05), 40) + rng.uniform(0, 6)
    power = {"square ○": 0.6, "egg ○": 1.0}.get(name, 1.0)
    circle = np.stack([np.cos(turn), np.sin(turn)], 1)
    circle = np.sign(circle) * np.abs(circle) ** power
    size = rng.uniform(0.27, 0.42, 2) if name == "●" else rng.uniform(0.34, 0.55, 2)
    if name == "egg ○":
        circle[:, 0] *= 1 + 0.25 * circle[:, 1]
    points = circle * size + 0.5 + rng.normal(0, 0.06, 2)
    return Shape([points.astype(np.float32)], filled=name == "●")


def _spiral(rng: Rng) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi * rng.uniform(2.6, 4), 90)
    radius = np.linspace(0.05, rng.uniform(0.28, 0.42), 90)[:, None]
    return (np.stack([np.cos(turn), np.sin(turn)], 1) * radius + 0.5).astype(np.float32)


def _zigzag(name: str, rng: Rng) -> Strokes:
    if name == "hatch":
        return [
            np.asarray([(x + 0.3, 0.12), (x - 0.1, 0.9)], np.float32) + rng.normal(0, 0.03, (2, 2)).astype(np.float32)
            for x in (0.2, 0.42, 0.65)
        ]
    turns = int(rng.integers(4, 7))
    xs = np.linspace(0.12, 0.88, turns)
    points = np.stack([xs, np.where(np.arange(turns) % 2, 0.12, 0.88)], 1) + rng.normal(0, 0.05, (turns, 2))
    if name == "scribble":
        points = points[:, ::-1]
        return [smooth(points.astype(np.float32))]
    return [smooth(points.astype(np.float32), sharp=True)]


def stamp_glyph(paper: Paper, glyph: np.ndarray, cell: Cell, how: Pen, rng: Rng) -> None:
    """The glyph with its middle about the middle of the cell."""
    x, y, w, h = cell
    seen = np.argwhere(glyph > 0.3)
    if not len(seen):
        return
    (top, left), (bottom, right) = seen.min(0), seen.max(0) + 1
    mask = (glyph[top:bottom, left:right] * 255).astype(np.uint8)
    side = max(mask.shape) / (max(w, h) * MM * rng.uniform(0.7, 1.15))
    mask = cv2.resize(
        mask, (max(2, round(mask.shape[1] / side)), max(2, round(mask.shape[0] / side))), interpolation=cv2.INTER_AREA
    )
    away = rng.normal(0, 0.07, 2) * (w, h)
    at = (x + w / 2 + away[0]) * MM - mask.shape[1] / 2, (y + h / 2 + away[1]) * MM - mask.shape[0] / 2
    paper.lay(mask, round(at[0]), round(at[1]), how.colour, how.press)


def loop(split: str, rng: Rng) -> np.ndarray:
    """A ring around something, in the unit square of what it surrounds."""
    overlap = {"train": rng.normal(1.02, 0.06), "dev": rng.uniform(0.86, 0.97), "test": rng.uniform(0.9, 1.25)}[split]
    start = {"train": rng.uniform(0, 6.3), "dev": rng.uniform(4.2, 5.2), "test": rng.uniform(3.0, 5.8)}[split]
    turn = np.linspace(0, 2 * np.pi * overlap, 48) + start
    circle = np.stack([np.cos(turn), np.sin(turn)], 1)
    if split == "test":
        circle = np.sign(circle) * np.abs(circle) ** rng.uniform(0.6, 1.0)
        circle *= np.linspace(rng.uniform(0.92, 1.0), rng.uniform(1.0, 1.12), 48)[
            :, None
        ]  # does not meet its beginning
    if split == "dev":
        circle[:, 1] *= 1 + 0.12 * circle[:, 0]
    wobble = 1 + rng.normal(0, 0.04) * np.sin(turn * 2 + rng.uniform(0, 6)) + rng.normal(0, 0.02) * np.sin(turn * 3)
    tilt = rng.normal(0, 0.06)
    circle = circle @ np.asarray([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    return (circle * wobble[:, None] * rng.normal((0.51, 0.54), (0.035, 0.05)) + 0.5).astype(np.float32)


def strike(split: str, rng: Rng) -> Strokes:
    """Lines through everything in the unit square."""

    def across(height: float, bend: float = 0.0) -> np.ndarray:
        ends = np.asarray([(0, height), (0.5, height + bend), (1, height + rng.normal(0, 0.06))], np.float32)
        return smooth(ends + rng.normal(0, 0.02, (3, 2)).astype(np.float32))

    way = int(rng.integers(3))
    if split == "train":
        if way == 2:  # a long saw
            xs = np.linspace(0, 1, int(rng.integers(9, 16)))
            ys = np.where(np.arange(len(xs)) % 2, 0.2, 0.8) + rng.normal(0, 0.06, len(xs))
            return [np.stack([xs, ys], 1).astype(np.float32)]
        return [across(rng.uniform(0.42, 0.58))] if way else [across(0.4), across(0.62)]
    if split == "dev":
        if way == 2:
            return [
                smooth(np.asarray([(0, 0.1), (1, 0.9)], np.float32)),
                smooth(np.asarray([(0, 0.9), (1, 0.1)], np.float32)),
            ]
        return [across(0.5, rng.normal(0, 0.15))] if way else [across(0.35, 0.1), across(0.65, 0.1)]
    if way == 2:  # a coil
        turn = np.linspace(0, 2 * np.pi * rng.uniform(4, 7), 120)
        return [
            np.stack([np.linspace(0.05, 0.95, 120) + 0.07 * np.cos(turn), 0.5 + 0.33 * np.sin(turn)], 1).astype(
                np.float32
            )
        ]
    return [across(h) for h in (0.33, 0.5, 0.68)] if way else [across(0.45, 0.06), across(0.58, -0.06)]


def fill(split: str, rng: Rng) -> Strokes:
    """The whole unit square blackened."""
    lines = 14 if split != "dev" else 11
    steps = np.linspace(0.02, 0.98, lines)
    side = np.where(np.arange(lines) % 2, 0.98, 0.02) + rng.normal(0, 0.03, lines)
    if split == "test":  # round and round
        turn = np.linspace(0, 2 * np.pi * 9, 200)
        coil = np.stack([np.cos(turn), np.sin(turn)], 1) * np.linspace(0.08, 0.56, 200)[:, None] + 0.5
        return [coil.astype(np.float32), np.stack([side, steps], 1).astype(np.float32)]
    points = np.stack([side, steps], 1) if split == "train" else np.stack([steps, side], 1)
    return [points.astype(np.float32)]
