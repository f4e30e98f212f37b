"""From paper to file: a flatbed or feeder scanner, or a telephone held over a desk."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

SCAN_DPI = 200
MODES = ("colour", "grey", "bw")


@dataclass(frozen=True, slots=True)
class Taken:
    """An image as it would be uploaded; `name` ends in its format."""

    name: str
    data: bytes
    how: str


def scan(page: np.ndarray, rng: np.random.Generator, mode: str = "", dpi: int = SCAN_DPI, turned: int = 0) -> Taken:
    """±2°, a little out of place, uneven light, noise; colour, grey (JPEG) or 1 bit (PNG). `turned`: quarter turns."""
    mode = mode or MODES[int(rng.choice(3, p=(0.5, 0.35, 0.15)))]
    small = cv2.resize(page, None, fx=dpi / 300, fy=dpi / 300, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    angle = float(np.clip(rng.normal(0, 0.9), -2, 2))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, float(rng.normal(0.995, 0.004)))
    matrix[:, 2] += rng.normal(0, 0.8, 2) * dpi / 25.4
    paper = int(rng.integers(243, 255))
    image = cv2.warpAffine(small, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(paper,) * 3)
    light = image.astype(np.float32) * (paper / 255) * rng.normal(1, 0.012, 3)
    light = 255 * (np.clip(light, 0, 255) / 255) ** rng.uniform(0.85, 1.25)
    light += rng.normal(0, rng.uniform(1.5, 5), light.shape[:2])[..., None]
    if rng.random() < 0.5:
        light = cv2.GaussianBlur(light, (0, 0), float(rng.uniform(0.4, 0.75)))
    image = np.rot90(np.clip(light, 0, 255).astype(np.uint8), turned)
    if mode == "colour":
        return Taken("scan.jpg", _jpeg(image, rng), "scan colour")
    grey = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_BGR2GRAY)
    if mode == "grey":
        return Taken("scan.jpg", _jpeg(grey, rng), "scan grey")
    _, black = cv2.threshold(grey, int(rng.integers(150, 195)), 255, cv2.THRESH_BINARY)
    _, packed = cv2.imencode(".png", black, [cv2.IMWRITE_PNG_BILEVEL, 1])
    return Taken("scan.png", packed.tobytes(), "scan bw")


def photo(page: np.ndarray, rng: np.random.Generator, long_side: int = 3000, small: bool = False) -> Taken:
    """±5°, perspective, a shadow, a blurred and noisy sensor, the desk around the paper. `small`: as sent by mail."""
    long_side = 2200 if small else long_side
    size = (round(long_side * 0.75), long_side)
    height, width = page.shape[:2]
    share = rng.uniform(0.86, 0.94)
    scale = min(size[0] * share / width, size[1] * share / height)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    angle = np.deg2rad(np.clip(rng.normal(0, 2.2), -5, 5))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array(size) / 2 + rng.normal(0, 0.008, 2) * size
    target = ((corners - (width / 2, height / 2)) * scale) @ turn.T + middle
    target += rng.normal(0, 0.011, (4, 2)) * size[0]
    target = np.clip(target, 12, np.array(size) - 12)
    warp = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    desk = _desk(size, rng)
    image = cv2.warpPerspective(page, warp, size, dst=desk, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_TRANSPARENT)
    light = image.astype(np.float32) * _shadow(size, rng)[..., None]
    light *= rng.uniform(0.82, 1.0) * np.array([rng.uniform(0.88, 1.0), 1.0, rng.uniform(0.96, 1.04)])
    light = cv2.GaussianBlur(light, (0, 0), float(rng.uniform(0.6, 1.3)))
    light += rng.normal(0, rng.uniform(1, 2.5) if small else rng.uniform(2, 6), light.shape[:2])[..., None]
    quality = (58, 66) if small else (68, 88)
    return Taken("photo.jpg", _jpeg(np.clip(light, 0, 255).astype(np.uint8), rng, *quality), "photo")


def _desk(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    height = size[1]
    wood = np.array([(70, 95, 130), (60, 60, 62), (150, 160, 165)][int(rng.integers(3))], np.float32)
    grain = cv2.resize(rng.normal(0, 9, (height // 6 + 1, 6)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    return np.clip(wood + grain[..., None], 0, 255).astype(np.uint8)


def _shadow(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """A slow fall of light over the page and, often, the soft edge of a hand or the telephone."""
    width, height = size
    y, x = np.mgrid[0:height:8, 0:width:8].astype(np.float32)
    direction = rng.uniform(0, 2 * np.pi)
    along = (np.cos(direction) * x / width + np.sin(direction) * y / height + 1) / 2
    light = 1 - rng.uniform(0.05, 0.22) * along
    if rng.random() < 0.6:
        edge = np.cos(direction + 1) * x / width + np.sin(direction + 1) * y / height
        light *= 1 - rng.uniform(0.08, 0.25) / (1 + np.exp(-(edge - rng.uniform(0.1, 0.7)) * rng.uniform(12, 40)))
    return cv2.resize(light, size, interpolation=cv2.INTER_LINEAR)


def _jpeg(image: np.ndarray, rng: np.random.Generator, low: int = 60, high: int = 92) -> bytes:
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(low, high))])
    return packed.tobytes()


def clean(page: np.ndarray) -> Taken:
    """The page itself, 200 dpi: for tests of anything but reading."""
    small = cv2.resize(page, None, fx=SCAN_DPI / 300, fy=SCAN_DPI / 300, interpolation=cv2.INTER_AREA)
    _, packed = cv2.imencode(".png", small)
    return Taken("clean.png", packed.tobytes(), "clean")
