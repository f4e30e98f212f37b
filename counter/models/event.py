"""What happened to an application, in order; rows are only ever added."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned


class Kind(enum.StrEnum):
    """What an event says."""

    RECEIVED = "received"
    ARRIVED = "arrived"
    TAKEN = "taken"
    STATUS = "status"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    RESENT = "resent"
    LINKED = "linked"
    CORRECTION_ASKED = "correction-asked"
    CORRECTED = "corrected"
    MESSAGE = "message"
    DOCUMENT_ADDED = "document-added"
    WITHDRAWN = "withdrawn"
    VISIT_BOOKED = "visit-booked"
    VISIT_CANCELLED = "visit-cancelled"


class Event(WardOwned, Base):
    """One entry of an application's history; ``status`` is where the application stands after it."""

    __tablename__ = "event"
    __ownership__ = "ward"

    application_id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(sa.String(20))
    status: Mapped[str] = mapped_column(sa.String(20))
    actor: Mapped[str] = mapped_column(sa.String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # never personal: what a person wrote is sealed in note
    note: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    at: Mapped[dt.datetime]

    __table_args__ = (sa.ForeignKeyConstraint(["ward", "application_id"], ["application.ward", "application.id"]),)


class EventsAreOnlyAdded(RuntimeError):
    """Somebody tried to change history."""


@sa.event.listens_for(Event, "before_update")
@sa.event.listens_for(Event, "before_delete")
def _refuse(*_: Any) -> None:
    raise EventsAreOnlyAdded
