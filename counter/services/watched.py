"""Files that a scanner laid into a ward's folder: each becomes part of a batch, once, whatever happens in between."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, vault
from counter.models.intake import Batch, BatchState, ScanFile
from counter.services import audit, intake, sheets
from counter.services.blobs import Blobs

ACTOR = "folder"
SOURCE = "folder"
PURPOSE = "watched-file"
TOGETHER = dt.timedelta(minutes=10)
"""Files that come no further apart are one batch: many scanners write a file a sheet."""


def take(
    session: Session,
    blobs: Blobs,
    *,
    ward: str,
    name: str,
    data: bytes,
    identity: str,
    counter_date: dt.date,
    now: dt.datetime,
) -> bool:
    """Keep one file; False when it was taken before. `identity` names the file on its disk, not its bytes."""
    origin = vault.of(session).blind(session, ward, PURPOSE, identity)
    if session.scalars(sa.select(ScanFile.id).where(ScanFile.origin == origin)).one_or_none() is not None:
        return False
    batch, position = _batch(session, ward, counter_date, now)
    intake.keep_file(session, blobs, batch, position, name, data, origin)
    return True


def _batch(session: Session, ward: str, counter_date: dt.date, now: dt.datetime) -> tuple[Batch, int]:
    """The batch that a file joins, and its place there."""
    found = session.execute(
        sa.select(Batch.id, sa.func.count().label("files"), sa.func.max(ScanFile.position).label("last"))
        .join(ScanFile, sa.and_(ScanFile.ward == Batch.ward, ScanFile.batch_id == Batch.id))
        .where(
            Batch.source == SOURCE,
            Batch.counter_date == counter_date,
            Batch.state != BatchState.CANCELLED,
            Batch.created_at >= now - dt.timedelta(days=1),
        )
        .group_by(Batch.ward, Batch.id, Batch.created_at)
        .having(sa.func.max(ScanFile.created_at) >= now - TOGETHER, sa.func.count() < intake.MOST_FILES)
        .order_by(Batch.created_at.desc(), Batch.id)
        .limit(1)
    ).one_or_none()
    if found is not None:
        return session.scalars(sa.select(Batch).where(Batch.id == found.id)).one(), found.last + 1
    sheets.remember_all(session)
    batch = Batch(
        ward=ward, id=ids.new_id(), nonce=ids.new_id(), counter_date=counter_date, created_by=ACTOR, source=SOURCE
    )
    session.add(batch)
    session.flush()
    audit.record(session, ward, ACTOR, "batch.receive", batch.id)
    return batch, 0
