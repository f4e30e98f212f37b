"""What every table shares: names of constraints, moments in UTC, and whose the rows are."""

import datetime as dt
from typing import Any, ClassVar, Literal

from sqlalchemy import JSON, DateTime, ForeignKey, MetaData, String, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from counter import ids

Ownership = Literal["ward", "platform", "cross"]


class Moment(TypeDecorator[dt.datetime]):
    """An aware moment in Python, UTC in every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """Every table says whose its rows are: a ward's, the platform's, or everybody's (cross)."""

    __ownership__: ClassVar[Ownership]

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {dt.datetime: Moment, dict[str, Any]: JSON, list[str]: JSON}


class WardOwned:
    """A row of one ward: the ward is part of its key, and every query passes counter.tenancy's filter."""

    __ownership__: ClassVar[Ownership] = "ward"
    TABLES: ClassVar[set[str]] = set()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        WardOwned.TABLES.add(cls.__dict__["__tablename__"])
        super().__init_subclass__(**kwargs)

    ward: Mapped[str] = mapped_column(String(6), ForeignKey("ward.code"), primary_key=True, sort_order=-2)


def id_column(*, primary_key: bool = True) -> Mapped[str]:
    """A random id people may see, made when the row is."""
    return mapped_column(String(ids.LENGTH), primary_key=primary_key, default=ids.new_id, sort_order=-1)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
