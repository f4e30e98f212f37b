"""Linked cases to look at: the counterpart as one ward may know it, and the one clock as the resident sees it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import tenancy
from counter.models.application import Application
from counter.models.link import Link


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The other ward's side of a case: whether it acted and when. Neither its answers nor anything that opens it."""

    ward: str
    procedure: str
    last_day: dt.date | None
    received_at: dt.datetime | None
    taken_at: dt.datetime | None
    done_at: dt.datetime | None
    ended_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a clock for the resident, who owns both. ``line``: of the receipt."""

    line: int
    ward: str
    procedure: str
    status: str


@dataclass(frozen=True, slots=True)
class Clock:
    """What runs under one deadline in several wards."""

    last_day: dt.date | None
    sides: tuple[Side, ...]


def counterparts(session: Session, ward: str, application_id: str) -> tuple[Counterpart, ...]:
    """From this ward's own rows alone."""
    found = session.scalars(
        sa.select(Link)
        .where(Link.ward == ward, Link.application_id == application_id)
        .order_by(Link.other_ward, Link.other_procedure)
    )
    return tuple(
        Counterpart(
            each.other_ward, each.other_procedure, each.last_day, each.received_at, each.taken_at, each.done_at,
            each.ended_at,
        )
        for each in found
    )  # fmt: skip


def clocks(session: Session, bundle_id: str) -> tuple[Clock, ...]:
    """The clocks of a bundle for its resident, each with its sides in the receipt's order."""
    with tenancy.all_wards(session, "the resident follows both wards of the move"):
        found = session.execute(
            sa.select(
                Link.clock, Link.last_day, Application.line, Application.ward, Application.procedure, Application.status
            )
            .join(Application, sa.and_(Application.ward == Link.ward, Application.id == Link.application_id))
            .where(Application.bundle_id == bundle_id)
            .order_by(Application.line)
        ).all()
    named: dict[str, list[sa.Row[tuple[str, dt.date | None, int, str, str, str]]]] = {}
    for row in found:
        named.setdefault(row.clock, []).append(row)
    return tuple(
        Clock(
            max((row.last_day for row in rows if row.last_day), default=None),
            tuple({row.line: Side(row.line, row.ward, row.procedure, row.status) for row in rows}.values()),
        )
        for rows in named.values()
    )
