"""統計: how well paper is read, how much is accepted without a look, how long a look takes."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import flask

from counter.extensions import db
from counter.queries import accuracy as figures
from counter.queries import intake as lists
from counter.queries.accuracy import Figures
from counter.web import access
from counter.web.account.frame import dress
from counter.web.desk.batches import titles
from forms.kinds import ALL_KINDS
from forms.kinds.dates import JST

blueprint = flask.Blueprint("accuracy", __name__, url_prefix="/desk/accuracy")
dress(blueprint)

PERIODS = {4: "4週間", 12: "12週間", 52: "1年"}
FEW = 30
"""Under so many spot checks the share says little, and the page says so."""


@dataclass(frozen=True, slots=True)
class Week:
    """One column of the charts."""

    first: dt.date
    found: Figures

    @property
    def name(self) -> str:
        return f"{self.first.month}/{self.first.day}"


@blueprint.get("")
@access.staff("desk", "admin")
def show() -> flask.typing.ResponseReturnValue:
    weeks = flask.request.args.get("weeks", 12, type=int)
    weeks = weeks if weeks in PERIODS else 12
    known = titles()
    procedure = flask.request.args.get("procedure", "")
    procedure = procedure if procedure in known else ""
    spans = _weeks(dt.datetime.now(dt.UTC), weeks)
    since, until = spans[0][0], spans[-1][1]
    columns = figures.by_week(db(), spans, procedure)
    return flask.render_template(
        "desk/accuracy.html",
        weeks=[Week(first.astimezone(JST).date(), found) for (first, _), found in zip(spans, columns, strict=True)],
        chosen=weeks,
        periods=PERIODS,
        procedure=procedure,
        titles=known,
        all=figures.overall(db(), since, until, procedure),
        kinds=with_parts(figures.by_kind(db(), since, until, procedure)),
        procedures={} if procedure else _rows(figures.by_procedure(db(), since, until)),
        speed=lists.speed(db(), since),
        words=kind_words,
        few=FEW,
    )


def _weeks(now: dt.datetime, count: int) -> list[tuple[dt.datetime, dt.datetime]]:
    """Whole weeks from Monday, in Japan; the last one is this week."""
    today = now.astimezone(JST).date()
    monday = today - dt.timedelta(days=today.weekday())
    starts = [monday - dt.timedelta(weeks=count - 1 - number) for number in range(count + 1)]
    moments = [dt.datetime.combine(day, dt.time(), JST).astimezone(dt.UTC) for day in starts]
    return list(itertools.pairwise(moments))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of figures. `part`: it is counted in the line above it too."""

    name: str
    found: Figures
    part: bool = False


def _rows(found: Mapping[str, Figures]) -> list[Row]:
    return [Row(name, one) for name, one in found.items()]


def with_parts(found: Mapping[str, Figures]) -> list[Row]:
    """Kinds, each with its parts beneath it: clerks spend their time in a field, readers read its parts."""
    kinds: dict[str, list[str]] = {}
    for name in found:
        kinds.setdefault(name.partition(".")[0], []).append(name)
    groups = [(kind, figures.together(found[name] for name in names), names) for kind, names in kinds.items()]
    made = []
    for kind, all_, names in sorted(groups, key=lambda group: (-group[1].places, group[0])):
        parts = [name for name in names if name != kind and found[name].places]
        made += [Row(kind, all_), *(Row(name, found[name], part=True) for name in parts)]
    return [row for row in made if row.found.places]


def kind_words(kind: str) -> str:
    """A kind, or a part of one, as clerks call it."""
    base, _, part = kind.partition(".")
    found = _KINDS.get(base)
    if found is None or not part:
        return found.title if found else base
    labels = {one.name: one.label for one in found().parts()}  # kinds with parts take no arguments
    return f"{found.title}（{labels.get(part, part).removesuffix(f'（{found.title}）')}）"


_KINDS = {kind.code: kind for kind in ALL_KINDS}
