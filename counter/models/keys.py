"""Keys that protect other rows; wrapped by the key above them, and shredded to erase what they sealed."""

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, id_column, now


class Key(Base):
    """A root (scope "root", wrapped by the master key) or a data key (wrapped by its root)."""

    __tablename__ = "vault_key"
    __ownership__ = "cross"

    id: Mapped[str] = id_column()
    scope: Mapped[str] = mapped_column(String(32))
    ward: Mapped[str | None] = mapped_column(String(6))
    root_of: Mapped[str | None] = mapped_column(String(8), unique=True)  # a ward, or "platform"; roots only
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("vault_key.id"))
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    shredded_at: Mapped[dt.datetime | None]
