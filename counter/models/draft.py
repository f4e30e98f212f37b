"""A resident's unfinished bundle: sealed, owned by whoever holds its token."""

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, id_column, now


class Draft(Base):
    """`content` seals everything the resident said, the choice of procedures included."""

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

    __mapper_args__ = {"version_id_col": version}
