"""Applications: one procedure for one office of one ward, sealed, with what finds it again."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned


class Status(enum.StrEnum):
    """Where an application stands (申請状況). Derived from its events; the column is their projection."""

    RECEIVED = "received"  # 受付済
    AWAITING_VISIT = "awaiting-visit"  # 来庁待ち: has not legally arrived yet
    IN_REVIEW = "in-review"  # 審査中
    CORRECTION = "correction"  # 補正依頼中
    DONE = "done"  # 完了
    REJECTED = "rejected"  # 却下
    WITHDRAWN = "withdrawn"  # 取下げ


class Application(WardOwned, Base):
    """One case at one office. ``sealed`` holds the record, where each answer came from, and its provenance.

    ``revision`` counts what the office is to be handed: the filing, each correction, each document sent later, a
    withdrawal. ``paused_days``: days that waiting for corrections took, which no period counts.
    """

    __tablename__ = "application"
    __ownership__ = "ward"

    id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    bundle_id: Mapped[str] = mapped_column(sa.ForeignKey("bundle.id"))
    line: Mapped[int]
    procedure: Mapped[str] = mapped_column(sa.String(40))
    definition_digest: Mapped[str] = mapped_column(sa.ForeignKey("definition.digest"))
    office: Mapped[str] = mapped_column(sa.String(40))
    routing_reason: Mapped[str] = mapped_column(sa.Text)
    routing_inputs: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    channel: Mapped[str] = mapped_column(sa.String(10))
    key_id: Mapped[str] = mapped_column(sa.ForeignKey("vault_key.id"))
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    received_at: Mapped[dt.datetime]
    arrived_at: Mapped[dt.datetime | None]
    status: Mapped[str] = mapped_column(sa.String(20))
    assignee: Mapped[str | None] = mapped_column(sa.String(64))
    last_event: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    paused_days: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (
        sa.UniqueConstraint("bundle_id", "line"),
        sa.Index("ix_application_queue", "ward", "office", "status", "received_at", "id"),
        sa.Index("ix_application_recent", "ward", "office", "received_at", "id"),
    )


class SearchToken(WardOwned, Base):
    """A blind index row: a keyed hash of a folded name, a kana, a birth date or a phone standing in a record."""

    __tablename__ = "search_token"
    __ownership__ = "ward"

    application_id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    purpose: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    token: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)

    __table_args__ = (
        sa.ForeignKeyConstraint(["ward", "application_id"], ["application.ward", "application.id"]),
        sa.Index("ix_search_token_find", "ward", "purpose", "token"),
    )
