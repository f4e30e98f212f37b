"""What one ward may know of an application's counterpart in another ward: that it acted, and when."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned


class Link(WardOwned, Base):
    """One side of a pair. Its twin in the other ward has the same ``pair``, which opens nothing; no id of the other's
    application is kept here, and none of its answers."""

    __tablename__ = "link"
    __ownership__ = "ward"

    application_id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    pair: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    clock: Mapped[str] = mapped_column(sa.String(20))
    last_day: Mapped[dt.date | None]
    other_ward: Mapped[str] = mapped_column(sa.ForeignKey("ward.code"))
    other_procedure: Mapped[str] = mapped_column(sa.String(40))
    received_at: Mapped[dt.datetime | None]
    taken_at: Mapped[dt.datetime | None]
    done_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.ForeignKeyConstraint(["ward", "application_id"], ["application.ward", "application.id"]),
        sa.Index("ix_link_pair", "pair"),
    )
