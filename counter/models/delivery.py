"""The ledger of hand-overs to back offices, and the inbox they are handed to when the office works in this product."""

from __future__ import annotations

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned


class DeliveryState(enum.StrEnum):
    """Where a hand-over stands; ``dead`` waits for a person to send it again."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    REPLACED = "replaced"  # never sent, and no longer to be: a later revision goes in its place


class Subject(enum.StrEnum):
    """What a hand-over tells the office."""

    FILED = "filed"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    DOCUMENT = "document"


class Delivery(WardOwned, Base):
    """One revision of an application on its way to one office. This row is the truth; the engine only works it off."""

    __tablename__ = "delivery"
    __ownership__ = "ward"

    id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    application_id: Mapped[str] = mapped_column(sa.String(17))
    office: Mapped[str] = mapped_column(sa.String(40))
    way: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(sa.String(10))
    attempts: Mapped[int]
    next_attempt_at: Mapped[dt.datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(sa.String(100))
    claimed_until: Mapped[dt.datetime | None]
    last_error: Mapped[str | None] = mapped_column(sa.String(200))
    job_id: Mapped[str] = mapped_column(sa.String(100))
    created_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    subject: Mapped[str] = mapped_column(sa.String(10), default=Subject.FILED.value, server_default="filed")

    __table_args__ = (
        sa.ForeignKeyConstraint(["ward", "application_id"], ["application.ward", "application.id"]),
        sa.UniqueConstraint("ward", "application_id", "office", "revision"),
        sa.Index("ix_delivery_due", "state", "next_attempt_at"),
    )


class InboxItem(WardOwned, Base):
    """An application lying in an office's inbox. A delivery arrives at most once: that is the unique key."""

    __tablename__ = "inbox_item"
    __ownership__ = "ward"

    delivery_id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    application_id: Mapped[str] = mapped_column(sa.String(17))
    office: Mapped[str] = mapped_column(sa.String(40))
    placed_at: Mapped[dt.datetime]

    __table_args__ = (
        sa.ForeignKeyConstraint(["ward", "delivery_id"], ["delivery.ward", "delivery.id"]),
        sa.ForeignKeyConstraint(["ward", "application_id"], ["application.ward", "application.id"]),
        sa.UniqueConstraint("delivery_id"),
        sa.Index("ix_inbox_item_application", "ward", "application_id"),
    )
