"""`flask accuracy`: how well paper is read, a line a ward and a line a kind; counts only, nobody's values."""

from __future__ import annotations

import datetime as dt

import click
from flask.cli import with_appcontext

from counter import tenancy
from counter.extensions import store
from counter.queries import accuracy as figures
from counter.queries.accuracy import Figures, Share
from forms.wards import WARDS


@click.command("accuracy")
@click.option("--days", default=84, show_default=True, type=click.IntRange(1, 3660), help="How far to look back.")
@with_appcontext
def accuracy(days: int) -> None:
    """Print precision and coverage of acceptance, ward by ward and kind by kind."""
    until = dt.datetime.now(dt.UTC)
    since = until - dt.timedelta(days=days)
    with (
        store().scope(write=False) as session,
        tenancy.all_wards(session, "the operator compares how wards' paper is read"),
    ):
        wards, kinds = figures.by_ward(session, since, until), figures.by_kind(session, since, until)
    if not wards:
        click.echo("No paper was confirmed in this time.")
        return
    click.echo(f"{'':24}{'places':>8}{'exact':>9}{'accepted':>10}{'spot checks right':>28}{'s a field':>11}")
    for name, found in [*((_ward(code), found) for code, found in wards.items()), *kinds.items()]:
        click.echo(_line(name, found))


def _ward(code: str) -> str:
    return f"{code} {WARDS[code].romaji}" if code in WARDS else code


def _line(name: str, found: Figures) -> str:
    between = found.precision.between
    checked = (
        f"{_percent(found.precision)} ({between[0]:.0f}-{between[1]:.0f} %, n={found.checked})" if between else "-"
    )
    seconds = f"{found.a_field:.1f}" if found.a_field is not None else "-"
    exact, coverage = _percent(found.exact), _percent(found.coverage)
    return f"{name:24}{found.places:8}{exact:>9}{coverage:>10}{checked:>28}{seconds:>11}"


def _percent(share: Share) -> str:
    return f"{share.percent:.1f} %" if share.percent is not None else "-"
