"""Which of the known forms a picture shows, by what is printed on it; forms that nearly look alike are told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from forms.paper import Page
from ocr import fingerprints
from ocr.arrays import Bytes, Floats, Gray, Ids
from ocr.likeness import ALIKE, alike, duel, edges, laid_small, likeness
from ocr.template import Template

RATIO, INLIERS = 0.78, 24
TRIED = 5
"""Forms with most votes that are looked at closely."""
CLEAR, LEADS = 0.6, 2.5
"""A form so like the picture, with so many times the next one's votes, needs no comparison with others."""
TWIN = 0.9
"""Correlation of two blanks from which on they may be taken for each other."""
SURE = 0.12
"""Outcome of a duel under which nobody should call it decided."""
KNOWN = 0.55
"""Least likeness of paper that nothing else speaks for: other wards' forms have the same words and tables."""


@dataclass(frozen=True, slots=True)
class Match:
    """A form that lies in the picture. ``homography``: picture → pixels of the straightened page."""

    template: Template
    page: Page
    homography: Floats
    alike: float
    sure: bool = True
    """False: another form is as like it as this one"""

    @property
    def seat(self) -> tuple[Template, Page, Floats]:
        return self.template, self.page, self.homography


Candidate = tuple[Template, Page]


def pages_of(templates: Mapping[str, Template]) -> list[Candidate]:
    return [(template, page) for template in templates.values() for page in template.sheet.pages]


def by_features(picture: Gray, candidates: Sequence[Candidate], least: float = KNOWN) -> Match | None:
    """The form that the picture's SIFT points speak for, whatever way round it lies; ``candidates``: 60 or 200 pages.
    ``least``: how like its blank the page must be."""
    points, descriptors = fingerprints.of_picture(picture)
    if len(points) < INLIERS or not candidates:
        return None
    tiers = [[c for c in candidates if not c[1].markers], [c for c in candidates if c[1].markers]]
    for tier in tiers:  # paper without markers is what mostly comes here
        if tier:
            match = _among(picture, points, descriptors, tier, least)
            if match is not None:
                return match
    return None


def _among(
    picture: Gray, points: Floats, descriptors: Bytes, candidates: Sequence[Candidate], least: float
) -> Match | None:
    prints = [fingerprints.of_page(template, page.page) for template, page in candidates]
    voted = fingerprints.votes(points, descriptors, prints)
    order = [int(n) for n in np.argsort(-voted, kind="stable")[:TRIED]]
    found: list[Match] = []
    for place, n in enumerate(order):
        template, page = candidates[n]
        matrix = _homography(points, descriptors, prints[n])
        if matrix is not None and (how := likeness(picture, matrix, template, page)) >= least:
            found.append(Match(template, page, matrix, how))
            after = voted[order[place + 1]] if place + 1 < len(order) else 0.0
            if how > CLEAR and voted[n] > LEADS * after:
                break
    if not found:
        return None
    best = max(found, key=lambda match: match.alike)
    rivals = [match for match in found if match is not best and match.alike > 0.7 * best.alike]
    tried = {(id(match.template), match.page.page) for match in found}
    rivals += [
        Match(template, page, best.homography, best.alike)
        for template, page in twins(best, candidates)
        if (id(template), page.page) not in tried
    ]
    return decided(picture, best, rivals)


def by_place(picture: Gray, matrices: Iterable[tuple[Floats, Sequence[Candidate]]]) -> Match | None:
    """The form among those whose markers give this homography: all our own pages have theirs in one place."""
    best: tuple[float, Floats, Sequence[Candidate], list[Candidate]] | None = None
    for matrix, candidates in matrices:
        tenth = fingerprints.small_edges(laid_small(picture, matrix, candidates[0][1], fingerprints.SMALL))
        near = [(_alike_small(tenth, fingerprints.of_page(t, p.page).edges), (t, p)) for t, p in candidates]
        near.sort(key=lambda pair: -pair[0])
        if near and (best is None or near[0][0] > best[0]):
            best = near[0][0], matrix, candidates, [candidate for _, candidate in near[:TRIED]]
    if best is None:
        return None
    _, matrix, candidates, near_by = best
    seen = edges(laid_small(picture, matrix, near_by[0][1]))
    found = [Match(t, p, matrix, alike(seen, t, p)) for t, p in near_by]
    found = [match for match in found if match.alike >= ALIKE]
    if not found:
        return None
    first = max(found, key=lambda match: match.alike)
    others = [Match(t, p, matrix, first.alike) for t, p in twins(first, candidates)]
    return decided(picture, first, others)


def twins(match: Match, candidates: Iterable[Candidate]) -> list[Candidate]:
    """The other pages that look almost the same: another year's version, a continuation page."""
    own = fingerprints.of_page(match.template, match.page.page).edges
    return [
        (template, page)
        for template, page in candidates
        if (template is not match.template or page.page != match.page.page)
        and _alike_small(own, fingerprints.of_page(template, page.page).edges) > TWIN
    ]


def decided(picture: Gray, best: Match, rivals: Sequence[Match]) -> Match:
    """The one that wins where the prints differ; not sure where it does not win clearly."""
    sure = True
    for rival in rivals:
        there, places = duel(picture, best.seat, rival.seat)
        balance = (there - duel(picture, rival.seat, best.seat)[0]) / 2  # each laid flat in its own way
        if not places and rival.template is best.template:
            continue  # the same page twice, such as two continuation pages that differ in nothing
        if balance < 0:
            best = rival
        sure = (sure or balance < -SURE) and abs(balance) >= SURE
    return Match(best.template, best.page, best.homography, best.alike, sure)


def _alike_small(one: Bytes, two: Bytes) -> float:
    height, width = min(one.shape[0], two.shape[0]), min(one.shape[1], two.shape[1])
    a, b = one[:height, :width].astype(np.float32), two[:height, :width].astype(np.float32)
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / (np.sqrt((a * a).sum() * (b * b).sum()) or 1.0))


def _homography(points: Floats, descriptors: Bytes, known: fingerprints.Fingerprint) -> Floats | None:
    if len(known.points) < INLIERS:
        return None
    rows, columns = _clearly_alike(descriptors, known.descriptors)
    if len(rows) < INLIERS:
        return None
    source, target = points[rows, :2], known.points[columns, :2]
    matrix, inliers = cv2.findHomography(source, target, cv2.USAC_MAGSAC, 4.0)
    if matrix is None or int(inliers.sum()) < INLIERS:
        return None
    found = np.asarray(matrix, np.float32)
    return found if plausible(found) else None


def _clearly_alike(one: Bytes, two: Bytes) -> tuple[Ids, Ids]:
    """Pairs of descriptors where the next best of the second picture is clearly less like (squared distances are whole
    numbers that a float32 holds exactly)."""
    first, second = one.astype(np.float32), two.astype(np.float32)
    apart = (second * second).sum(axis=1) - 2.0 * (first @ second.T)
    rows, own = np.arange(len(first)), (first * first).sum(axis=1)
    columns = apart.argmin(axis=1)
    nearest = apart[rows, columns] + own
    apart[rows, columns] = np.inf
    good = nearest < RATIO**2 * (apart.min(axis=1) + own)
    return rows[good], columns[good]


def plausible(matrix: Floats) -> bool:
    """No mirror image and no fold: the paper is seen from its front."""
    determinant = float(np.linalg.det(matrix[:2, :2]))
    return 0.01 < determinant < 100 and abs(matrix[2, 0]) < 2e-3 and abs(matrix[2, 1]) < 2e-3
