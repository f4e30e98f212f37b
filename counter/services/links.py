"""Linked cases: what one move sets going in two wards runs under one clock, and each side sees that the other acted."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, tenancy
from counter.models.application import Application, Status
from counter.models.event import Kind
from counter.models.link import Link
from counter.services import clocks
from forms.model import Application as Filed
from forms.model import Procedure


def pairs(
    rows: Sequence[dict[str, Any]], filed: Sequence[Filed], definitions: Mapping[str, Procedure]
) -> list[dict[str, Any]]:
    """Both sides of every pair in a bundle: two procedures that share a clock, in two wards.

    ``rows``: as they will be stored; those that are linked count the event that `events` makes.
    """
    found = []
    for one, other in itertools.combinations(zip(rows, filed, strict=True), 2):
        mine, theirs = definitions[one[1].digest], definitions[other[1].digest]
        if not mine.linked or mine.linked != theirs.linked or mine.code == theirs.code:
            continue
        if one[0]["ward"] == other[0]["ward"]:
            continue
        pair, day = ids.new_id(), _last_day((mine, one[1]), (theirs, other[1]))
        for (row, _), (across, _) in ((one, other), (other, one)):
            row["last_event"] = 2
            found.append(
                {
                    "ward": row["ward"], "application_id": row["id"], "pair": pair, "clock": mine.linked, "last_day": day,
                    "other_ward": across["ward"], "other_procedure": across["procedure"],
                    "received_at": across["received_at"], "taken_at": None, "done_at": None, "ended_at": None,
                }
            )  # fmt: skip
    return found


def keep(session: Session, made: Sequence[Mapping[str, Any]]) -> None:
    """Store the pairs of a new bundle."""
    if made:
        session.execute(sa.insert(Link), list(made))


def events(made: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The second event of each linked case, which says so in its history."""
    return [
        {
            "ward": row["ward"], "application_id": row["id"], "seq": row["last_event"], "kind": Kind.LINKED.value,
            "status": row["status"], "actor": "system", "note": None, "at": row["received_at"],
            "detail": {"wards": [link["other_ward"] for link in made if link["application_id"] == row["id"]]},
        }
        for row in rows
        if row["last_event"] == 2
    ]  # fmt: skip


def acted(session: Session, row: Application, kind: Kind, status: Status | None, at: dt.datetime) -> None:
    """An application went on: the other side's picture of it follows. Nothing of its content goes there."""
    known = _known_of(kind, status, at)
    if not known:
        return
    own = session.scalars(sa.select(Link.pair).where(Link.ward == row.ward, Link.application_id == row.id)).all()
    if not own:
        return
    with tenancy.all_wards(session, "the other side of a linked case sees that this one acted"):
        session.execute(
            sa.update(Link)
            .where(Link.pair.in_(own), Link.ward != row.ward)
            .values(**known)
            .execution_options(synchronize_session=False)
        )


def _known_of(kind: Kind, status: Status | None, at: dt.datetime) -> dict[str, Any]:
    """What the other ward learns: taken up, done, or ended without a result; never which, and never why."""
    if status is Status.DONE:
        return {"done_at": at, "ended_at": None}
    if status in (Status.REJECTED, Status.WITHDRAWN):
        return {"done_at": None, "ended_at": at}
    begun = {"taken_at": sa.func.coalesce(Link.taken_at, at)} if kind in (Kind.TAKEN, Kind.ARRIVED, Kind.STATUS) else {}
    return begun if status is None else {**begun, "done_at": None, "ended_at": None}


def _last_day(*sides: tuple[Procedure, Filed]) -> dt.date | None:
    """The one clock of both: it ends when the last of them has to be filed."""
    days = [due.day for definition, filed in sides if (due := clocks.due(definition, filed.answers))]
    return max(days, default=None)
