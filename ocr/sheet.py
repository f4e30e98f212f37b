"""Finds one of our sheets in a picture, whatever way round, and lays it flat at 200 dpi."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import zxingcpp

from forms.paper import Page
from ocr import identify
from ocr.arrays import Colour, Floats, Gray
from ocr.flatten import Map, flat_map, printed_corners, remap
from ocr.identify import plausible
from ocr.likeness import ALIKE, likeness
from ocr.template import PX, Template, size_px

MARKER_SIDE = 1700
"""Markers are looked for on a picture of this size: the bend is measured in full size later."""
QR = zxingcpp.barcode_formats_from_str("QRCode")
CODE = re.compile(r"SEC1:([A-Z0-9-]{1,60}):([0-9A-F]{16}):([1-9][0-9]?):([0-9A-Z]{1,32})", re.ASCII | re.IGNORECASE)
LONGEST_CODE = 140
DOUBTED, LIKER = 0.7, 0.15
"""A page less like what its code says is compared with the other forms; one must be so much more like it to count."""


@dataclass(frozen=True, slots=True)
class Code:
    """What the QR code says: procedure, sheet digest, page, serial."""

    procedure: str
    sheet_digest: str
    page: int
    serial: str


@dataclass(frozen=True, slots=True)
class Found:
    """A sheet found: which, and how the picture maps to it. ``homography``: picture → straightened pixels."""

    template: Template
    page: Page
    homography: Floats
    code: Code | None
    by: str
    """markers | features | own: a ward's own paper, which has no markers"""
    sure: bool = True
    """False: another known form is as like the picture"""
    codes: int = 0
    """how many different codes of ours were on the picture"""
    foreign_code: bool = False
    """a code was there that belongs to another sheet"""


@dataclass(frozen=True, slots=True)
class NotFound:
    code: Code | None


def parse_code(text: str) -> Code | None:
    """``SEC1:<PROCEDURE>:<DIGEST>:<PAGE>:<SERIAL>``; anything else is no code of ours. What it says is not believed
    here: a serial is only a serial, and a digest only names a blank to compare the page with."""
    said = CODE.fullmatch(text.strip()) if len(text) <= LONGEST_CODE else None
    if said is None:
        return None
    procedure, digest, page, serial = said.groups()
    return Code(procedure.lower(), digest.lower(), int(page), serial)


def read_codes(gray: Gray) -> list[Code]:
    """The different codes of ours on the picture."""
    said = (parse_code(found.text) for found in zxingcpp.read_barcodes(gray, formats=QR))
    return list(dict.fromkeys(code for code in said if code is not None))


def find_markers(gray: Gray) -> dict[int, Floats]:
    """ArUco id → its four corners in the picture, in the marker's own order from its top left."""
    scale = min(1.0, MARKER_SIDE / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), parameters)
    corners, ids, _ = detector.detectMarkers(small)
    found: dict[int, Floats] = {}
    for quad, number in zip(corners, [] if ids is None else ids.ravel(), strict=False):
        shape = quad.reshape(4, 2).astype(np.float32) / scale
        if int(number) not in found or _area(shape) > _area(found[int(number)]):
            found[int(number)] = shape
    return found


def _area(quad: Floats) -> float:
    return float(abs(cv2.contourArea(quad)))


def from_markers(markers: Mapping[int, Floats], page: Page) -> Floats | None:
    """The homography that the markers give; two of them at least, and they must agree with each other."""
    known = {number: (x, y, size) for number, x, y, size in page.markers}
    there, here = [], []
    for number, quad in markers.items():
        if number in known:
            x, y, size = known[number]
            here += list(quad)
            there += [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]
    if len(here) < 8:
        return None
    target = np.asarray(there, np.float32) * PX
    source = np.asarray(here, np.float32)
    matrix, inliers = cv2.findHomography(source, target, cv2.RANSAC, 6.0)
    if matrix is None or int(inliers.sum()) < max(8, int(0.6 * len(here))):
        return None
    found = np.asarray(matrix, np.float32)
    return found if plausible(found) else None


def locate(picture: Gray, templates: Mapping[str, Template]) -> Found | NotFound:
    """The sheet in the picture: by markers and QR, else by what is printed on it.

    A code is believed only where the print agrees: on other paper it is a code that somebody stuck there, and its
    serial is dropped.
    """
    codes = read_codes(picture)
    markers = find_markers(picture)
    said = [code for code in codes if code.sheet_digest in templates]
    for code in said:
        template = templates[code.sheet_digest]
        page = template.page(code.page)
        if page is None:
            continue
        matrix = from_markers(markers, page)
        how = likeness(picture, matrix, template, page) if matrix is not None else 0.0
        if matrix is not None and how >= ALIKE:
            other = identify.by_place(picture, _by_markers(markers, templates)) if how < DOUBTED else None
            if other is not None and other.alike > how + LIKER:  # the code was stuck on another form
                return _without_code(picture, markers, templates, codes)
            return Found(template, page, matrix, code, "markers", codes=len(codes))
    for code in said:
        template = templates[code.sheet_digest]
        page = template.page(code.page)
        match = identify.by_features(picture, [(template, page)], ALIKE) if page is not None else None
        if match is not None:
            return Found(match.template, match.page, match.homography, code, "features", codes=len(codes))
    if codes and not said:
        return NotFound(codes[0])
    return _without_code(picture, markers, templates, codes)


def _without_code(
    picture: Gray, markers: Mapping[int, Floats], templates: Mapping[str, Template], codes: Sequence[Code]
) -> Found | NotFound:
    match = identify.by_place(picture, _by_markers(markers, templates))
    by = "markers"
    if match is None:
        match = identify.by_features(picture, identify.pages_of(templates))
        by = "features" if match is None or match.page.markers else "own"
    if match is None:
        return NotFound(codes[0] if codes else None)
    return Found(match.template, match.page, match.homography, None, by, match.sure, len(codes), bool(codes))


def _by_markers(
    markers: Mapping[int, Floats], templates: Mapping[str, Template]
) -> Iterator[tuple[Floats, list[identify.Candidate]]]:
    """Pages with their markers in the same places share a homography."""
    places: dict[Any, list[identify.Candidate]] = {}
    for template, page in identify.pages_of(templates):
        if page.markers:
            places.setdefault((page.markers, page.width_mm, page.height_mm), []).append((template, page))
    for candidates in places.values():
        matrix = from_markers(markers, candidates[0][1])
        if matrix is not None:
            yield matrix, candidates


CORNERS_KEPT = 128


@lru_cache(maxsize=CORNERS_KEPT)
def _corners_of(template: Template, number: int) -> Floats:
    return printed_corners(template.blank(number))


# -- laying flat --------------------------------------------------------------------------------------------------


def straighten(picture: Colour, gray: Gray, found: Found) -> Colour:
    """The page laid flat: 200 dpi, the printed lines on those of the blank also where the paper was bent."""
    mapped = straight_map(gray, found)
    return remap(picture, mapped)


def straight_map(gray: Gray, found: Found) -> Map:
    blank, corners = found.template.blank(found.page.page), _corners_of(found.template, found.page.page)
    return flat_map(gray, found.homography, blank, corners, size_px(found.page))
