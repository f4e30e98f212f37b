"""Digits as they are written in Japan, as strokes: 7 with a hook or a bar, 1 with a flag or a foot, open 4, loose 5."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Often = Callable[[float], bool]
Points = list[tuple[float, float]]
SIMILAR = ("17", "06", "49", "358", "27", "08", "56", "01")
"""Digits that readers take for one another: hard lines are made of them."""


def strokes(digit: str, style: np.random.Generator, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Strokes as points in a unit square. ``style`` decides what a writer always does, ``rng`` this one digit."""
    drawn = _SHAPES[digit](lambda share: bool(style.random() < share), style)
    wide = float(np.clip(style.normal(0.95, 0.14), 0.6, 1.25))
    shaken = []
    for stroke in drawn:
        points = np.asarray(stroke, np.float32) + rng.normal(0, 0.016, (len(stroke), 2)).astype(np.float32)
        curve = _curve(points) if len(points) > 2 else points
        shaken.append((curve - 0.5) * np.asarray([wide, 1.0], np.float32) + 0.5)
    return tuple(shaken)


def _curve(points: np.ndarray) -> np.ndarray:
    """A smooth line through the points (Catmull and Rom); a point given twice stays a corner."""
    ends = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, 6, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate([*parts, points[-1:]]).astype(np.float32)


def _zero(often: Often, style: np.random.Generator) -> list[Points]:
    gap = style.normal(0, 0.04)
    return [[(0.55 + gap, 0.12), (0.33, 0.25), (0.27, 0.55), (0.4, 0.86), (0.6, 0.86), (0.74, 0.55), (0.68, 0.25), (0.5, 0.12)]]  # fmt: skip


def _one(often: Often, style: np.random.Generator) -> list[Points]:
    lean = style.normal(0.02, 0.06)
    stick: Points = [(0.5 + lean, 0.1), (0.5 - lean, 0.9)]
    drawn = [stick]
    if often(0.25):
        flag = style.uniform(0.06, 0.17)
        drawn[0] = [(0.5 + lean - flag, 0.1 + flag * style.uniform(0.7, 1.4)), *[stick[0]] * 2, stick[1]]
    if often(0.12):
        drawn.append([(0.36, 0.9), (0.66, 0.9)])
    return drawn


def _two(often: Often, style: np.random.Generator) -> list[Points]:
    if often(0.3):
        return [[(0.28, 0.3), (0.45, 0.12), (0.68, 0.22), (0.62, 0.48), (0.36, 0.8), (0.26, 0.84), (0.36, 0.74), (0.5, 0.82), (0.76, 0.86)]]  # fmt: skip
    return [[(0.28, 0.3), (0.45, 0.12), (0.68, 0.22), (0.62, 0.48), (0.28, 0.87), (0.28, 0.87), (0.76, 0.86)]]


def _three(often: Often, style: np.random.Generator) -> list[Points]:
    if often(0.15):
        return [[(0.3, 0.14), (0.68, 0.14), (0.68, 0.14), (0.48, 0.44), (0.48, 0.44), (0.7, 0.6), (0.6, 0.85), (0.28, 0.84)]]  # fmt: skip
    return [[(0.3, 0.2), (0.5, 0.11), (0.68, 0.25), (0.6, 0.42), (0.44, 0.47), (0.44, 0.47), (0.66, 0.55), (0.7, 0.72), (0.54, 0.88), (0.28, 0.82)]]  # fmt: skip


def _four(often: Often, style: np.random.Generator) -> list[Points]:
    if often(0.3):
        return [[(0.58, 0.12), (0.24, 0.62), (0.24, 0.62), (0.8, 0.62)], [(0.6, 0.12), (0.6, 0.9)]]
    if often(0.4):
        return [[(0.36, 0.12), (0.28, 0.54), (0.28, 0.54), (0.76, 0.52)], [(0.66, 0.12), (0.62, 0.9)]]
    return [[(0.46, 0.12), (0.22, 0.64), (0.22, 0.64), (0.8, 0.62)], [(0.62, 0.36), (0.6, 0.9)]]


def _five(often: Often, style: np.random.Generator) -> list[Points]:
    gap = style.uniform(-0.02, 0.08)
    belly: Points = [(0.36, 0.14), (0.33, 0.46), (0.33, 0.46), (0.56, 0.42), (0.71, 0.6), (0.6, 0.84), (0.28, 0.84)]
    if often(0.3):
        return [[(0.7, 0.13), (0.36, 0.14), *belly]]
    return [belly, [(0.38 + gap, 0.14 + style.normal(0, 0.02)), (0.74, 0.12)]]


def _six(often: Often, style: np.random.Generator) -> list[Points]:
    low = style.uniform(0.44, 0.6)
    return [[(0.58, 0.1), (0.38, 0.38), (0.29, 0.68), (0.42, 0.88), (0.62, 0.84), (0.7, 0.68), (0.56, low), (0.38, low + 0.08), (0.31, 0.7)]]  # fmt: skip


def _seven(often: Often, style: np.random.Generator) -> list[Points]:
    foot = style.uniform(0.36, 0.58)
    right = style.uniform(0.6, 0.76)
    left = style.uniform(0.24, 0.4)
    body: Points = [(left, 0.16), (right, 0.14), (right, 0.14), ((right + foot) / 2 - 0.02, 0.5), (foot, 0.9)]
    drawn = [body]
    if often(0.45):
        hook = style.uniform(0.1, 0.26)
        if often(0.5):
            drawn[0] = [(left, 0.16 + hook), (left + 0.01, 0.15), *body]
        else:
            drawn.append([(left, 0.12), (left, 0.16 + hook)])
    if often(0.2):
        drawn.append([(foot - 0.08, 0.5), (right + 0.04, 0.48)])
    return drawn


def _eight(often: Often, style: np.random.Generator) -> list[Points]:
    if often(0.2):
        around = [(0.5, 0.12), (0.36, 0.28), (0.5, 0.46), (0.64, 0.28), (0.5, 0.12)]
        return [around, [(0.5, 0.46), (0.3, 0.68), (0.5, 0.89), (0.7, 0.68), (0.5, 0.46)]]
    return [[(0.64, 0.18), (0.44, 0.12), (0.36, 0.28), (0.52, 0.46), (0.68, 0.68), (0.52, 0.89), (0.32, 0.72), (0.46, 0.5), (0.66, 0.3), (0.6, 0.14)]]  # fmt: skip


def _nine(often: Often, style: np.random.Generator) -> list[Points]:
    straight = often(0.5)
    tail: Points = [(0.66, 0.3), (0.64, 0.6), (0.6, 0.9)] if straight else [(0.68, 0.34), (0.64, 0.7), (0.36, 0.88)]
    return [[(0.66, 0.22), (0.48, 0.12), (0.32, 0.3), (0.44, 0.47), (0.62, 0.38), (0.67, 0.22), *tail]]


_SHAPES = dict(zip("0123456789", (_zero, _one, _two, _three, _four, _five, _six, _seven, _eight, _nine), strict=True))
