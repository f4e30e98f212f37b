"""The wards and their offices, as the installation knows them."""

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned, now


class Installation(Base):
    """The one row that says which installation this database is, and which master key opens it."""

    __tablename__ = "installation"
    __ownership__ = "cross"

    id: Mapped[str] = mapped_column(String(17), primary_key=True)
    master_fingerprint: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)


class Ward(Base):
    __tablename__ = "ward"
    __ownership__ = "cross"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    kana: Mapped[str] = mapped_column(String(40))
    romaji: Mapped[str] = mapped_column(String(40))


class BackOffice(WardOwned, Base):
    """所管課: where applications of a ward are worked on. `code` is the office a procedure names."""

    __tablename__ = "back_office"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    way: Mapped[str] = mapped_column(String(20), default="inbox")  # how it is handed applications: counter.delivery
    characters: Mapped[str | None] = mapped_column(String(12))  # what its system can hold: forms.characters; None: all
