"""What a blank is recognised by: SIFT points as small numbers, kept beside the blanks so that they are computed once."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import cv2
import numpy as np

from ocr.arrays import Bytes, Floats, Gray
from ocr.likeness import edges
from ocr.template import Template

LONG_SIDE = 1200
FEATURES = 1500
SMALL = 0.1
VERSION = "1"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of one picture. The strongest points stand first."""

    points: Floats
    """n × 2 pixels of the picture in full size"""
    descriptors: Bytes
    """n × 128"""
    edges: Bytes
    """the print at a tenth of the size: enough to tell pages apart that lie alike"""


class _Shelf:
    folder: Path | None = None


_known: WeakKeyDictionary[Template, dict[int, Fingerprint]] = WeakKeyDictionary()


def keep_in(folder: Path | None) -> None:
    """Keep fingerprints of blanks as files in this folder (some 200 kB a page; nothing personal). None: nowhere."""
    _Shelf.folder = folder


def of_page(template: Template, number: int) -> Fingerprint:
    """The fingerprint of a blank; 80 ms when it is seen for the first time."""
    pages = _known.setdefault(template, {})
    if number not in pages:
        pages[number] = _fetched(template.blank(number))
    return pages[number]


def of_picture(gray: Gray) -> tuple[Floats, Bytes]:
    """Points (n × 2, pixels) and descriptors (n × 128), the strongest first."""
    scale = min(1.0, LONG_SIDE / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    points, descriptors = cv2.SIFT.create(nfeatures=FEATURES).detectAndCompute(small, None)
    if not points:
        return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8)
    order = np.argsort([-point.response for point in points], kind="stable")
    places = np.asarray([points[n].pt for n in order], np.float32) / scale
    return places, np.asarray(descriptors, np.float32)[order].astype(np.uint8)


def small_edges(tenth: Gray) -> Bytes:
    return np.asarray(np.clip(edges(tenth) * 4, 0, 255), np.uint8)


def _made(blank: Gray) -> Fingerprint:
    points, descriptors = of_picture(blank)
    tenth = cv2.resize(blank, None, fx=SMALL, fy=SMALL, interpolation=cv2.INTER_AREA)
    return Fingerprint(points, descriptors, small_edges(np.asarray(tenth, np.uint8)))


def _fetched(blank: Gray) -> Fingerprint:
    folder = _Shelf.folder
    if folder is None:
        return _made(blank)
    file = folder / f"{hashlib.sha256(blank.tobytes() + str(blank.shape).encode()).hexdigest()[:24]}-{VERSION}.npz"
    with contextlib.suppress(OSError, ValueError, KeyError), np.load(file, allow_pickle=False) as kept:
        return Fingerprint(kept["points"], kept["descriptors"], kept["edges"])
    made = _made(blank)
    with contextlib.suppress(OSError):  # a full disk costs time only
        _keep(file, made)
    return made


def _keep(file: Path, made: Fingerprint) -> None:
    """Whole files only, whoever else is writing them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as part:
            np.savez(part, points=made.points, descriptors=made.descriptors, edges=made.edges)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def warm(templates: Iterable[Template]) -> None:
    """Fingerprint all of them now, so that the first page without a code is as quick as all others."""
    for template in templates:
        for page in template.sheet.pages:
            of_page(template, page.page)


# -- voting -------------------------------------------------------------------------------------------------------

ASKED, EACH, BLOCK = 300, 500, 16
"""Points of the picture that vote, points of a blank they are compared with, blanks compared at once."""
SHARED = 0.025
"""A point votes for every form whose likest point is hardly less like it: forms share headings and words."""
LIKE = 0.72
"""Least cosine of a vote."""


def votes(descriptors: Bytes, prints: Sequence[Fingerprint]) -> Floats:
    """For each blank how many of the picture's strongest points it explains; points that many forms share count less."""
    asked = _unit(descriptors[:ASKED])
    likest = np.zeros((len(asked), len(prints)), np.float32)
    for start in range(0, len(prints), BLOCK):
        block = [known.descriptors[:EACH] for known in prints[start : start + BLOCK]]
        likeness = asked @ _unit(np.concatenate(block)).T
        ends = np.cumsum([len(one) for one in block])
        for place, (end, one) in enumerate(zip(ends, block, strict=True)):
            if len(one):
                likest[:, start + place] = likeness[:, end - len(one) : end].max(axis=1)
    best = likest.max(axis=1, keepdims=True)
    voting = (likest >= best - SHARED) & (best > LIKE)
    return np.asarray((voting / np.maximum(voting.sum(axis=1, keepdims=True), 1)).sum(axis=0), np.float32)


def _unit(descriptors: Bytes) -> Floats:
    values = descriptors.astype(np.float32)
    return np.asarray(values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-6), np.float32)
