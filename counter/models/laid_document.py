"""The bytes of a document that somebody sent: where they lie now, and whether they were searched for 個人番号."""

from __future__ import annotations

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, now


class Look(enum.StrEnum):
    """Whether a document's pictures may be seen; nobody sees one that was not looked at."""

    WAITING = "waiting"
    CLEAN = "clean"
    BLANKED = "blanked"
    GIVEN_UP = "given-up"


class LaidDocument(Base):
    """One document's bytes. ``blob`` is the name that its rows know it by, ``kept`` the file that holds it now.

    ``preview`` is enclosed under the document's secret, which lies with those who may open it.
    """

    __tablename__ = "laid_document"
    __ownership__ = "platform"

    blob: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    kept: Mapped[str] = mapped_column(sa.String(17), unique=True)
    preview: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    look: Mapped[str] = mapped_column(sa.String(10), default=Look.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)

    __table_args__ = (sa.Index("ix_laid_document_look", "look", "created_at"),)
