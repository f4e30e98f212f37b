"""Pictures of each step for people who want to see where a reading went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ocr.arrays import Colour
from ocr.clean import bounds

if TYPE_CHECKING:
    from ocr.work import Work

GREEN, RED, BLUE = (20, 150, 60), (210, 30, 30), (30, 80, 200)


def write(folder: Path, number: int, step: str, work: Work) -> None:
    """``NN-step.png`` in the folder; it holds what the page holds, so the folder is as private as the page."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = _picture(step, work)
    cv2.imwrite(str(folder / f"{number:02d}-{step}.png"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


def _picture(step: str, work: Work) -> Colour:
    if step == "find" or work.straightened is None:
        return _outlined(work)
    if step in ("wash", "tick") and work.page is not None:
        shown = cv2.cvtColor(255 - work.page.dark, cv2.COLOR_GRAY2RGB)
        return _zones(np.asarray(shown, np.uint8), work) if step == "tick" else np.asarray(shown, np.uint8)
    if step == "cut":
        return _cuts(work)
    if step in ("accept", "put_together"):
        return _judged(work)
    return _zones(work.straightened.copy(), work)


def _outlined(work: Work) -> Colour:
    shown = work.picture.copy()
    if work.found is not None:
        page = work.found.page
        corners = np.asarray(
            [[0, 0], [page.width_mm, 0], [page.width_mm, page.height_mm], [0, page.height_mm]], np.float32
        )
        there = cv2.perspectiveTransform((corners * 200 / 25.4).reshape(-1, 1, 2), np.linalg.inv(work.found.homography))
        cv2.polylines(shown, [there.astype(np.int32)], True, GREEN, 6)
    return shown


def _zones(shown: Colour, work: Work) -> Colour:
    for key, zone in work.zones.items():
        for cell in zone.cells:
            x, y, w, h = bounds([cell], shown.shape)
            cv2.rectangle(shown, (x, y), (x + w, y + h), BLUE, 1)
        answers = work.answers.get(key, ())
        for cell, mark in zip(zone.cells, answers, strict=False):
            x, y, w, h = bounds([cell], shown.shape, 1.0)
            colour = {"yes": GREEN, "look": RED}.get(str(mark.answer))
            if colour:
                cv2.rectangle(shown, (x, y), (x + w, y + h), colour, 3)
    return shown


def _cuts(work: Work) -> Colour:
    assert work.straightened is not None
    shown = np.full_like(work.straightened, 255)
    for lines in work.cuts.values():
        for line in lines:
            if line.image is None:
                continue
            x, y, _, _ = line.box
            piece = line.image[: shown.shape[0] - y, : shown.shape[1] - x]
            shown[y : y + piece.shape[0], x : x + piece.shape[1]] = piece[..., None]
    return shown


def _judged(work: Work) -> Colour:
    assert work.straightened is not None
    shown = work.straightened.copy()
    for reading in work.readings.values():
        if reading.key in work.zones:
            x, y, w, h = reading.crop
            cv2.rectangle(shown, (x, y), (x + w, y + h), GREEN if reading.accepted else RED, 2)
    return shown
