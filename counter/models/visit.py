"""来庁予約: when an office's counter takes visitors, how many, and who comes when."""

from __future__ import annotations

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned


class VisitState(enum.StrEnum):
    """Whether a booking stands."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


class VisitRule(WardOwned, Base):
    """When an office takes visitors; an office without a row keeps the usual hours."""

    __tablename__ = "visit_rule"
    __ownership__ = "ward"

    office: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    opens: Mapped[str] = mapped_column(sa.String(5))  # 08:30, in Japan
    closes: Mapped[str] = mapped_column(sa.String(5))
    capacity: Mapped[int]  # visitors a slot; 0: none are taken


class VisitClosure(WardOwned, Base):
    """A day on which an office takes no visitors, beside weekends and holidays."""

    __tablename__ = "visit_closure"
    __ownership__ = "ward"

    office: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)


class VisitSlot(WardOwned, Base):
    """How many places of a slot are taken. The row is made with the first booking and locks the slot for the next."""

    __tablename__ = "visit_slot"
    __ownership__ = "ward"

    office: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    time: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    taken: Mapped[int]


class VisitBooking(WardOwned, Base):
    """The one visit of a bundle to a ward, for every application of it there that waits for a visit."""

    __tablename__ = "visit_booking"
    __ownership__ = "ward"

    bundle_id: Mapped[str] = mapped_column(sa.ForeignKey("bundle.id"), primary_key=True)
    office: Mapped[str] = mapped_column(sa.String(40))
    day: Mapped[dt.date]
    time: Mapped[str] = mapped_column(sa.String(5))
    state: Mapped[str] = mapped_column(sa.String(10))
    booked_at: Mapped[dt.datetime]
    reminded_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.Index("ix_visit_booking_day", "ward", "day", "state", "time"),
        sa.Index("ix_visit_booking_remind", "day", "state", "reminded_at"),
    )
