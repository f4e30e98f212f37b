"""Copies of definitions by their digest: what was filed is read with the words it was asked in."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.definition import Definition
from counter.services.writing import insert
from forms import snapshot
from forms.model import Procedure


def keep(session: Session, definitions: Mapping[str, Procedure]) -> None:
    """Store those of these (digest → procedure) that are not there yet."""
    known = set(session.scalars(sa.select(Definition.digest).where(Definition.digest.in_(definitions))))
    new = [
        {"digest": digest, "procedure": procedure.code, "content": snapshot.dump(procedure)}
        for digest, procedure in sorted(definitions.items())
        if digest not in known
    ]
    if new:
        session.execute(insert(session, Definition).on_conflict_do_nothing(index_elements=["digest"]), new)
