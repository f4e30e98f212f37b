"""What passes between a resident and an office after filing: requests for a correction, former records, messages."""

from __future__ import annotations

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned


class CorrectionState(enum.StrEnum):
    """Where a 補正依頼 stands; a day that has passed closes nothing: the office decides about late answers."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"  # the office went on without an answer, or the resident withdrew


class Side(enum.StrEnum):
    """Who wrote a message."""

    OFFICE = "office"
    RESIDENT = "resident"


def _application() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["ward", "application_id"], ["application.ward", "application.id"])


class CorrectionRequest(WardOwned, Base):
    """補正依頼. ``sealed``: the marked fields with a reason each, and what the office wrote above them.

    ``seen_at``: when the office had read the answer.
    """

    __tablename__ = "correction_request"
    __ownership__ = "ward"

    id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    application_id: Mapped[str] = mapped_column(sa.String(17))
    round: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(10))
    asked_by: Mapped[str] = mapped_column(sa.String(64))
    asked_at: Mapped[dt.datetime]
    due_on: Mapped[dt.date]
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    answered_at: Mapped[dt.datetime | None]
    answered_revision: Mapped[int | None]
    closed_at: Mapped[dt.datetime | None]
    seen_at: Mapped[dt.datetime | None]

    __table_args__ = (
        _application(),
        sa.UniqueConstraint("ward", "application_id", "round"),
        sa.Index("ix_correction_request_unread", "ward", "state", "seen_at", "application_id"),
    )


class FormerRecord(WardOwned, Base):
    """What an application held before a correction: its content as sealed then, bound to its revision."""

    __tablename__ = "former_record"
    __ownership__ = "ward"

    application_id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    replaced_at: Mapped[dt.datetime]

    __table_args__ = (_application(),)


class Message(WardOwned, Base):
    """One message about one application; ``sealed`` is its text. ``read_at``: when the other side had read it."""

    __tablename__ = "message"
    __ownership__ = "ward"

    id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    application_id: Mapped[str] = mapped_column(sa.String(17))
    side: Mapped[str] = mapped_column(sa.String(10))
    author: Mapped[str] = mapped_column(sa.String(64))
    nonce: Mapped[str] = mapped_column(sa.String(64))
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]

    __table_args__ = (
        _application(),
        sa.UniqueConstraint("ward", "application_id", "nonce"),
        sa.Index("ix_message_thread", "ward", "application_id", "at", "id"),
        sa.Index("ix_message_unread", "ward", "side", "read_at", "application_id"),
    )
