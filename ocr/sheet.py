"""Finds one of our sheets in a picture, whatever way round, and lays it flat at 200 dpi."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import cv2
import numpy as np
import zxingcpp

from forms.paper import Page
from ocr.arrays import Colour, Floats, Gray
from ocr.flatten import Map, flat_map, printed_corners, remap
from ocr.template import PX, Template, size_px

LONG_SIDE, MARKER_SIDE = 1200, 1700
"""Forms are compared, and markers looked for, on a picture of this size: the bend is measured in full size later."""
FEATURES, RATIO, INLIERS = 1500, 0.78, 24
QR = zxingcpp.barcode_formats_from_str("QRCode")
ALIKE = 0.35
"""Least correlation of a straightened page with its blank; a wrong form stays under 0.2."""


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
    """markers | features"""


@dataclass(frozen=True, slots=True)
class NotFound:
    code: Code | None


def parse_code(text: str) -> Code | None:
    """``SEC1:<PROCEDURE>:<DIGEST>:<PAGE>:<SERIAL>``; anything else is no code of ours."""
    pieces = text.strip().split(":")
    if len(pieces) != 5 or pieces[0] != "SEC1" or not pieces[3].isdecimal() or len(text) > 120:
        return None
    return Code(pieces[1].lower(), pieces[2].lower(), int(pieces[3]), pieces[4])


def read_code(gray: Gray) -> Code | None:
    """The first code of ours on the picture."""
    for found in zxingcpp.read_barcodes(gray, formats=QR):
        code = parse_code(found.text)
        if code is not None:
            return code
    return None


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
    return found if _plausible(found) else None


def _plausible(matrix: Floats) -> bool:
    """No mirror image and no fold: the paper is seen from its front."""
    determinant = float(np.linalg.det(matrix[:2, :2]))
    return 0.01 < determinant < 100 and abs(matrix[2, 0]) < 2e-3 and abs(matrix[2, 1]) < 2e-3


def locate(picture: Gray, templates: Mapping[str, Template]) -> Found | NotFound:
    """The sheet in the picture: by markers and QR, else by SIFT against the known blanks."""
    code = read_code(picture)
    markers = find_markers(picture)
    if code is not None and code.sheet_digest in templates:
        template = templates[code.sheet_digest]
        page = template.page(code.page)
        if page is None:
            return NotFound(code)
        matrix = from_markers(markers, page)
        if matrix is not None and likeness(picture, matrix, template, page) >= ALIKE:
            return Found(template, page, matrix, code, "markers")
        return _by_features(picture, [(template, page)], code)
    if code is not None:
        return NotFound(code)
    best = _best_by_markers(picture, markers, templates)
    if best is not None:
        return best
    every = [(template, page) for template in templates.values() for page in template.sheet.pages]
    return _by_features(picture, every, None)


def _best_by_markers(picture: Gray, markers: Mapping[int, Floats], templates: Mapping[str, Template]) -> Found | None:
    best: tuple[float, Found] | None = None
    for template in templates.values():
        for page in template.sheet.pages:
            matrix = from_markers(markers, page)
            if matrix is None:
                continue
            alike = likeness(picture, matrix, template, page)
            if alike >= ALIKE and (best is None or alike > best[0]):
                best = (alike, Found(template, page, matrix, None, "markers"))
    return best[1] if best else None


# -- comparison with the blank ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Print:
    """What is printed on a blank, for comparison and for following it."""

    edges: Floats
    corners: Floats


_PRINTS: WeakKeyDictionary[Template, dict[int, _Print]] = WeakKeyDictionary()
_FEATURES: WeakKeyDictionary[Template, dict[int, tuple[Floats, Floats]]] = WeakKeyDictionary()
EDGE_SCALE = 0.25


def _print_of(template: Template, page: Page) -> _Print:
    pages = _PRINTS.setdefault(template, {})
    if page.page not in pages:
        blank = template.blank(page.page)
        small = cv2.resize(blank, None, fx=EDGE_SCALE, fy=EDGE_SCALE, interpolation=cv2.INTER_AREA)
        pages[page.page] = _Print(_edges(np.asarray(small, np.uint8)), printed_corners(blank))
    return pages[page.page]


def _features_of(template: Template, page: Page) -> tuple[Floats, Floats]:
    """SIFT points and descriptors of the blank: only pages without marks need them."""
    pages = _FEATURES.setdefault(template, {})
    if page.page not in pages:
        blank = template.blank(page.page)
        pages[page.page] = _sift(blank, LONG_SIDE / max(blank.shape))
    return pages[page.page]


def _edges(small: Gray) -> Floats:
    """Where something dark is, whatever the light: the blurred difference from the surroundings."""
    values = small.astype(np.float32)
    dark = np.clip(cv2.blur(values, (25, 25)) - values, 0, 60)
    return np.asarray(cv2.GaussianBlur(dark, (0, 0), 1.2), np.float32)


def likeness(picture: Gray, matrix: Floats, template: Template, page: Page) -> float:
    """How well what is printed on the blank lies on the picture, as a correlation; handwriting hardly lowers it."""
    shrink = np.diag([EDGE_SCALE, EDGE_SCALE, 1.0]).astype(np.float32)
    width, height = size_px(page)
    small = cv2.warpPerspective(
        picture,
        shrink @ matrix,
        (round(width * EDGE_SCALE), round(height * EDGE_SCALE)),
        flags=cv2.INTER_AREA,
        borderValue=255,
    )
    blank = _print_of(template, page).edges
    seen = _edges(np.asarray(small, np.uint8))[: blank.shape[0], : blank.shape[1]]
    blank = blank[: seen.shape[0], : seen.shape[1]]
    inside = _inside(page, blank.shape)
    one, two = blank[inside], seen[inside]
    one, two = one - one.mean(), two - two.mean()
    # only where the blank is printed: what a hand added is not held against the page
    printed = one > 0
    denominator = float(np.sqrt((one[printed] ** 2).sum() * (two[printed] ** 2).sum())) or 1.0
    near = float((one[printed] * two[printed]).sum()) / denominator
    far = float(np.sqrt((one**2).sum() * (two**2).sum())) or 1.0
    return min(near, float((one * two).sum()) / far + 0.15)


def _inside(page: Page, shape: tuple[int, ...]) -> np.ndarray:
    """Without the corners and the QR code, which all our pages share."""
    mask = np.ones(shape, bool)
    px = PX * EDGE_SCALE
    for x, y, size in [(x, y, size) for _, x, y, size in page.markers] + [page.qr]:
        top, left = int((y - 3) * px), int((x - 3) * px)
        mask[max(top, 0) : int((y + size + 3) * px), max(left, 0) : int((x + size + 3) * px)] = False
    return mask


def _sift(gray: Gray, scale: float) -> tuple[Floats, Floats]:
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    points, descriptors = cv2.SIFT.create(nfeatures=FEATURES).detectAndCompute(small, None)
    if not points:
        return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
    return np.asarray([p.pt for p in points], np.float32) / scale, np.asarray(descriptors, np.float32)


def _by_features(picture: Gray, candidates: list[tuple[Template, Page]], code: Code | None) -> Found | NotFound:
    points, descriptors = _sift(picture, min(1.0, LONG_SIDE / max(picture.shape)))
    best: tuple[int, Found] | None = None
    if len(points) >= INLIERS:
        for template, page in candidates:
            matched = _match(points, descriptors, *_features_of(template, page))
            if matched is None:
                continue
            inliers, matrix = matched
            if (best is None or inliers > best[0]) and likeness(picture, matrix, template, page) >= ALIKE:
                best = (inliers, Found(template, page, matrix, code, "features"))
    return best[1] if best else NotFound(code)


def _match(
    points: Floats, descriptors: Floats, blank_points: Floats, blank_descriptors: Floats
) -> tuple[int, Floats] | None:
    if len(blank_points) < INLIERS:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(descriptors, blank_descriptors, k=2)
    good = [a for a, b in (pair for pair in pairs if len(pair) == 2) if a.distance < RATIO * b.distance]
    if len(good) < INLIERS:
        return None
    source = np.asarray([points[m.queryIdx] for m in good], np.float32)
    target = np.asarray([blank_points[m.trainIdx] for m in good], np.float32)
    matrix, inliers = cv2.findHomography(source, target, cv2.USAC_MAGSAC, 4.0)
    if matrix is None or int(inliers.sum()) < INLIERS:
        return None
    found = np.asarray(matrix, np.float32)
    return (int(inliers.sum()), found) if _plausible(found) else None


# -- laying flat --------------------------------------------------------------------------------------------------


def straighten(picture: Colour, gray: Gray, found: Found) -> Colour:
    """The page laid flat: 200 dpi, the printed lines on those of the blank also where the paper was bent."""
    mapped = straight_map(gray, found)
    return remap(picture, mapped)


def straight_map(gray: Gray, found: Found) -> Map:
    blank, corners = found.template.blank(found.page.page), _print_of(found.template, found.page).corners
    return flat_map(gray, found.homography, blank, corners, size_px(found.page))
