"""書かない窓口: a clerk at a counter who fills in for the person before them, from the first question to 次の方へ."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned, id_column, now


class CounterSession(WardOwned, Base):
    """One client at one counter. It names no person; the drafts it holds do, and end or go home with it.

    `checked_version`: the version of the draft that the client looked over; a later change makes the check void.
    """

    __tablename__ = "counter_session"
    __ownership__ = "ward"

    id: Mapped[str] = id_column()
    actor: Mapped[str] = mapped_column(sa.String(80))
    began_at: Mapped[dt.datetime] = mapped_column(default=now)
    until: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    how: Mapped[str | None] = mapped_column(sa.String(10))
    screen_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), unique=True)
    screen_until: Mapped[dt.datetime | None]
    draft_id: Mapped[str | None] = mapped_column(sa.String(17))
    checked_at: Mapped[dt.datetime | None]
    checked_how: Mapped[str | None] = mapped_column(sa.String(10))
    checked_version: Mapped[int | None]
    identity: Mapped[str | None] = mapped_column(sa.String(20))

    __table_args__ = (sa.Index("ix_counter_session_open", "ward", "actor", "ended_at"),)
