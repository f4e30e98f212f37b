"""What a ward's memory is made of, what it brought, and how it came to be; for reading with it and for the page about it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager

from counter import vault
from counter.models.intake import FormState, PaperForm
from counter.models.keys import Key
from counter.models.memory import MemoryLine, MemoryVersion, SeenLine, Step

Spans = Sequence[Sequence[int]]
EVER: Spans = ((0, 2**31 - 1),)
PAGE = 10


def newest(session: Session) -> MemoryVersion | None:
    """How things stand in the session's ward; None where nothing was ever learnt."""
    return session.scalars(sa.select(MemoryVersion).order_by(MemoryVersion.number.desc()).limit(1)).one_or_none()


def version(session: Session, number: int) -> MemoryVersion | None:
    return session.scalars(sa.select(MemoryVersion).where(MemoryVersion.number == number)).one_or_none()


def in_force(session: Session, now: MemoryVersion | None) -> MemoryVersion | None:
    """The version that sheets are read with."""
    if now is None or now.in_force is None:
        return None
    return now if now.in_force == now.number else version(session, now.in_force)


def within(column: InstrumentedAttribute[int], spans: Spans) -> sa.ColumnElement[bool]:
    """Whether a line belongs to a version of these spans."""
    return sa.or_(*(column.between(first, last) for first, last in spans)) if spans else sa.false()


def lines(session: Session, spans: Spans, *, held_out: bool = False) -> list[MemoryLine]:
    """What a version is made of, in the order it was confirmed, with their keys: opening them asks nothing more."""
    found = session.scalars(
        sa.select(MemoryLine)
        .join(MemoryLine.key)
        .options(contains_eager(MemoryLine.key))
        .where(MemoryLine.held_out.is_(held_out), within(MemoryLine.since, spans), Key.wrapped.is_not(None))
        .order_by(MemoryLine.confirmed_at, MemoryLine.id)
    )
    return list(found)


def line_as(column: str, line_id: str) -> str:
    """What a sealed column of a line is bound to."""
    return f"memory_line:{column}:{line_id}"


# -- the page -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Characters:
    """Single characters and how often each was learnt; never in the order of a word. ``new``: those that the reader
    cannot know without memory."""

    counts: tuple[tuple[str, int], ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How the memory of a ward stands. ``tried``: the latest examination."""

    now: MemoryVersion
    used: MemoryVersion | None
    tried: MemoryVersion | None
    lines: int
    sheets: int
    looked: int
    held_lines: int
    held_sheets: int
    kinds: Mapping[str, int]
    oldest: dt.datetime | None


def standing(session: Session) -> Standing | None:
    now = newest(session)
    if now is None:
        return None
    used = in_force(session, now)
    spans = used.spans if used is not None else now.spans
    rows = session.execute(
        sa.select(
            MemoryLine.kind,
            MemoryLine.held_out,
            sa.func.count().label("lines"),
            sa.func.sum(sa.case((MemoryLine.looked, 1), else_=0)).label("looked"),
            sa.func.min(MemoryLine.confirmed_at).label("oldest"),
        )
        .where(sa.or_(MemoryLine.held_out, within(MemoryLine.since, spans)))
        .group_by(MemoryLine.kind, MemoryLine.held_out)
        .order_by(sa.func.count().desc(), MemoryLine.kind)
    ).all()
    sheets = session.execute(
        sa.select(MemoryLine.held_out, sa.func.count(MemoryLine.form_id.distinct()).label("sheets"))
        .where(sa.or_(MemoryLine.held_out, within(MemoryLine.since, spans)))
        .group_by(MemoryLine.held_out)
    ).all()
    of = {row.held_out: row.sheets for row in sheets}
    learnt = [row for row in rows if not row.held_out]
    return Standing(
        now=now,
        used=used,
        tried=_tried(session),
        lines=sum(row.lines for row in learnt),
        sheets=of.get(False, 0),
        looked=sum(row.looked for row in learnt),
        held_lines=sum(row.lines for row in rows if row.held_out),
        held_sheets=of.get(True, 0),
        kinds={row.kind: row.lines for row in learnt},
        oldest=min((row.oldest for row in learnt), default=None),
    )


def _tried(session: Session) -> MemoryVersion | None:
    return session.scalars(
        sa.select(MemoryVersion).where(MemoryVersion.step == Step.LEARNT).order_by(MemoryVersion.number.desc()).limit(1)
    ).one_or_none()


def waiting(session: Session) -> int:
    """Confirmed sheets whose lines a training has not taken up yet."""
    confirmed = sa.select(PaperForm.id).where(PaperForm.state == FormState.CONFIRMED)
    return (
        session.scalar(sa.select(sa.func.count(SeenLine.form_id.distinct())).where(SeenLine.form_id.in_(confirmed)))
        or 0
    )


def versions(session: Session, before: int | None = None) -> list[MemoryVersion]:
    """The latest steps, newest first, one page and one more; from below ``before``."""
    query = sa.select(MemoryVersion).order_by(MemoryVersion.number.desc()).limit(PAGE + 1)
    return list(session.scalars(query.where(MemoryVersion.number < before) if before else query))


@dataclass(frozen=True, slots=True)
class Since:
    """What became of the memory after a version: what came, what went, and who stepped in."""

    lines: int
    sheets: int
    gone: int
    steps: int
    kinds: Mapping[str, int]
    characters: Characters


def since(session: Session, now: MemoryVersion, number: int) -> Since:
    """From behind version ``number`` to ``now``; only what ``now`` is made of. 0: everything."""
    later = tuple((max(first, number + 1), last) for first, last in now.spans if last > number)
    rows = lines(session, later)
    told = session.execute(
        sa.select(sa.func.count().label("steps"), sa.func.sum(MemoryVersion.gone).label("gone")).where(
            MemoryVersion.number > number, MemoryVersion.number <= now.number
        )
    ).one()
    return Since(
        lines=len(rows),
        sheets=len({row.form_id for row in rows}),
        gone=told.gone or 0,
        steps=told.steps,
        kinds=dict(Counter(row.kind for row in rows).most_common()),
        characters=_characters(session, rows),
    )


def characters(session: Session, spans: Spans) -> Characters:
    """Of a whole version."""
    return _characters(session, lines(session, spans))


def _characters(session: Session, rows: Sequence[MemoryLine]) -> Characters:
    seals = vault.of(session)
    counts: Counter[str] = Counter()
    new: set[str] = set()
    for row in rows:
        said = seals.open(session, row.key_id, line_as("labels", row.id), row.labels)
        counts.update(said["all"])
        new.update(said["new"])
    return Characters(tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0]))), tuple(sorted(new)))


def of_bundle(session: Session, bundle_id: str) -> dict[str, int]:
    """Paper form → how many lines of it are known, of the sheets of the session's ward that became this receipt."""
    rows = session.execute(
        sa.select(MemoryLine.form_id, sa.func.count().label("lines"))
        .join(PaperForm, sa.and_(PaperForm.ward == MemoryLine.ward, PaperForm.id == MemoryLine.form_id))
        .where(PaperForm.bundle_id == bundle_id)
        .group_by(MemoryLine.form_id)
        .order_by(MemoryLine.form_id)
    )
    return {row.form_id: row.lines for row in rows}
