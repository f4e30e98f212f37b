"""The audit log: one hash chain a ward and one for the platform. Rows are only ever added."""

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base


class AuditChain(Base):
    """The end of a chain; locked while it grows."""

    __tablename__ = "audit_chain"
    __ownership__ = "cross"

    chain: Mapped[str] = mapped_column(String(8), primary_key=True)
    sequence: Mapped[int]
    head: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditEvent(Base):
    """Moment and detail are text, because their exact characters are hashed.

    Erasing an event empties salt, actor, object_id and detail; its commitment still holds the chain together.
    """

    __tablename__ = "audit_event"
    __ownership__ = "cross"

    chain: Mapped[str] = mapped_column(String(8), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str | None] = mapped_column(String(80))
    object_id: Mapped[str | None] = mapped_column(String(80), index=True)
    detail: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    head: Mapped[bytes] = mapped_column(LargeBinary(32))
