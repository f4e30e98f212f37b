"""安否: people who said where they are. Owned by the platform, with keys of its own; never an application."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base


class SafetyRecord(Base):
    """One registration (安否登録). The tokens find it by the exact name and one more fact, never by a list."""

    __tablename__ = "safety_record"
    __ownership__ = "platform"

    id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    nonce: Mapped[str] = mapped_column(sa.String(80), unique=True)
    definition_digest: Mapped[str] = mapped_column(sa.String(16))
    language: Mapped[str] = mapped_column(sa.String(12))
    key_id: Mapped[str] = mapped_column(sa.ForeignKey("vault_key.id"))
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    name_token: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), index=True)
    kana_token: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), index=True)
    birth_token: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    phone_token: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    registered_at: Mapped[dt.datetime]
