"""What a ward's readers learn (訂正記憶): lines wait for a clerk, are learnt once confirmed, are read with, are forgotten."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, tenancy, vault
from counter.models.intake import OPEN, PaperForm, Reading
from counter.models.memory import MemoryLine, MemoryVersion, SeenLine, Step
from counter.queries.memory import in_force, line_as, lines, newest
from counter.services import audit, memory_versions
from counter.services.memory_versions import append

if TYPE_CHECKING:
    from ocr.results import LineSeen

JOB = "train.1"
QUEUE = "training"
SYSTEM = "system"
TRIES = 5
"""Forgetting does not give way to a training that ends at the same moment."""


def keep_lines(session: Session, form: PaperForm, row: Reading, lines: Sequence[LineSeen]) -> None:
    """What was seen of one place waits for a clerk to say what stands there; sealed under the form's key."""
    known = [line for line in lines if line.weights]  # of a reader that has no features there is nothing to learn
    if not known:
        return
    session.flush()  # the row they point to
    for position, line in enumerate(known):
        kept = SeenLine(
            ward=form.ward, id=ids.new_id(), form_id=form.id, reading_id=row.id, position=position, weights=line.weights
        )
        features = line.features.astype("<f2").tobytes()
        kept.content = vault.of(session).seal_bytes(session, form.key_id, seen_as(kept.id), features)
        session.add(kept)


def note_confirmed(session: Session, form: PaperForm) -> None:
    """A person confirmed this form: its lines are learnt soon after this transaction. Call it last in the transaction."""
    session.flush()
    waits = sa.select(SeenLine.id).where(SeenLine.form_id == form.id).limit(1)
    if session.scalars(waits).one_or_none() is not None:
        session.info["enqueue"](session, JOB, f"train:{form.id}", form.ward, queue=QUEUE)


# -- reading with it ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ActiveMemory:
    """What sheets of a ward are read with now. ``key`` changes whenever anything in it may have changed.

    ``lines``: each as ``ocr.memory.LineKeys.dump`` made it, in the order they were confirmed, for ``ocr.memory.Memory.of``.
    As personal as handwriting: it stays in memory and goes to a reader by a pipe, never into a file.
    """

    key: str
    lines: tuple[bytes, ...]


_CACHED_WARDS = 4
_cache: WeakKeyDictionary[Any, OrderedDict[str, tuple[int, ActiveMemory | None]]] = WeakKeyDictionary()
_turn = threading.Lock()


def active(session: Session) -> ActiveMemory | None:
    """The memory that the session's ward reads with; None where there is none or it is switched off. One statement,
    unless something changed since this process asked last."""
    ward = tenancy.current(session) or ""
    now = newest(session)
    number = now.number if now is not None else 0
    with _turn:
        wards = _cache.setdefault(session.get_bind().dialect, OrderedDict())  # one an installation's engine
        if ward in wards and wards[ward][0] == number:
            wards.move_to_end(ward)
            return wards[ward][1]
    made = _opened(session, now) if now is not None else None
    with _turn:
        wards[ward] = number, made
        wards.move_to_end(ward)
        while len(wards) > _CACHED_WARDS:
            wards.popitem(last=False)
    return made


def _opened(session: Session, now: MemoryVersion) -> ActiveMemory | None:
    used = in_force(session, now)
    if used is None:
        return None
    found = tuple(content for _, content in contents(session, lines(session, used.spans)))
    return ActiveMemory(f"{now.ward}:{now.number}", found) if found else None


def contents(session: Session, rows: Sequence[MemoryLine]) -> list[tuple[MemoryLine, bytes]]:
    seals = vault.of(session)
    return [(row, seals.open_bytes(session, row.key_id, line_as("content", row.id), row.content)) for row in rows]


def seen_as(line_id: str) -> str:
    return f"seen_line:content:{line_id}"


def switch_on(session: Session, ward: str, *, seen: int, actor: str) -> MemoryVersion:
    """Let the examination decide again, at once. Raises memory_versions.Conflict."""
    made = memory_versions.switch_on(session, ward, seen=seen, actor=actor)
    session.info["enqueue"](session, JOB, f"train:{ward}:{made.number}", ward, queue=QUEUE)
    return made


# -- forgetting ---------------------------------------------------------------------------------------------------


def forget_form(session: Session, form_id: str, *, actor: str) -> int:
    """Nothing of this form is known any more, in any version; returns how many learnt lines that were.

    Every version is then what it would be had the form never been learnt. Twice is no error.
    """
    session.execute(sa.delete(SeenLine).where(SeenLine.form_id == form_id))
    return forget(session, [form_id], actor=actor)


def forget(session: Session, form_ids: Collection[str], *, actor: str) -> int:
    """Shred and remove what was learnt of these forms of the session's ward, and examine what is left."""
    rows = session.execute(
        sa.select(MemoryLine.ward, MemoryLine.form_id, MemoryLine.key_id, sa.func.count().label("lines"))
        .where(MemoryLine.form_id.in_(form_ids))
        .group_by(MemoryLine.ward, MemoryLine.form_id, MemoryLine.key_id)
        .order_by(MemoryLine.form_id, MemoryLine.key_id)
    ).all()
    if not rows:
        return 0
    gone: int = sum(row.lines for row in rows)
    ward = rows[0].ward
    for row in rows:
        vault.of(session).shred(session, row.key_id)
    session.execute(sa.delete(MemoryLine).where(MemoryLine.form_id.in_(form_ids)))
    made = append(session, ward, Step.FORGOTTEN, by=actor, tries=TRIES, gone=gone)
    for form_id in {row.form_id for row in rows}:
        audit.record(session, ward, actor, "memory.forget", form_id, {"version": made.number})
    session.info["enqueue"](session, JOB, f"train:{ward}:{made.number}", ward, queue=QUEUE)
    return gone


def forget_old(session: Session, before: dt.datetime, settled_before: dt.datetime) -> int:
    """Lines confirmed ``before`` are forgotten; so are lines of settled forms that nothing came to learn. Of one ward."""
    old = session.scalars(
        sa.select(MemoryLine.form_id).where(MemoryLine.confirmed_at < before).distinct().order_by(MemoryLine.form_id)
    ).all()
    settled = sa.select(PaperForm.id).where(PaperForm.state.not_in(OPEN), PaperForm.touched_at < settled_before)
    session.execute(
        sa.delete(SeenLine).where(SeenLine.form_id.in_(settled)).execution_options(synchronize_session=False)
    )
    return forget(session, old, actor=SYSTEM) if old else 0
