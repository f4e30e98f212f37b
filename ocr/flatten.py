"""Bent paper laid flat: printed points of the blank are followed in the picture and a smooth bend is fitted to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ocr.arrays import Colour, Floats, Gray

POINTS, LEAST = 450, 40
STEP = 8
"""The bend is computed on every 8th pixel and interpolated: paper does not fold within a millimetre."""
ROUNDS = 5
FARTHEST = 12.0
"""Pixels a printed point may lie off after the homography."""


@dataclass(frozen=True, slots=True)
class Map:
    """For each pixel of the flat page where it lies in the picture."""

    xy: Floats
    """height × width × 2"""
    error: float
    """median distance in pixels of the tracked points after the fit; −1 when there were too few to say"""

    @property
    def x(self) -> Floats:
        return self.xy[..., 0]

    @property
    def y(self) -> Floats:
        return self.xy[..., 1]


def remap(picture: Colour, mapped: Map) -> Colour:
    flat = cv2.remap(  # type: ignore[call-overload]  # its stubs know no map of pairs
        picture, mapped.xy, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(255, 255, 255)
    )
    return np.asarray(flat, np.uint8)


def flat_map(gray: Gray, homography: Floats, blank: Gray, corners: Floats, size: tuple[int, int]) -> Map:
    """Homography, then the bend that the printed points show; ``corners``: the blank's, by `printed_corners`."""
    width, height = size
    first = cv2.warpPerspective(gray, homography, (width, height), flags=cv2.INTER_LINEAR, borderValue=255)
    points, moved = _follow(blank, np.asarray(first, np.uint8), corners)
    coefficients, error = _fit(points, moved, size)
    xs = np.arange(0, width + STEP, STEP, dtype=np.float32)
    ys = np.arange(0, height + STEP, STEP, dtype=np.float32)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    bent = grid if coefficients is None else grid + _basis(grid, size) @ coefficients
    source = cv2.perspectiveTransform(bent.reshape(-1, 1, 2).astype(np.float32), np.linalg.inv(homography)).reshape(
        len(ys), len(xs), 2
    )
    fine = cv2.resize(
        _shifted(np.asarray(source, np.float32)), (len(xs) * STEP, len(ys) * STEP), interpolation=cv2.INTER_LINEAR
    )[:height, :width]
    return Map(np.asarray(fine, np.float32), error)


def _shifted(grid: Floats) -> Floats:
    """Resizing takes a sample for the middle of its pixel; the grid's stand at the left top."""
    height, width = grid.shape[:2]
    ys = np.arange(height, dtype=np.float32) + (STEP / 2 - 0.5) / STEP
    xs = np.arange(width, dtype=np.float32) + (STEP / 2 - 0.5) / STEP
    mx, my = np.meshgrid(xs, ys)
    return np.asarray(cv2.remap(grid, mx, my, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def printed_corners(blank: Gray) -> Floats:
    """Points of the blank that can be followed: n × 2 pixels. Slow, so the caller keeps them."""
    found = cv2.goodFeaturesToTrack(blank, POINTS, 0.02, 18, blockSize=5)
    return np.zeros((0, 2), np.float32) if found is None else np.asarray(found.reshape(-1, 2), np.float32)


def _follow(blank: Gray, first: Gray, corners: Floats) -> tuple[Floats, Floats]:
    """Printed points of the blank and how far each lies off on the page (Lucas–Kanade there and back)."""
    blank = blank[: first.shape[0], : first.shape[1]]
    if not len(corners):
        return np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)
    start = np.ascontiguousarray(corners.reshape(-1, 1, 2))
    one, two = _even(blank), _even(first)
    there, ok, _ = _track(one, two, start)
    back, ok_back, _ = _track(two, one, there)
    drift = np.linalg.norm((back - start).reshape(-1, 2), axis=1)
    moved = (there - start).reshape(-1, 2)
    good = (ok.ravel() == 1) & (ok_back.ravel() == 1) & (drift < 0.8) & (np.linalg.norm(moved, axis=1) < FARTHEST)
    return start.reshape(-1, 2)[good].astype(np.float32), moved[good].astype(np.float32)


def _track(one: Gray, two: Gray, points: Floats) -> tuple[Floats, Any, Any]:
    moved, ok, error = cv2.calcOpticalFlowPyrLK(one, two, points, np.empty_like(points), winSize=(21, 21), maxLevel=2)
    return np.asarray(moved, np.float32), ok, error


def _even(gray: Gray) -> Gray:
    """Without shadows, so that light does not look like movement."""
    small = cv2.resize(gray, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    ground = cv2.resize(cv2.blur(cv2.dilate(small, np.ones((5, 5), np.uint8)), (9, 9)), gray.shape[::-1])
    return np.asarray(cv2.divide(gray, np.maximum(ground, 1), scale=255.0), np.uint8)


def _basis(points: Floats, size: tuple[int, int]) -> Floats:
    u = points[:, 0] / size[0] * 2 - 1
    v = points[:, 1] / size[1] * 2 - 1
    one = np.ones_like(u)
    return np.stack([one, u, v, u * u, u * v, v * v, u**3, u * u * v, u * v * v, v**3], axis=1).astype(np.float32)


def _fit(points: Floats, moved: Floats, size: tuple[int, int]) -> tuple[Floats | None, float]:
    """A cubic bend by reweighted least squares; none where too few points were followed to tell."""
    if len(points) < LEAST:
        return None, -1.0
    basis = _basis(points, size)
    weights = np.ones(len(points), np.float32)
    coefficients = np.zeros((basis.shape[1], 2), np.float32)
    residual = np.linalg.norm(moved, axis=1)
    for _ in range(ROUNDS):
        scaled = basis * weights[:, None]
        ridge = np.eye(basis.shape[1], dtype=np.float32) * 0.05
        coefficients = np.linalg.solve(scaled.T @ basis + ridge, scaled.T @ moved).astype(np.float32)
        residual = np.linalg.norm(moved - basis @ coefficients, axis=1)
        spread = max(float(np.median(residual)) * 2.5, 0.3)
        weights = np.where(residual < spread * 2, (1 - (residual / (spread * 2)) ** 2) ** 2, 0.0).astype(np.float32)
    return coefficients, float(np.median(residual))
