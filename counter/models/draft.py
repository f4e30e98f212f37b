"""A resident's unfinished bundle: sealed, owned by whoever holds its token."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, id_column, now


class Draft(Base):
    """`content` seals everything the resident said, the choice of procedures included.

    While `counter_session` goes on with it at a counter (until `held_until`), nobody else writes.
    """

    __tablename__ = "draft"
    __ownership__ = "platform"

    id: Mapped[str] = id_column()
    owner_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("vault_key.id"))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    nonce: Mapped[str] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=now, onupdate=now)
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
    bundle_id: Mapped[str | None] = mapped_column(String(17))
    counter_session: Mapped[str | None] = mapped_column(String(17))
    held_until: Mapped[dt.datetime | None]

    __mapper_args__ = {"version_id_col": version}


class DraftHolder(Base):
    """Who else may open a draft: another browser, an account, a counter session. Only hashes of their tokens."""

    __tablename__ = "draft_holder"
    __ownership__ = "platform"

    draft_id: Mapped[str] = mapped_column(ForeignKey("draft.id"), primary_key=True)
    owner_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    since: Mapped[dt.datetime] = mapped_column(default=now)

    __table_args__ = (Index("ix_draft_holder_owner", "owner_hash"),)


class TakeAway(Base):
    """A code that opens a draft elsewhere (持ち帰り番号): stored as a keyed hash, for a few days and a few times."""

    __tablename__ = "take_away"
    __ownership__ = "platform"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("draft.id"), index=True)
    made_at: Mapped[dt.datetime] = mapped_column(default=now)
    expires_at: Mapped[dt.datetime]
    uses_left: Mapped[int]


class PrintedSheet(Base):
    """A serial printed from a draft, so that its scan meets the same case. It outlives the draft: paper comes back late."""

    __tablename__ = "printed_sheet"
    __ownership__ = "platform"

    serial: Mapped[str] = mapped_column(String(17), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(80))
    procedure: Mapped[str] = mapped_column(String(40))
    addressee: Mapped[str | None] = mapped_column(String(6))
    printed_at: Mapped[dt.datetime] = mapped_column(default=now)


class Filed(Base):
    """A procedure of a draft became a case: on the web, at a counter or from paper, and only once."""

    __tablename__ = "filed"
    __ownership__ = "platform"

    nonce: Mapped[str] = mapped_column(String(80), primary_key=True)
    procedure: Mapped[str] = mapped_column(String(40), primary_key=True)
    bundle_id: Mapped[str] = mapped_column(ForeignKey("bundle.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
