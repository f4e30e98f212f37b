"""What a blank is recognised by: SIFT points as small numbers, kept so that they are made once (ocr/kept_prints.py)."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import cv2
import numpy as np

from ocr.arrays import Bytes, Flags, Floats, Gray, Ids
from ocr.likeness import edges
from ocr.template import Template

LONG_SIDE = 900
FEATURES = 1500
SMALL = 0.1
DESCRIPTOR = 128
_HEAD = struct.Struct("<III")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of one picture. The strongest points stand first."""

    points: Floats
    """n × 4: x, y and size in pixels of the picture in full size, direction in degrees"""
    descriptors: Bytes
    """n × 128"""
    edges: Bytes
    """the print at a tenth of the size: enough to tell pages apart that lie alike"""


_known: WeakKeyDictionary[Template, dict[int, Fingerprint]] = WeakKeyDictionary()
Told = Callable[[Template, int, Fingerprint], None]


class _Hears:
    """Who is told of a fingerprint that had to be made."""

    told: Told | None = None


def tell(told: Told | None) -> None:
    """Whom to tell from now on what was made, so that it can be kept."""
    _Hears.told = told


def give(template: Template, number: int, kept: bytes) -> None:
    """A fingerprint that was kept, so that it need not be made; what is none is passed over."""
    with contextlib.suppress(ValueError, struct.error):
        _known.setdefault(template, {})[number] = unpacked(kept)


def packed(made: Fingerprint) -> bytes:
    """As bytes, some 250 kB a page: counts, then the arrays as they lie in memory."""
    head = _HEAD.pack(len(made.points), *made.edges.shape)
    return head + made.points.astype("<f4").tobytes() + made.descriptors.tobytes() + made.edges.tobytes()


def unpacked(kept: bytes) -> Fingerprint:
    """The inverse. Raises ValueError or struct.error for anything else."""
    count, height, width = _HEAD.unpack_from(kept)
    if len(kept) != _HEAD.size + count * (16 + DESCRIPTOR) + height * width:
        raise ValueError("no fingerprint")
    points = np.frombuffer(kept, "<f4", count * 4, _HEAD.size).reshape(count, 4)
    after = _HEAD.size + count * 16
    descriptors = np.frombuffer(kept, np.uint8, count * DESCRIPTOR, after).reshape(count, DESCRIPTOR)
    edges = np.frombuffer(kept, np.uint8, height * width, after + count * DESCRIPTOR).reshape(height, width)
    return Fingerprint(points, descriptors, edges)


def of_page(template: Template, number: int) -> Fingerprint:
    """The fingerprint of a blank; a quarter of a second when nobody made it before."""
    pages = _known.setdefault(template, {})
    if number not in pages:
        pages[number] = _made(template.blank(number))
        if _Hears.told is not None:
            _Hears.told(template, number, pages[number])
    return pages[number]


def of_picture(gray: Gray) -> tuple[Floats, Bytes]:
    """Points (n × 4) and descriptors (n × 128) as in a Fingerprint, the strongest first."""
    scale = min(1.0, LONG_SIDE / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    points, descriptors = cv2.SIFT.create(nfeatures=FEATURES).detectAndCompute(small, None)
    if not points:
        return np.zeros((0, 4), np.float32), np.zeros((0, 128), np.uint8)
    order = np.argsort([-point.response for point in points], kind="stable")
    places = np.asarray([(*points[n].pt, points[n].size, points[n].angle) for n in order], np.float32)
    places[:, :3] /= scale
    return places, np.asarray(descriptors, np.float32)[order].astype(np.uint8)


def small_edges(tenth: Gray) -> Bytes:
    return np.asarray(np.clip(edges(tenth) * 4, 0, 255), np.uint8)


def _made(blank: Gray) -> Fingerprint:
    points, descriptors = of_picture(blank)
    tenth = cv2.resize(blank, None, fx=SMALL, fy=SMALL, interpolation=cv2.INTER_AREA)
    return Fingerprint(points, descriptors, small_edges(np.asarray(tenth, np.uint8)))


def warm(templates: Iterable[Template]) -> None:
    """Fingerprint all of them now, so that the first page without a code is as quick as all others."""
    for template in templates:
        for page in template.sheet.pages:
            of_page(template, page.page)


# -- voting -------------------------------------------------------------------------------------------------------

ASKED, EACH, BLOCK = 450, 600, 16
"""Points of the picture that vote, points of a blank they are compared with, blanks compared at once."""
LIKE = 0.82
"""Least cosine of a vote."""
ROOM = 0.06
"""Points that agree where the page lies may differ by this part of its height: paper is photographed askew."""


def votes(points: Floats, descriptors: Bytes, prints: Sequence[Fingerprint]) -> Floats:
    """For each blank how many of the picture's points agree where on the picture it would lie. Words and table corners
    are the same on many forms, so likeness alone says little; all agree, though, how the paper is turned and scaled."""
    points, asked = points[:ASKED], _unit(descriptors[:ASKED])
    likest = np.zeros((len(asked), len(prints)), np.float32)
    which = np.zeros((len(asked), len(prints)), np.int64)
    for start in range(0, len(prints), BLOCK):
        block = [known.descriptors[:EACH] for known in prints[start : start + BLOCK]]
        likeness = asked @ _unit(np.concatenate(block)).T
        end = 0
        for place, one in enumerate(block, start):
            if len(one):
                part = likeness[:, end : end + len(one)]
                which[:, place] = part.argmax(axis=1)
                likest[:, place] = np.take_along_axis(part, which[:, place, None], axis=1)[:, 0]
            end += len(one)
    rows, columns = np.nonzero((likest > LIKE) & _first_of_each(likest, which))
    if not len(rows):
        return np.zeros(len(prints), np.float32)
    here = points[rows]
    met = zip(columns.tolist(), which[rows, columns].tolist(), strict=True)
    there = np.stack([prints[column].points[place] for column, place in met])
    turn, scale, fitting = _pose(here, there)
    sine, cosine = float(np.sin(turn)) * scale, float(np.cos(turn)) * scale
    x = here[:, 0] - (cosine * there[:, 0] - sine * there[:, 1])
    y = here[:, 1] - (sine * there[:, 0] + cosine * there[:, 1])
    origins = np.stack([x, y], axis=1).astype(np.float32)
    return _gathered(origins[fitting], columns[fitting], len(prints), scale)


def _first_of_each(likest: Floats, which: Ids) -> Flags:
    """A point of a blank is met once, by the likest: frames have hundreds of corners that look the same."""
    first = np.zeros(likest.shape, bool)
    for column in range(likest.shape[1]):
        order = np.lexsort((-likest[:, column], which[:, column]))
        places = which[order, column]
        first[order[np.r_[True, places[1:] != places[:-1]]], column] = True
    return first


def _pose(here: Floats, there: Floats) -> tuple[float, float, Flags]:
    """How the paper is turned (radians) and scaled in the picture, and which pairs of points say so."""
    turns = np.deg2rad(here[:, 3] - there[:, 3])
    counts = np.bincount((np.mod(turns, 2 * np.pi) / (2 * np.pi) * 72).astype(np.int64) % 72, minlength=72)
    wide = counts + np.roll(counts, 1) + np.roll(counts, -1)
    middle = (int(np.argmax(wide)) + 0.5) / 72 * 2 * np.pi
    off = np.angle(np.exp(1j * (turns - middle)))
    fitting = np.abs(off) < 0.2
    scale = float(np.exp(np.median(np.log(here[fitting, 2] / there[fitting, 2]))))
    return middle + float(np.median(off[fitting])), scale, np.asarray(fitting, bool)


def _gathered(origins: Floats, columns: Ids, blanks: int, scale: float) -> Floats:
    """How many of each blank's pairs put its corner in one place."""
    cells = np.floor(origins / (ROOM / 2 * 2339 * scale)).astype(np.int64)
    cells -= cells.min(axis=0)
    wide, high = cells.max(axis=0) + 3
    most = np.zeros(blanks, np.float32)
    for blank in np.unique(columns):
        own = cells[columns == blank]
        grid = np.zeros((int(high), int(wide)), np.float32)
        np.add.at(grid, (own[:, 1], own[:, 0]), 1)
        most[blank] = cv2.boxFilter(grid, -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT).max()
    return most


def _unit(descriptors: Bytes) -> Floats:
    values = descriptors.astype(np.float32)
    return np.asarray(values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-6), np.float32)
