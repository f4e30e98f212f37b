"""Opening what an application sealed: its record, where each answer came from, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from counter import vault
from counter.models.application import Application


@dataclass(frozen=True, slots=True)
class Content:
    """``origins``: record path → document path; ``provenance``: record path → how the answer came about."""

    record: dict[str, Any]
    origins: dict[str, str]
    provenance: dict[str, Any]


def sealed_as(ward: str, application_id: str) -> str:
    """What an application's sealed content is bound to: it opens nowhere else."""
    return f"application:sealed:{ward}/{application_id}"


def note_sealed_as(ward: str, application_id: str, seq: int) -> str:
    """What a note in the history is bound to."""
    return f"event:note:{ward}/{application_id}/{seq}"


def opened(session: Session, application: Application) -> Content:
    """Raises vault.Shredded when the application was erased."""
    where = sealed_as(application.ward, application.id)
    return Content(**vault.of(session).open(session, application.key_id, where, application.sealed))
