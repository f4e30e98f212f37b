"""The public register of suppliers: plain text by nature; what a ward decides about one is an application."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned


class Company(Base):
    """A company somebody filed for, by its 法人番号. Later filings do not change it: only an approval may."""

    __tablename__ = "company"
    __ownership__ = "platform"

    corporate_number: Mapped[str] = mapped_column(sa.String(13), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    first_filed_at: Mapped[dt.datetime]


class SupplierRegistration(WardOwned, Base):
    """One company's filing at one ward (入札参加資格審査申請), approved there or not."""

    __tablename__ = "supplier_registration"
    __ownership__ = "ward"

    application_id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    corporate_number: Mapped[str] = mapped_column(sa.ForeignKey("company.corporate_number"), index=True)
    approved_from: Mapped[dt.date | None]
    approved_until: Mapped[dt.date | None]

    __table_args__ = (sa.ForeignKeyConstraint(["ward", "application_id"], ["application.ward", "application.id"]),)
