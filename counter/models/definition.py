"""Definitions as they were when used: old applications and old paper are read with these."""

import datetime as dt
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, now


class Definition(Base):
    """A procedure's questions, by the digest an application carries."""

    __tablename__ = "definition"
    __ownership__ = "cross"

    digest: Mapped[str] = mapped_column(String(16), primary_key=True)
    procedure: Mapped[str] = mapped_column(String(40))
    content: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)


class SheetSnapshot(Base):
    """A printed sheet's geometry, by the digest in its QR code."""

    __tablename__ = "sheet"
    __ownership__ = "cross"

    digest: Mapped[str] = mapped_column(String(16), primary_key=True)
    procedure: Mapped[str] = mapped_column(String(40))
    definition_digest: Mapped[str] = mapped_column(String(16))
    content: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
