"""A page on its way from picture to readings: what the steps hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from forms.paper import Zone
from ocr import marks, sheet
from ocr.arrays import Colour, Gray
from ocr.clean import Cut, Ink
from ocr.decoding.ranking import Decoded
from ocr.engines import LineReader, SecondReader
from ocr.posterior import Posterior
from ocr.problems import Issue
from ocr.results import Box, Reading
from ocr.sheet import Found
from ocr.template import Template


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads: the first reads every line; the second only lines that the first is in doubt about."""

    first: LineReader | None
    second: SecondReader | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A page on its way. Every step returns a new one."""

    picture: Colour
    templates: Mapping[str, Template]
    readers: Readers
    gray: Gray
    found: Found | None = None
    straightened: Colour | None = None
    page: Ink | None = None
    cuts: Mapping[str, tuple[Cut, ...]] = field(default_factory=dict)
    answers: Mapping[str, tuple[marks.Mark, ...]] = field(default_factory=dict)
    agreed: Mapping[str, bool] = field(default_factory=dict)
    """zone key → whether the second reader read the same; only for places it was asked about"""
    seen: Mapping[str, tuple[Posterior, ...]] = field(default_factory=dict)
    decoded: Mapping[str, tuple[Decoded, ...]] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    problems: tuple[Issue, ...] = ()
    code: sheet.Code | None = None
    hidden: tuple[Box, ...] = ()

    @property
    def done(self) -> bool:
        return any(problem.fatal for problem in self.problems)

    @property
    def zones(self) -> Mapping[str, Zone]:
        return {zone.key: zone for zone in self.found.page.zones} if self.found else {}

    def but(self, **changes: Any) -> Work:
        return replace(self, **changes)
