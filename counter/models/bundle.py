"""What a resident submitted at one go, and how often somebody guessed at a receipt."""

from __future__ import annotations

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base


class Channel(enum.StrEnum):
    """How a bundle came in. After the door nothing may depend on it but the clock."""

    ONLINE = "online"
    PAPER = "paper"
    COUNTER = "counter"  # 書かない窓口: a clerk filled it in with the person before them


class Bundle(Base):
    """One submission; its id is the receipt number without its dashes."""

    __tablename__ = "bundle"
    __ownership__ = "platform"

    id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    nonce: Mapped[str] = mapped_column(sa.String(80), unique=True)
    secret_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    channel: Mapped[str] = mapped_column(sa.String(10))
    language: Mapped[str] = mapped_column(sa.String(12))
    received_at: Mapped[dt.datetime]


class Guess(Base):
    """Failed look-ups under one key (a receipt, an address, everybody) within one window of time."""

    __tablename__ = "guess"
    __ownership__ = "platform"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    window: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    failures: Mapped[int]
