"""Worker processes that say they are alive."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base


class Worker(Base):
    """One worker process; one that stops beating is dead, and what it had begun is queued again."""

    __tablename__ = "worker"
    __ownership__ = "platform"

    executor: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    started_at: Mapped[dt.datetime]
    beat_at: Mapped[dt.datetime]
