"""From a raw score to the chance of being right, by kind of place; fitted by tests/benchmarks/calibrate.py, never by hand."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

WHERE = Path(__file__).with_name("calibration.json")
NEVER = 1.01
ALONE, AGREED = "alone", "agreed"
GROUPS: Mapping[str, str] = {
    **dict.fromkeys(("postcode", "phone", "digits", "number", "corporate_number", "invoice_number"), "numbers"),
    **dict.fromkeys(("year", "month", "day"), "dates"),
    **dict.fromkeys(("name", "kana", "city", "town", "ward", "bank"), "words"),
    **dict.fromkeys(("text", "long_text"), "writing"),
}
REST = "free"
"""Kinds that are not named above: building, email, and whatever is new."""
ALL = "all"
"""Every kind together: only for readings with which something else agrees."""
TWICE = 2.5
"""Two readers that agree: so much further from certainty a reading may be. Measured once: 271 of 272 right (digits)."""
POOR = 3.0
"""A poor picture multiplies the odds of being wrong by this; there a reading needs as much more to be accepted."""


@dataclass(frozen=True, slots=True)
class Table:
    """``knots``: raw score → chance of being right, both rising. ``accept``: least raw score that may stand without a
    look (NEVER: none). ``n``: on how many places it was fitted."""

    n: int
    knots: tuple[tuple[float, float], ...]
    accept: float = NEVER

    def chance(self, raw: float) -> float:
        """Straight lines between the knots."""
        at = bisect_right(self.knots, (raw, 2.0))
        if at == 0:
            return self.knots[0][1]
        if at == len(self.knots):
            return self.knots[-1][1]
        (x0, y0), (x1, y1) = self.knots[at - 1], self.knots[at]
        return y0 + (y1 - y0) * (raw - x0) / max(x1 - x0, 1e-9)


CAUTIOUS = Table(0, ((0.0, 0.0), (0.5, 0.5), (0.99, 0.95), (1.0, 0.97)))
"""Where nothing was measured: nothing stands without a look."""


@dataclass(frozen=True, slots=True)
class Sort:
    """What kind of evidence there is beside the score."""

    agreed: bool = False
    """something else on the page says the same"""
    twice: bool = False
    """a second reader read the same"""
    poor: bool = False
    """the picture is blurred, faint or cut off"""

    @property
    def factor(self) -> float:
        """By how much being wrong is likelier than it was measured."""
        return (POOR if self.poor else 1.0) / (TWICE if self.twice else 1.0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Tables by kind and by what speaks for a reading; a kind without enough data of its own has its group's."""

    tables: Mapping[str, Mapping[str, Table]]
    made: Mapping[str, Any]

    def table(self, kind: str, *, agreed: bool) -> Table:
        """The kind's own for such evidence, else its group's, else what is known of all kinds or without agreement."""
        group = GROUPS.get(kind, REST)
        with_it = ((kind, AGREED), (group, AGREED), (ALL, AGREED)) if agreed else ()
        for name, evidence in (*with_it, (kind, ALONE), (group, ALONE)):
            found = self.tables.get(name, {}).get(evidence)
            if found is not None:
                return found
        return CAUTIOUS

    def chance(self, kind: str, raw: float, sort: Sort) -> float:
        """How likely the reading is right, 0…1."""
        chance = self.table(kind, agreed=sort.agreed).chance(raw)
        wrong = (1 - chance) * sort.factor
        return chance / max(chance + wrong, 1e-9)

    def stands(self, kind: str, raw: float, sort: Sort) -> bool:
        """Whether it may stand without a look."""
        least = self.table(kind, agreed=sort.agreed).accept
        return raw >= (1 - (1 - least) / sort.factor if least < 1 else least)


def load(stored: Mapping[str, Any]) -> Calibration:
    """From the JSON that ``dump`` makes."""
    tables = {
        name: {
            evidence: Table(int(t["n"]), tuple((float(x), float(y)) for x, y in t["knots"]), float(t["accept"]))
            for evidence, t in found.items()
        }
        for name, found in stored["tables"].items()
    }
    return Calibration(tables, stored["made"])


def dump(calibration: Calibration) -> dict[str, Any]:
    """Plain JSON: provenance first."""
    return {
        "made": dict(calibration.made),
        "tables": {
            name: {
                evidence: {"n": t.n, "accept": t.accept, "knots": [list(knot) for knot in t.knots]}
                for evidence, t in found.items()
            }
            for name, found in calibration.tables.items()
        },
    }


@cache
def calibration() -> Calibration:
    """What ships."""
    return load(json.loads(WHERE.read_text("utf-8")))
