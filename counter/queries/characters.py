"""Which characters of a bundle's answers their offices' systems write otherwise."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import tenancy, vault
from counter.models.application import Application
from counter.models.organisation import BackOffice
from counter.queries import records
from forms.characters import UNICODE, Change, to_tell


def of_bundle(session: Session, bundle_id: str) -> dict[int, tuple[Change, ...]]:
    """Line of the receipt → what its office changes; lines whose office holds everything are left out.

    One statement, and no record is opened, unless an office of the bundle has a smaller set.
    """
    with tenancy.all_wards(session, "a resident's receipt says how every office writes their name"):
        rows = session.execute(
            sa.select(Application, BackOffice.characters)
            .join(BackOffice, sa.and_(BackOffice.ward == Application.ward, BackOffice.code == Application.office))
            .where(Application.bundle_id == bundle_id, BackOffice.characters != UNICODE)
            .order_by(Application.line)
        ).all()
    found = {row.Application.line: _changes(session, row.Application, row.characters) for row in rows}
    return {line: changes for line, changes in found.items() if changes}


def sets(session: Session, ward: str) -> dict[str, str]:
    """Office → its character set, of those of a ward that cannot hold everything."""
    with tenancy.tenant(session, ward):
        rows = session.execute(
            sa.select(BackOffice.code, BackOffice.characters).where(
                BackOffice.ward == ward, BackOffice.characters != UNICODE
            )
        )
        return {row.code: row.characters for row in rows}


def _changes(session: Session, application: Application, character_set: str) -> tuple[Change, ...]:
    try:
        return to_tell(character_set, records.opened(session, application).record)
    except vault.Shredded:
        return ()
