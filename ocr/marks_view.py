"""What the network for marks is shown of one box or word: ink, redness, print and the place itself, in one scale."""

from __future__ import annotations

import cv2
import numpy as np

from ocr.arrays import Gray
from ocr.clean import Ink
from ocr.template import PX

Cell = tuple[float, float, float, float]

HEIGHT, WIDTH, CHANNELS = 48, 80, 4
BOX_SIDE, BOX_LEFT = 20.0, 16.0
"""Pixels of a box and of what stands left of it: the rest of the width shows its label."""
WORD_HIGH, WORD_WIDE = 28.0, 44.0


def view(page: Ink, cell: Cell, word: bool) -> Gray:
    """`CHANNELS` × `HEIGHT` × `WIDTH`: darkness, redness, print, and 255 on the place itself.

    A box is always `BOX_SIDE` high, a word fits `WORD_HIGH` × `WORD_WIDE` and stands in the middle.
    """
    x, y, w, h = cell
    scale = min(WORD_HIGH / h, WORD_WIDE / w) if word else BOX_SIDE / max(w, h)
    left = (WIDTH - w * scale) / 2 if word else BOX_LEFT
    top = (HEIGHT - h * scale) / 2
    step = PX / scale
    """pixels of the page that become one"""
    matrix = np.asarray([[step, 0, (x * PX) - left * step], [0, step, (y * PX) - top * step]], np.float32)
    matrix[:, 2] += (step - 1) / 2  # a pixel's middle, not its corner
    made = np.zeros((CHANNELS, HEIGHT, WIDTH), np.uint8)
    for channel, source in enumerate((page.dark, page.red, page.printed)):
        made[channel] = _smaller(source, matrix, step)
    made[3, round(top) : round(top + h * scale), round(left) : round(left + w * scale)] = 255
    return made


def _smaller(source: Gray, matrix: np.ndarray, step: float) -> Gray:
    """The window, evened out first: thin strokes must not fall between the pixels."""
    corner = matrix[:, 2]
    x0, y0 = int(np.floor(corner[0])) - 3, int(np.floor(corner[1])) - 3
    x1, y1 = int(np.ceil(corner[0] + WIDTH * step)) + 3, int(np.ceil(corner[1] + HEIGHT * step)) + 3
    height, width = source.shape
    part = source[max(0, y0) : max(0, min(height, y1)), max(0, x0) : max(0, min(width, x1))]
    if not part.size:
        return np.zeros((HEIGHT, WIDTH), np.uint8)
    if step > 1.2:
        part = np.asarray(cv2.blur(part, (round(step), round(step))), np.uint8)
    moved = matrix.copy()
    moved[:, 2] -= (max(0, x0), max(0, y0))
    return np.asarray(
        cv2.warpAffine(
            part, moved, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_CONSTANT
        ),
        np.uint8,
    )
