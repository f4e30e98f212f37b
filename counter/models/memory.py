"""What readers learn in a ward (訂正記憶): lines that wait for a clerk, lines that were learnt, versions of what was tried."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from counter.models.base import Base, WardOwned, id_column, now
from counter.models.keys import Key


class SeenLine(WardOwned, Base):
    """One written line as the recogniser saw it, until a clerk says what stands there.

    Sealed under the form's key. It goes when the form is settled: seconds later where it was confirmed and is learnt from, a
    day later where it was set aside (a clerk may take that back).
    """

    __tablename__ = "seen_line"

    id: Mapped[str] = id_column()
    form_id: Mapped[str] = mapped_column(sa.String(17))
    reading_id: Mapped[str] = mapped_column(sa.String(17))
    position: Mapped[int]  # of several written lines of one place
    weights: Mapped[str] = mapped_column(sa.String(8))  # the network whose features these are
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)

    __table_args__ = (
        sa.ForeignKeyConstraint(["ward", "form_id"], ["paper_form.ward", "paper_form.id"]),
        sa.ForeignKeyConstraint(["ward", "reading_id"], ["reading.ward", "reading.id"]),
        sa.UniqueConstraint("ward", "reading_id", "position"),
        sa.Index("ix_seen_line_form", "ward", "form_id"),
    )


class MemoryLine(WardOwned, Base):
    """One confirmed place of one sheet: what was learnt from it or, where `held_out`, what the memory is examined with.

    Sealed under a key that its sheet has for this alone: shredding that key takes the sheet out of every version. `id` is
    that of the reading. It belongs to the versions whose spans hold `since`.
    """

    __tablename__ = "memory_line"

    id: Mapped[str] = id_column()
    form_id: Mapped[str] = mapped_column(sa.String(17))
    key_id: Mapped[str] = mapped_column(sa.ForeignKey("vault_key.id"))
    since: Mapped[int]
    held_out: Mapped[bool]
    kind: Mapped[str] = mapped_column(sa.String(40))
    weights: Mapped[str] = mapped_column(sa.String(8))
    changed: Mapped[bool]  # a clerk corrected the reading
    looked: Mapped[bool]  # a clerk looked at it; else it was accepted by its rule and confirmed with the sheet
    confirmed_at: Mapped[dt.datetime]
    labels: Mapped[bytes] = mapped_column(sa.LargeBinary)  # sealed: the characters learnt
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)  # sealed: keys, or the features and text of an examination

    key: Mapped[Key] = relationship(viewonly=True, lazy="raise")

    __table_args__ = (
        sa.ForeignKeyConstraint(["ward", "form_id"], ["paper_form.ward", "paper_form.id"]),
        sa.Index("ix_memory_line_form", "ward", "form_id"),
        sa.Index("ix_memory_line_order", "ward", "held_out", "confirmed_at", "id"),
    )


class Step(enum.StrEnum):
    """Why there is a new version."""

    LEARNT = "learnt"  # 学習
    FORGOTTEN = "forgotten"  # 消去: somebody's lines, or lines past their time
    ROLLED_BACK = "rolled-back"  # 差戻
    SWITCHED_OFF = "switched-off"  # 停止
    SWITCHED_ON = "switched-on"  # 再開


class MemoryVersion(WardOwned, Base):
    """One step in what a ward's readers know; the newest is how things stand, and nothing is ever written over.

    `spans`: [first, last] versions whose lines this one is made of. `in_force`: the version that sheets are read with
    from this step on; None: without memory. `held_off`: a person switched it off, so that no training switches it on.
    """

    __tablename__ = "memory_version"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(sa.String(20))
    spans: Mapped[list[Any]] = mapped_column(sa.JSON)
    in_force: Mapped[int | None]
    held_off: Mapped[bool] = mapped_column(default=False)
    why: Mapped[str] = mapped_column(sa.String(200), default="")  # of the gate, in words
    reason: Mapped[str | None] = mapped_column(sa.String(200))  # that a person gave
    lines: Mapped[int] = mapped_column(default=0)
    sheets: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)
    held_lines: Mapped[int] = mapped_column(default=0)
    held_sheets: Mapped[int] = mapped_column(default=0)
    right_before: Mapped[int] = mapped_column(default=0)
    right_after: Mapped[int] = mapped_column(default=0)
    won: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    kinds: Mapped[dict[str, Any]] = mapped_column(default=dict)  # kind → lines, right before, right after
    seconds: Mapped[float | None]  # from the first confirmation to this
    by: Mapped[str] = mapped_column(sa.String(80))
    at: Mapped[dt.datetime] = mapped_column(default=now)
