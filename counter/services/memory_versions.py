"""Versions of a ward's memory: each step is a new one, the newest says what is in force, an older one can be taken up again."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from counter.models.memory import MemoryVersion, Step
from counter.queries.memory import Spans, newest, version
from counter.services import audit
from counter.services.writing import insert

LONGEST_REASON = 200


class Conflict(Exception):
    """Somebody or something made another version since; nothing was written."""


class NoReason(Exception):
    """Who switches off or goes back says why, in up to LONGEST_REASON characters."""


class NotUsable(Exception):
    """This version was never in force, or is the one in force."""


def grown(spans: Spans, number: int) -> list[list[int]]:
    """Spans with one more version at their end."""
    before = [list(span) for span in spans]
    if before and before[-1][1] == number - 1:
        return [*before[:-1], [before[-1][0], number]]
    return [*before, [number, number]]


def append(session: Session, ward: str, step: Step, *, by: str, tries: int = 1, **values: Any) -> MemoryVersion:
    """The next step; what is not said stays as it was. Raises Conflict, and the caller rolls back."""
    session.flush()
    for _ in range(tries):
        now = newest(session)
        number = now.number + 1 if now is not None else 1
        before = {
            "spans": now.spans if now else [],
            "in_force": now.in_force if now else None,
            "held_off": bool(now and now.held_off),
        }
        row = {"ward": ward, "number": number, "step": step, "by": by, **before, **values}
        adding = insert(session, MemoryVersion).values(row).on_conflict_do_nothing().returning(MemoryVersion.number)
        if session.scalar(adding) is not None:
            made = version(session, number)
            assert made is not None
            return made
    raise Conflict


def roll_back(session: Session, ward: str, number: int, *, seen: int, actor: str, reason: str) -> MemoryVersion:
    """Read with an earlier version again, and learn on from there: what came after it is left out, not erased.

    Raises Conflict when ``seen`` is not the newest, NoReason, NotUsable.
    """
    said, now = _said(reason), _seen(session, seen)
    older = version(session, number)
    if older is None or older.in_force != number or number == now.in_force:
        raise NotUsable
    made = append(
        session, ward, Step.ROLLED_BACK, by=actor, reason=said, spans=older.spans, in_force=number, held_off=False,
        **_figures(older),
    )  # fmt: skip
    audit.record(session, ward, actor, "memory.roll-back", str(number), {"version": made.number})
    return made


def switch_off(session: Session, ward: str, *, seen: int, actor: str, reason: str) -> MemoryVersion:
    """Read without memory until a person switches it on; learning and examining go on. Raises Conflict, NoReason."""
    said = _said(reason)
    _seen(session, seen)
    made = append(session, ward, Step.SWITCHED_OFF, by=actor, reason=said, in_force=None, held_off=True)
    audit.record(session, ward, actor, "memory.switch-off", str(made.number))
    return made


def switch_on(session: Session, ward: str, *, seen: int, actor: str) -> MemoryVersion:
    """Let the examination decide again. The caller queues a training. Raises Conflict."""
    _seen(session, seen)
    made = append(session, ward, Step.SWITCHED_ON, by=actor, held_off=False)
    audit.record(session, ward, actor, "memory.switch-on", str(made.number))
    return made


def _figures(row: MemoryVersion) -> dict[str, Any]:
    names = ("lines", "sheets", "held_lines", "held_sheets", "right_before", "right_after", "won", "lost", "kinds")
    return {name: getattr(row, name) for name in names}


def _said(reason: str) -> str:
    said = " ".join(reason.split())
    if not said or len(said) > LONGEST_REASON:
        raise NoReason
    return said


def _seen(session: Session, seen: int) -> MemoryVersion:
    now = newest(session)
    if now is None or now.number != seen:
        raise Conflict
    return now
