"""Who may work for a ward."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.staff import Staff
from counter.services import audit


def switch(session: Session, ward: str, person_id: int, *, actor: str, active: bool) -> Staff | None:
    """Let a person of this ward in or shut them out, at once: their sessions die with the key they are bound to."""
    person = session.scalars(sa.select(Staff).where(Staff.id == person_id, Staff.ward == ward)).one_or_none()
    if person is None or actor == f"staff:{person_id}":
        return None
    person.active = active
    person.fs_uniquifier = secrets.token_hex(32)
    audit.record(session, ward, actor, "staff.enable" if active else "staff.disable", str(person_id))
    return person
