"""Pages full of marks with the truth: our printed sheets, and pages of boxes as other people print them, photographed."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import ImageFont

from counter.printing import blank_images, render_sheet
from forms.paper import Page, Sheet, Zone, sheet
from forms.paper_geometry import Cell, Text
from forms.procedures import CATALOGUE
from ocr import clean
from ocr import sheet as finding
from ocr.clean import Ink
from ocr.loading import load_pages
from ocr.template import Template, size_px
from tests.scans import camera, marks, writer
from tests.scans.hands import FOLDER, hands
from tests.scans.marks import Paper, Pen, Place, Truth
from tests.scans.writer import MM

MARKED = ("choice", "choices", "declaration", "era")
CAMERAS = {
    "train": ("scan colour", "scan grey", "scan bw", "photo"),
    "dev": ("scan colour", "scan grey", "scan bw", "photo", "copy"),
    "test": ("scan colour", "scan grey", "scan bw", "photo", "small photo", "copy", "fax"),
}
"""Which ways of taking a picture a split knows; small photos and faxes are only ever tested."""


@dataclass(frozen=True)
class Marked:
    """One filled page as it comes in, with the truth a zone (one a code)."""

    template: Template
    page: Page
    taken: camera.Taken
    camera: str
    truths: Mapping[str, list[Truth]] = field(repr=False)

    def ink(self) -> Ink | None:
        """The page straightened and washed as reading does it; None where its corners are not found."""
        picture = load_pages(self.taken.data)[0]
        if picture.ndim == 2:
            picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
        gray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
        matrix = finding.from_markers(finding.find_markers(gray), self.page)
        if matrix is None:
            return None
        found = finding.Found(self.template, self.page, matrix, None, "markers")
        flat = finding.straighten(np.asarray(picture, np.uint8), gray, found)
        return clean.ink(flat, self.template.blank(self.page.page))


VISIBLE = 25
"""Pixels (200 dpi) that are not paper: fewer is no pencil stroke."""


def seen(ink: Ink, cell: Cell, truth: Truth) -> Truth:
    """What is left of the truth in the picture: one bit a pixel may swallow a pencil."""
    if "faint" not in truth.style:
        return truth
    x, y, w, h = clean.bounds([cell], ink.dark.shape, 1.0)
    near = cv2.dilate(ink.printed[y : y + h, x : x + w], np.ones((5, 5), np.uint8))
    left = (ink.dark[y : y + h, x : x + w] > 24) & (near < 20)
    return marks.GONE if left.sum() < VISIBLE else truth


def procedures(split: str) -> list[str]:
    """Each sheet belongs to one split: a third each."""
    return sorted(CATALOGUE)[("train", "dev", "test").index(split) :: 3]


@functools.cache
def printed(code: str) -> tuple[Template, list[np.ndarray]]:
    """The procedure's template and its pages as printed, at 300 dpi."""
    made = sheet(CATALOGUE[code])
    with tempfile.TemporaryDirectory() as folder:
        blanks = blank_images(made, folder=Path(folder))
    pages = writer.printed(render_sheet(made, CATALOGUE[code], serials=["0123456789ABCDEFG"]))
    return Template(made, {}, blanks), pages


def sheets(split: str, seeds: range) -> Iterator[Marked]:
    """Every marked page of the split's sheets, once a seed."""
    for seed in seeds:
        for place, code in enumerate(procedures(split)):
            template, pages = printed(code)
            for page, image in zip(template.sheet.pages, pages, strict=True):
                if any(zone.kind in MARKED for zone in page.zones):
                    rng = np.random.default_rng([seed, place, page.page, len(split)])
                    yield marked(template, page, image.copy(), split, rng)


def marked(template: Template, page: Page, image: np.ndarray, split: str, rng: np.random.Generator) -> Marked:
    paper, how, truths = Paper(image, rng), marks.pen(split, rng), {}
    for zone in page.zones:
        if zone.kind in MARKED:
            places = [Place(cell, label(page, zone, cell), zone.kind == "era") for cell in zone.cells]
            truths[zone.key] = marks.answer(paper, places, zone.kind == "choices", how, split, rng)
        elif rng.random() < 0.4:
            write(paper, zone, how, split, rng)
    for zone in page.zones:
        if zone.key in truths:
            pairs = zip(zone.cells, truths[zone.key], strict=True)
            truths[zone.key] = [marks.under_seals(paper, cell, truth) for cell, truth in pairs]
    name = CAMERAS[split][int(rng.integers(len(CAMERAS[split])))]
    return Marked(template, page, take(image, name, rng), name, truths)


def label(page: Page, zone: Zone, cell: Cell) -> Cell | None:
    """Where the words beside a box are printed."""
    if zone.kind == "era":
        return None
    x, y, w, h = cell
    near = [t for t in page.texts if abs(t.box[1] + t.box[3] / 2 - y - h / 2) < 2 and 0 < t.box[0] - x - w < 3]
    if not near:
        return None
    words = near[0]
    wide = min(words.box[2], 3.2 * max(1, len(words.msgid)))
    return (words.box[0], y - 0.3, wide, h + 0.6)


def write(paper: Paper, zone: Zone, how: Pen, split: str, rng: np.random.Generator) -> None:
    """Some handwriting in a text place: it may run out of it."""
    writers = hands(split)
    hand = writers[int(rng.integers(len(writers)))]
    x, y, _, h = zone.cells[0]
    text = "".join(rng.choice(list("東京花子一二三456789アイウ山川"), int(rng.integers(1, 6))))
    drawn = hand.line(text, min(8.0, h * 0.85) * MM, rng)
    at = (x * MM + rng.uniform(0, 3) * MM, (y + h / 2) * MM - drawn.shape[0] / 2)
    paper.lay((drawn * 255).astype(np.uint8), round(at[0]), round(at[1]), how.colour, how.press)


def take(image: np.ndarray, how: str, rng: np.random.Generator) -> camera.Taken:
    if how.endswith("photo"):
        return camera.photo(image, rng, small=how == "small photo")
    if how == "copy":
        return camera.scan(copied(image, rng), rng, "grey")
    if how == "fax":
        return fax(image, rng)
    return camera.scan(image, rng, how.removeprefix("scan "))


def copied(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A photocopy: steep contrast, a grey veil, specks of toner."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    grey = 255 / (1 + np.exp(-(cv2.GaussianBlur(grey, (0, 0), 1.0) - rng.uniform(150, 190)) / rng.uniform(14, 28)))
    grey = np.clip(grey, 18, rng.uniform(236, 255))
    for x, y in rng.integers(0, grey.shape[::-1], (int(rng.integers(40, 300)), 2)):
        cv2.circle(grey, (int(x), int(y)), int(rng.integers(1, 3)), 40, -1)
    return cv2.cvtColor(grey.astype(np.uint8), cv2.COLOR_GRAY2BGR)


def fax(image: np.ndarray, rng: np.random.Generator) -> camera.Taken:
    """204 × 196 dpi, one bit, lines knocked out; greys become dots (error diffusion) as most machines send them."""
    made = camera.scan(image, rng, "grey")
    grey = cv2.imdecode(np.frombuffer(made.data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if rng.random() < 0.5:
        noise = rng.uniform(90, 215, grey.shape)  # a random dither stands for diffusion: as coarse, and quick
        black = np.where(cv2.GaussianBlur(grey, (0, 0), 0.6) > noise, 255, 0).astype(np.uint8)
    else:
        black = np.where(grey > rng.uniform(165, 205), 255, 0).astype(np.uint8)
    for row in rng.integers(0, grey.shape[0], int(rng.integers(0, 4))):
        black[row] = black[max(0, row - 1)]
    _, packed = cv2.imencode(".png", black, [cv2.IMWRITE_PNG_BILEVEL, 1])
    return camera.Taken("fax.png", packed.tobytes(), "fax")


# -- paper that we did not print ----------------------------------------------------------------------------------

MARKERS = ((0, 7.0, 7.0, 10.0), (1, 193.0, 7.0, 10.0), (2, 193.0, 280.0, 10.0), (3, 7.0, 280.0, 10.0))
WORDS = (
    "はい",
    "いいえ",
    "男",
    "女",
    "有",
    "無",
    "該当する",
    "その他",
    "世帯主",
    "同居",
    "別居",
    "給与",
    "年金",
    "自営業",
    "賃貸",
)
CIRCLED = (
    "昭和",
    "平成",
    "令和",
    "男",
    "女",
    "有",
    "無",
    "1",
    "2",
    "3",
    "昭",
    "平",
    "令",
    "普通",
    "当座",
    "大正",
    "西暦",
)
FACES = {"train": ("klee-one", "yomogi"), "dev": ("yuji-boku",), "test": ("zen-kurenaido",)}


def dense(split: str, seeds: range) -> Iterator[Marked]:
    """Pages of many questions: boxes of 3.5–7 mm, frames of all greys, labels right, left or none, words to circle."""
    for seed in seeds:
        rng = np.random.default_rng([seed, 77, len(split)])
        page, image = strange_page(split, rng)
        small = cv2.resize(image, size_px(page), interpolation=cv2.INTER_AREA)
        template = Template(Sheet("", "", str(seed), (page,)), {}, [cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)])
        yield marked(template, page, image, split, rng)


def strange_page(split: str, rng: np.random.Generator) -> tuple[Page, np.ndarray]:
    image = np.full((round(297 * MM), round(210 * MM), 3), 255, np.uint8)
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for number, x, y, size in MARKERS:
        side = round(size * MM)
        drawn = cv2.aruco.generateImageMarker(dictionary, number, side)
        image[round(y * MM) : round(y * MM) + side, round(x * MM) : round(x * MM) + side] = drawn[..., None]
    face = FACES[split][int(rng.integers(len(FACES[split])))]
    zones: list[Zone] = []
    texts: list[Text] = []
    y = 22.0
    while y < 270:
        row, high = _row(image, y, face, rng, texts)
        zones += row
        y += high
    return Page(1, 210.0, 297.0, tuple(zones), markers=MARKERS, texts=tuple(texts)), image


def _row(
    image: np.ndarray, y: float, face: str, rng: np.random.Generator, texts: list[Text]
) -> tuple[list[Zone], float]:
    side, word = float(rng.uniform(3.5, 7.0)), rng.random() < 0.35
    shade, thick = int(rng.choice([0, 90, 150, 190])), int(rng.choice([1, 2, 3, 4]))
    colour = (shade, shade, shade) if rng.random() < 0.6 else (120, 120, 220)
    where = ("right", "right", "left", "none")[int(rng.integers(4))]
    vocabulary = CIRCLED if word else WORDS
    zones: list[Zone] = []
    x = float(rng.uniform(20, 26))
    while x < 165:
        cells: list[Cell] = []
        for _ in range(int(rng.integers(2, 5))):
            text = str(rng.choice(vocabulary))
            size = float(rng.uniform(3.0, 4.2))
            if word:
                wide = max(size * len(text) + rng.uniform(1.5, 3.5), 5.5)
                cells.append((x, y, wide, max(6.0, size + 2.5)))
                _text(image, text, x + wide / 2 - size * len(text) / 2, y + cells[-1][3] / 2, size, face)
                x += wide + rng.uniform(0, 1.5)
                continue
            room = size * len(text) + 1.5
            if where == "left":
                _text(image, text, x, y + side / 2, size, face)
                x += room
            cells.append((x, y, side, side))
            one, two = ((round(v * MM), round(t * MM)) for v, t in ((x, y), (x + side, y + side)))
            cv2.rectangle(image, one, two, colour, thick)
            x += side + 1.2
            if where == "right":
                _text(image, text, x, y + side / 2, size, face)
                texts.append(Text(text, (x, y, room - 1.5, side), "option"))
                x += room
            x += rng.uniform(1.5, 4)
        kind = "era" if word else str(rng.choice(["choice", "choices"]))
        cells = [cell for cell in cells if cell[0] + cell[2] < 190]
        if len(cells) > 1:
            codes = tuple(str(n) for n in range(len(cells)))
            zones.append(Zone(f"{y:.1f}-{x:.1f}", kind, tuple(cells), codes))
        x += rng.uniform(4, 9)
    return zones, max(side, 7.0) + float(rng.uniform(3.0, 6.0))


@functools.lru_cache(maxsize=256)
def _face(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FOLDER / f"{name}.woff2"), size)


def _text(image: np.ndarray, text: str, x: float, middle: float, size: float, face: str) -> None:
    mask = _face(face, round(size * MM)).getmask(text, mode="L", anchor="ls")
    drawn = np.asarray(mask, np.uint8).reshape(mask.size[::-1])
    left, top = round(x * MM), round(middle * MM - drawn.shape[0] / 2)
    part = image[top : top + drawn.shape[0], left : left + drawn.shape[1]]
    part[:] = (part * (1 - drawn[: part.shape[0], : part.shape[1], None] / 255.0)).astype(np.uint8)
