"""How well what is printed on a blank lies on a picture, and which of two forms that look alike it is."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from forms.paper import Page
from ocr.arrays import Flags, Floats, Gray
from ocr.template import PX, Template, size_px

EDGE_SCALE = 0.25
DUEL_SCALE = 0.5
ALIKE = 0.35
"""Least correlation of a straightened page with its blank; a wrong form stays under 0.2."""
MOST_PLACES, SEARCH, AROUND = 24, 6, 10
"""Where two forms differ: how many places are looked at, how far a place may lie off, how much is seen around it."""
UNLIKE = 12
"""Pixels of print at DUEL_SCALE that one form has and the other has not: a character."""


@lru_cache(maxsize=64)
def edges_of(template: Template, number: int) -> Floats:
    """Where something is printed on the blank, at EDGE_SCALE."""
    blank = template.blank(number)
    small = cv2.resize(blank, None, fx=EDGE_SCALE, fy=EDGE_SCALE, interpolation=cv2.INTER_AREA)
    return edges(np.asarray(small, np.uint8)).astype(np.float16)


def edges(small: Gray) -> Floats:
    """Where something dark is, whatever the light: the blurred difference from the surroundings."""
    values = small.astype(np.float32)
    dark = np.clip(cv2.blur(values, (25, 25)) - values, 0, 60)
    return np.asarray(cv2.GaussianBlur(dark, (0, 0), 1.2), np.float32)


def laid_small(picture: Gray, matrix: Floats, page: Page, scale: float = EDGE_SCALE) -> Gray:
    """The page as the homography lays it flat, at a part of its size."""
    shrink = np.diag([scale, scale, 1.0]).astype(np.float32)
    width, height = size_px(page)
    size = (round(width * scale), round(height * scale))
    return np.asarray(
        cv2.warpPerspective(picture, shrink @ matrix, size, flags=cv2.INTER_AREA, borderValue=255), np.uint8
    )


def likeness(picture: Gray, matrix: Floats, template: Template, page: Page) -> float:
    """How well what is printed on the blank lies on the picture, as a correlation; handwriting hardly lowers it."""
    return alike(edges(laid_small(picture, matrix, page)), template, page)


def alike(seen: Floats, template: Template, page: Page) -> float:
    """The same of a page that is laid flat already: ``seen`` are its edges at EDGE_SCALE."""
    blank = edges_of(template, page.page).astype(np.float32)
    height, width = min(blank.shape[0], seen.shape[0]), min(blank.shape[1], seen.shape[1])
    blank, seen = blank[:height, :width], seen[:height, :width]
    inside = _inside(page, blank.shape)
    one, two = blank[inside], seen[inside]
    one, two = one - one.mean(), two - two.mean()
    # only where the blank is printed: what a hand added is not held against the page
    printed = one > 0
    denominator = float(np.sqrt((one[printed] ** 2).sum() * (two[printed] ** 2).sum())) or 1.0
    near = float((one[printed] * two[printed]).sum()) / denominator
    far = float(np.sqrt((one**2).sum() * (two**2).sum())) or 1.0
    return min(near, float((one * two).sum()) / far + 0.15)


def _inside(page: Page, shape: tuple[int, ...], scale: float = EDGE_SCALE) -> Flags:
    """Without the corners and the QR code, which all our pages share."""
    mask = np.ones(shape, bool)
    px = PX * scale
    shared = [(x, y, size) for _, x, y, size in page.markers] + ([page.qr] if page.qr[2] else [])
    for x, y, size in shared:
        top, left = int((y - 3) * px), int((x - 3) * px)
        mask[max(top, 0) : int((y + size + 3) * px), max(left, 0) : int((x + size + 3) * px)] = False
    return mask


def duel(picture: Gray, one: tuple[Template, Page, Floats], two: tuple[Template, Page, Floats]) -> tuple[float, int]:
    """Which of two forms lies in the picture, judged only where their print differs: 1 is wholly the first, −1 the
    second; and how many such places there were (0: they are the same in print)."""
    (template, page, matrix), (other, other_page, other_matrix) = one, two
    seen = laid_small(picture, matrix, page, DUEL_SCALE)
    shrink = np.diag([DUEL_SCALE, DUEL_SCALE, 1.0]).astype(np.float64)
    mine = _small(template.blank(page.page))[: seen.shape[0], : seen.shape[1]]
    across = shrink @ matrix.astype(np.float64) @ np.linalg.inv(other_matrix.astype(np.float64))
    theirs = np.asarray(
        cv2.warpPerspective(
            other.blank(other_page.page), across, mine.shape[::-1], flags=cv2.INTER_AREA, borderValue=255
        ),
        np.uint8,
    )
    seen = seen[: mine.shape[0], : mine.shape[1]]
    places = _differing(mine, theirs, _inside(page, mine.shape, DUEL_SCALE))
    balance = weight = 0.0
    for place in places:
        clear = _fit(mine, mine, place) - _fit(mine, theirs, place)  # how far the two differ where nothing is written
        if clear > 0:
            balance += (_fit(seen, mine, place) - _fit(seen, theirs, place)) * place[4]
            weight += clear * place[4]
    return (balance / weight, len(places)) if weight else (0.0, 0)


def _small(blank: Gray) -> Gray:
    return np.asarray(cv2.resize(blank, None, fx=DUEL_SCALE, fy=DUEL_SCALE, interpolation=cv2.INTER_AREA), np.uint8)


def _differing(one: Gray, two: Gray, inside: Flags) -> list[tuple[int, int, int, int, float]]:
    """x, y, width, height and weight of the places where only one of the two is printed; a line's width apart is no
    difference."""
    ink = [cv2.subtract(np.full_like(page, 255), page) for page in (one, two)]
    wide = [cv2.dilate(page, np.ones((5, 5), np.uint8)) for page in ink]
    only = cv2.max(cv2.subtract(ink[0], wide[1]), cv2.subtract(ink[1], wide[0]))
    spots = ((only > 50) & inside).astype(np.uint8)
    together = cv2.dilate(spots, np.ones((9, 13), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(together, connectivity=8)
    areas = np.bincount(labels.ravel(), weights=spots.ravel(), minlength=count)
    order = [int(n) for n in np.argsort(-areas[1:])[:MOST_PLACES] + 1 if areas[n] >= UNLIKE]
    found = []
    for n in order:
        x, y, w, h = (int(side) for side in stats[n, :4])
        found.append((x, y, w, h, float(min(areas[n], 400.0))))
    return found


def _fit(seen: Gray, blank: Gray, place: tuple[int, int, int, int, float]) -> float:
    """How like the blank the page is around one place, the best within a few pixels."""
    x, y, w, h, _ = place
    height, width = blank.shape
    top, left = max(SEARCH, y - AROUND), max(SEARCH, x - AROUND)
    bottom, right = min(height - SEARCH, y + h + AROUND), min(width - SEARCH, x + w + AROUND)
    if bottom - top < 8 or right - left < 8:
        return 0.0
    wanted = _soft(blank[top:bottom, left:right])
    around = _soft(seen[top - SEARCH : bottom + SEARCH, left - SEARCH : right + SEARCH])
    if float(wanted.std()) < 2.0:  # nothing is printed here: how empty is the page?
        inner = around[SEARCH:-SEARCH, SEARCH:-SEARCH]
        return float(np.clip(1.0 - inner.std() / 25.0, 0.0, 1.0)) * 0.6
    return float(cv2.matchTemplate(around, wanted, cv2.TM_CCOEFF_NORMED).max())


def _soft(part: Gray) -> Floats:
    return np.asarray(cv2.GaussianBlur(part.astype(np.float32), (0, 0), 1.0), np.float32)
