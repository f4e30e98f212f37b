"""Opening what an application sealed: its record, where each answer came from, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import tenancy, vault
from counter.models.application import Application
from counter.models.definition import Definition
from counter.models.keys import Key
from forms import snapshot
from forms.model import Procedure


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


_LOADED: dict[str, Procedure] = {}
_MOST_LOADED = 500


def definition(digest: str, content: dict[str, Any]) -> Procedure:
    """The stored copy of a definition, read once: what stands under a digest never changes."""
    found = _LOADED.get(digest)
    if found is None:
        if len(_LOADED) >= _MOST_LOADED:
            _LOADED.clear()
        found = _LOADED[digest] = snapshot.load(content)
    return found


@dataclass(frozen=True, slots=True)
class Received:
    """What one office received, as it stands today; ``content`` is None when it was erased."""

    line: int
    ward: str
    application_id: str
    office_name: str
    status: str
    revision: int
    definition: Procedure
    content: Content | None


def of_bundle(session: Session, bundle_id: str) -> tuple[Received, ...]:
    """Every application of a bundle, opened for the resident; two statements, however many offices."""
    with tenancy.all_wards(session, "the resident's copy names what each office received"):
        rows = session.execute(
            sa.select(Application, Definition.content)
            .join(Definition, Definition.digest == Application.definition_digest)
            .where(Application.bundle_id == bundle_id)
            .order_by(Application.line)
        ).all()
    keys = session.scalars(sa.select(Key).where(Key.id.in_([row.Application.key_id for row in rows]))).all()
    found = tuple(_received(session, row.Application, row.content) for row in rows)
    del keys  # held until here, so that none is asked for again
    return found


def _received(session: Session, row: Application, stored: dict[str, Any]) -> Received:
    try:
        content = opened(session, row)
    except vault.Shredded:
        content = None
    office_name = str(row.routing_inputs["office_name"])
    return Received(
        row.line,
        row.ward,
        row.id,
        office_name,
        row.status,
        row.revision,
        definition(row.definition_digest, stored),
        content,
    )
