"""The ledger of mails to residents: what was to be said, to which bundle's address, and whether it was sent."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned


class NoticeKind(enum.StrEnum):
    """What a notice tells."""

    RECEIVED = "received"
    VISIT_BOOKED = "visit-booked"
    VISIT_CHANGED = "visit-changed"
    VISIT_CANCELLED = "visit-cancelled"
    VISIT_REMINDER = "visit-reminder"
    CORRECTION = "correction"
    MESSAGE = "message"
    TAKEN = "taken"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class NoticeState(enum.StrEnum):
    """Where a mail stands. ``sent``: a mail server took it; ``refused``: it never will; ``off``: this installation
    sends no mail."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    GIVEN_UP = "given-up"
    OFF = "off"


class Contact(Base):
    """The address a bundle's notices go to: a sealed copy of what the applicant gave, with a key of its own."""

    __tablename__ = "contact"
    __ownership__ = "platform"

    bundle_id: Mapped[str] = mapped_column(sa.ForeignKey("bundle.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(sa.ForeignKey("vault_key.id"))
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Notice(Base):
    """One mail about one thing that happened at one moment, however many applications it happened to."""

    __tablename__ = "notice"
    __ownership__ = "platform"

    id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    bundle_id: Mapped[str] = mapped_column(sa.ForeignKey("bundle.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # never personal: the day and the time of a visit
    state: Mapped[str] = mapped_column(sa.String(10))
    attempts: Mapped[int]
    next_attempt_at: Mapped[dt.datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(sa.String(100))
    claimed_until: Mapped[dt.datetime | None]
    last_error: Mapped[str | None] = mapped_column(sa.String(100))  # a fault's name and codes, never an address
    job_id: Mapped[str] = mapped_column(sa.String(100))
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.Index("ix_notice_due", "state", "next_attempt_at"),
        sa.Index("ix_notice_bundle", "bundle_id", "created_at"),
    )


class NoticeAbout(WardOwned, Base):
    """An application that a notice tells about; it gives an office the notices of its own ward alone."""

    __tablename__ = "notice_about"
    __ownership__ = "ward"

    application_id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    notice_id: Mapped[str] = mapped_column(sa.ForeignKey("notice.id"), primary_key=True)

    __table_args__ = (
        sa.ForeignKeyConstraint(["ward", "application_id"], ["application.ward", "application.id"]),
        sa.Index("ix_notice_about_notice", "notice_id"),
    )
