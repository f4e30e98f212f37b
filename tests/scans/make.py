"""One filled form from end to end: a household, its answers, the printed sheet, the hand, the camera, the truth."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from counter.ids import from_bits
from counter.printing import render_sheet
from forms.paper import Sheet, needed_rows, sheet
from forms.paper_fill import Written, written
from forms.procedures import CATALOGUE
from tests.scans import camera, writer
from tests.scans.hands import HANDS
from tests.scans.people import Household

CAMERAS = ("scan", "photo", "small photo", "mixed", "clean")


@dataclass(frozen=True)
class FilledForm:
    """A form as it comes in: one image a page, and what was written on it."""

    procedure: str
    sheet: Sheet
    serial: str
    hand: str
    seed: int
    record: dict[str, Any]
    words: dict[str, Written]
    images: tuple[camera.Taken, ...] = field(repr=False)

    def truth(self) -> dict[str, Any]:
        """Zone key → the words or codes written there ("" and [] where nothing was), beside the record they mean."""
        values: dict[str, Any] = {}
        for page in self.sheet.pages:
            for zone in page.zones:
                answer = self.words.get(zone.key, () if zone.codes else "")
                values[zone.key] = list(answer) if zone.codes else answer
        return {
            "procedure": self.procedure,
            "sheet_digest": self.sheet.sheet_digest,
            "definition_digest": self.sheet.definition_digest,
            "serial": self.serial,
            "hand": self.hand,
            "seed": self.seed,
            "images": [{"page": place, "how": image.how} for place, image in enumerate(self.images, 1)],
            "values": values,
            "record": self.record,
        }


def fill_form(
    procedure: str,
    hand: str,
    seed: int,
    *,
    taken: str = "mixed",
    ward: str = "131083",
    mode: str = "",
    children: int | None = None,
    record: dict[str, Any] | None = None,
) -> FilledForm:
    """The same arguments give the same form again. `taken` is one of CAMERAS; mixed: scan or photo, page by page."""
    if taken not in CAMERAS:
        raise ValueError(f"taken is one of {CAMERAS}")
    rng = np.random.default_rng([seed, zlib.crc32(f"{procedure} {hand}".encode())])
    definition = CATALOGUE[procedure]
    record = record or Household(rng, ward, children, HANDS[hand].split).fill(definition)
    made = sheet(definition, needed_rows(definition, record))
    words = _as_people_write(written(made, definition, record, by_hand=True), made, rng)
    serial = from_bits(int.from_bytes(rng.bytes(10), "big"))
    pages = writer.printed(render_sheet(made, definition, serials=[serial]))
    how = writer.habits(HANDS[hand], rng, writer.seal_name(words, made))
    images = [
        _taken(writer.fill(image, page, words, HANDS[hand], how, rng), rng, taken, mode)
        for image, page in zip(pages, made.pages, strict=True)
    ]
    return FilledForm(procedure, made, serial, hand, seed, record, words, tuple(images))


def _as_people_write(words: dict[str, Written], made: Sheet, rng: np.random.Generator) -> dict[str, Written]:
    """Many leave 東京都 out before a ward."""
    short = rng.random() < 0.4
    cities = [zone.key for page in made.pages for zone in page.zones if zone.kind == "city"]
    for key in cities:
        city = words.get(key, "")
        if short and isinstance(city, str) and city.startswith("東京都"):
            words[key] = city.removeprefix("東京都")
    return words


def _taken(image: np.ndarray, rng: np.random.Generator, how: str, mode: str) -> camera.Taken:
    if how == "clean":
        return camera.clean(image)
    if how.endswith("photo") or (how == "mixed" and rng.random() < 0.5):
        return camera.photo(image, rng, small=how == "small photo")
    return camera.scan(image, rng, mode)


def many(procedures: list[str], hands: list[str], seeds: range, **options: Any) -> Iterator[FilledForm]:
    """Every procedure in every hand, once a seed."""
    for seed in seeds:
        for procedure in procedures:
            for hand in hands:
                yield fill_form(procedure, hand, seed, **options)
