"""What a ward set for a procedure: every version it ever had, the highest in force."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned, now


class Overlay(WardOwned, Base):
    """One version of a ward's settings of one procedure; rows are only ever added."""

    __tablename__ = "overlay"

    procedure: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]]
    current: Mapped[bool]
    by: Mapped[str] = mapped_column(sa.String(80))
    at: Mapped[dt.datetime] = mapped_column(default=now)

    __table_args__ = (sa.Index("ix_overlay_current", "procedure", "current"),)
