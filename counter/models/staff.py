"""People who work at the counter: their sign-in, their ward, their offices. Columns as Flask-Security wants them."""

import datetime as dt

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from counter.models.base import Base, now

_STAFF_ROLE = Table(
    "staff_role",
    Base.metadata,
    Column("staff_id", Integer, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", Integer, ForeignKey("role.id"), primary_key=True),
    info={"ownership": "cross"},
)


class Role(Base):
    """clerk (works on applications), desk (works on paper), admin."""

    __tablename__ = "role"
    __ownership__ = "cross"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)
    description: Mapped[str] = mapped_column(String(80), default="")

    def get_permissions(self) -> set[str]:
        """Flask-Security asks; here a role's name says everything."""
        return set()


class Staff(Base):
    """`ward` and `offices` bound what this person may see; they are read again at every request."""

    __tablename__ = "staff"
    __ownership__ = "cross"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(80), default="")
    ward: Mapped[str] = mapped_column(ForeignKey("ward.code"))
    offices: Mapped[list[str]] = mapped_column(MutableList.as_mutable(JSON()), default=list)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON()))
    create_datetime: Mapped[dt.datetime] = mapped_column(default=now)
    update_datetime: Mapped[dt.datetime] = mapped_column(default=now, onupdate=now)

    roles: Mapped[list[Role]] = relationship(secondary=_STAFF_ROLE, lazy="selectin", order_by=Role.id)
