"""How well paper is read and how long it takes to look over: by kind, by procedure, by week. Counts only, nobody's values."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.intake import Correction

Z = 1.96
"""of a 95 % interval"""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the interval that chance leaves (Wilson, 95 %)."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        return 100 * self.part / self.whole if self.whole else None

    @property
    def between(self) -> tuple[float, float] | None:
        """Percent."""
        if not self.whole:
            return None
        n, p = self.whole, self.part / self.whole
        middle, half = p + Z * Z / (2 * n), Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        scale = 1 + Z * Z / n
        return 100 * max(0.0, (middle - half) / scale), 100 * min(1.0, (middle + half) / scale)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the places that were confirmed. Empty places that were read as empty are not counted: they would flatter."""

    places: int = 0
    right: int = 0
    accepted: int = 0
    accepted_right: int = 0
    checked: int = 0
    checked_right: int = 0
    timed: int = 0
    seconds: float = 0.0

    @property
    def exact(self) -> Share:
        """Read as it was confirmed, accepted or not."""
        return Share(self.right, self.places)

    @property
    def coverage(self) -> Share:
        """Accepted by a rule without a look."""
        return Share(self.accepted, self.places)

    @property
    def precision(self) -> Share:
        """Of the accepted ones that were drawn to be looked at: left as they were. The honest figure."""
        return Share(self.checked_right, self.checked)

    @property
    def untouched(self) -> Share:
        """Of all accepted ones: left as they were. Most were not looked at, so this is an upper bound."""
        return Share(self.accepted_right, self.accepted)

    @property
    def a_field(self) -> float | None:
        """Seconds a clerk spent in a field that they entered."""
        return self.seconds / self.timed if self.timed else None


def _counts() -> list[sa.ColumnElement[Any]]:
    counted = Correction.accepted.is_not(None)
    right, accepted = Correction.changed.is_(False), Correction.accepted.is_(True)
    spot = Correction.spot_check.is_(True)

    def count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(counted, *conditions), 1), else_=0)), 0)

    return [
        count().label("places"),
        count(right).label("right"),
        count(accepted).label("accepted"),
        count(accepted, right).label("accepted_right"),
        count(spot).label("checked"),
        count(spot, right).label("checked_right"),
        sa.func.count(Correction.seconds).label("timed"),
        sa.func.coalesce(sa.func.sum(Correction.seconds), 0.0).label("seconds"),
    ]


def _figures(row: Any) -> Figures:
    return Figures(**{name: getattr(row, name) for name in Figures.__dataclass_fields__})


def together(found: Iterable[Figures]) -> Figures:
    """The sum of several."""
    every = list(found)
    return Figures(**{name: sum(getattr(one, name) for one in every) for name in Figures.__dataclass_fields__})


def overall(session: Session, since: dt.datetime, until: dt.datetime, procedure: str = "") -> Figures:
    return _figures(session.execute(sa.select(*_counts()).where(*_within(since, until, procedure))).one())


def by_kind(session: Session, since: dt.datetime, until: dt.datetime, procedure: str = "") -> dict[str, Figures]:
    """Kind, with its part where it has parts (``address.town``) → figures; the most frequent first."""
    return _grouped(session, Correction.kind, _within(since, until, procedure))


def by_procedure(session: Session, since: dt.datetime, until: dt.datetime) -> dict[str, Figures]:
    return _grouped(session, Correction.procedure, _within(since, until, ""))


def by_ward(session: Session, since: dt.datetime, until: dt.datetime) -> dict[str, Figures]:
    """For the operator of the installation: the session must be allowed to see every ward."""
    return _grouped(session, Correction.ward, _within(since, until, ""))


def by_week(session: Session, weeks: list[tuple[dt.datetime, dt.datetime]], procedure: str = "") -> list[Figures]:
    """One entry a week, in their order."""
    number = sa.case(
        *((sa.and_(Correction.at >= first, Correction.at < last), place) for place, (first, last) in enumerate(weeks)),
        else_=-1,
    )
    inner = _within(weeks[0][0], weeks[-1][1], procedure)
    rows = session.execute(sa.select(number.label("week"), *_counts()).where(*inner).group_by("week"))
    found = {row.week: _figures(row) for row in rows}
    return [found.get(place, Figures()) for place in range(len(weeks))]


def _grouped(session: Session, by: Any, within: list[sa.ColumnElement[bool]]) -> dict[str, Figures]:
    rows = session.execute(sa.select(by.label("name"), *_counts()).where(*within).group_by(by))
    found: Mapping[str, Figures] = {row.name: _figures(row) for row in rows if row.name}
    return dict(sorted(found.items(), key=lambda item: (-item[1].places, item[0])))


def _within(since: dt.datetime, until: dt.datetime, procedure: str) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [Correction.at >= since, Correction.at < until]
    return [*found, Correction.procedure == procedure] if procedure else found
