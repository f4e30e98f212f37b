"""The one statement that SQLite and PostgreSQL spell alike but SQLAlchemy keeps by dialect: insert … on conflict."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert(session: Session, entity: type[Any]) -> Any:
    """An insert that can say ON CONFLICT, in the database's own dialect."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(entity)
