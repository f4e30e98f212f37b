"""Documents that people send: of a draft while it is one, of an application once it was submitted."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned, id_column, now


class DraftFile(Base):
    """``sealed`` holds name, kind, and the key of the bytes that lie in ``blob``; both open with the draft's key."""

    __tablename__ = "draft_file"
    __ownership__ = "platform"

    id: Mapped[str] = id_column()
    draft_id: Mapped[str] = mapped_column(sa.ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    blob: Mapped[str] = mapped_column(sa.String(17), index=True)
    size: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    preview: Mapped[bytes] = mapped_column(sa.LargeBinary)  # empty: it lies with the bytes (laid_document)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)


class ApplicationFile(WardOwned, Base):
    """The same of one application, opened with its key alone. ``item``: the id that stands in the record."""

    __tablename__ = "application_file"

    id: Mapped[str] = id_column()
    application_id: Mapped[str] = mapped_column(sa.String(17))
    item: Mapped[str] = mapped_column(sa.String(17))
    way: Mapped[str] = mapped_column(sa.String(12))  # submitted | added
    blob: Mapped[str] = mapped_column(sa.String(17), index=True)
    size: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    preview: Mapped[bytes] = mapped_column(sa.LargeBinary)  # empty: it lies with the bytes (laid_document)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)

    __table_args__ = (
        sa.ForeignKeyConstraint(["ward", "application_id"], ["application.ward", "application.id"]),
        sa.Index("ix_application_file_of", "ward", "application_id", "created_at", "id"),
    )
