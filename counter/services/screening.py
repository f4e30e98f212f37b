"""Sent documents are searched for 個人番号 before anybody sees them; a copy with the number blanked takes their place.

A document's bytes and its secret are told apart (ADR 8): what is exchanged here are the bytes, under the same secret, so
no row of an application changes and whoever could open the document opens the copy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, tenancy, vault
from counter.models.application import Application
from counter.models.attachment import ApplicationFile, DraftFile
from counter.models.draft import Draft
from counter.models.laid_document import LaidDocument, Look
from counter.services.blobs import Blobs
from counter.services.enclosing import pack, unpack

JOB = "screen.1"
QUEUE = "screening"
TRIES = 3
PUT_OFF = dt.timedelta(seconds=60)
SHOWN = (Look.CLEAN, Look.BLANKED)
_BYTES, _PREVIEW = "enclosure", "enclosure-preview"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document to be looked at; the secret is needed to put its copy down."""

    blob: str
    secret: bytes
    pages: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """What was put down in a document's place; ``kept`` is None where nothing was blanked."""

    blob: str
    kept: str | None
    preview: bytes


def enclose(secret: bytes, pages: tuple[bytes, ...]) -> bytes:
    return vault.Vault.enclose(secret, _BYTES, pack(pages))


def pages(blobs: Blobs, kept: str, secret: bytes) -> tuple[bytes, ...] | None:
    try:
        return unpack(vault.Vault.disclose(secret, _BYTES, blobs.get(kept)))
    except FileNotFoundError:
        return None


def preview(laid: LaidDocument, secret: bytes) -> bytes | None:
    """The small picture, once the document was looked at."""
    if laid.look not in SHOWN or laid.preview is None:
        return None
    return vault.Vault.disclose(secret, _PREVIEW, laid.preview)


def lay(session: Session, blobs: Blobs, secret: bytes, pages: tuple[bytes, ...], preview: bytes) -> LaidDocument:
    """Put a document down, and queue the look at it in the caller's transaction."""
    blob = blobs.put(enclose(secret, pages))
    laid = LaidDocument(blob=blob, kept=blob, preview=vault.Vault.enclose(secret, _PREVIEW, preview),
                        look=Look.WAITING.value, tries=0)  # fmt: skip
    session.add(laid)
    session.flush()
    session.info["enqueue"](session, JOB, f"screen:{blob}", blob, queue=QUEUE)
    return laid


def to_look(session: Session, blobs: Blobs, blob: str) -> Waiting | None:
    """The document, opened; None when nobody waits for it any more. Raises FileNotFoundError where its bytes are gone."""
    laid = session.get(LaidDocument, blob)
    secret = _secret(session, blob) if laid is not None and laid.look == Look.WAITING else None
    if laid is None or secret is None:
        return None
    return Waiting(blob, secret, unpack(vault.Vault.disclose(secret, _BYTES, blobs.get(laid.kept))))


def put_down(blobs: Blobs, waiting: Waiting, pages: tuple[bytes, ...] | None, preview: bytes) -> Copy:
    """Before its transaction: bytes are on the disk before a row names them. ``pages``: None where nothing changed."""
    kept = blobs.put(enclose(waiting.secret, pages)) if pages is not None else None
    return Copy(waiting.blob, kept, vault.Vault.enclose(waiting.secret, _PREVIEW, preview))


def settle(session: Session, copy: Copy) -> str | None:
    """The copy takes the document's place; returns the file that nobody needs now (the copy where somebody was faster)."""
    laid = session.get(LaidDocument, copy.blob, with_for_update=True, populate_existing=True)
    if laid is None or laid.look != Look.WAITING:
        return copy.kept
    old = laid.kept if copy.kept is not None else None
    laid.kept = copy.kept or laid.kept
    laid.preview = copy.preview
    laid.look = (Look.BLANKED if copy.kept is not None else Look.CLEAN).value
    session.flush()
    return old


def failed(session: Session, blob: str) -> Look | None:
    """The look came to nothing: another one a little later, three in all; then the document is shown to nobody."""
    laid = session.get(LaidDocument, blob, with_for_update=True, populate_existing=True)
    if laid is None or laid.look != Look.WAITING:
        return None
    laid.tries += 1
    if laid.tries >= TRIES:
        laid.look, laid.preview = Look.GIVEN_UP.value, None
    else:
        _later(session, blob)
    session.flush()
    return Look(laid.look)


def put_off(session: Session, blob: str) -> None:
    """Something that is not the document's fault was in the way."""
    laid = session.get(LaidDocument, blob)
    if laid is not None and laid.look == Look.WAITING:
        _later(session, blob)


def requeue(session: Session, blob: str) -> None:
    session.info["enqueue"](session, JOB, f"screen:{blob}:{ids.new_id()}", blob, queue=QUEUE)


def forgotten(session: Session, before: dt.datetime, limit: int = 500) -> list[str]:
    """Documents that should have been looked at by then: to be asked when no job is left that could be theirs."""
    waiting = (
        sa.select(LaidDocument.blob)
        .where(LaidDocument.look == Look.WAITING, LaidDocument.created_at < before)
        .order_by(LaidDocument.created_at, LaidDocument.blob)
        .limit(limit)
    )
    return list(session.scalars(waiting))


def cases(session: Session, blob: str) -> list[tuple[str, str]]:
    """(ward, application) that this document belongs to."""
    with tenancy.all_wards(session, "one document goes to the offices of several wards"):
        found = session.execute(
            sa.select(ApplicationFile.ward, ApplicationFile.application_id)
            .where(ApplicationFile.blob == blob)
            .distinct()
            .order_by(ApplicationFile.ward, ApplicationFile.application_id)
        )
        return [(row.ward, row.application_id) for row in found]


def held(session: Session, files: Sequence[str]) -> set[str]:
    """Those of these files that hold a document which a draft or an application names."""
    with tenancy.all_wards(session, "bytes are kept while any ward names them"):
        return set(session.scalars(sa.select(LaidDocument.kept).where(LaidDocument.kept.in_(files), _named())))


def forget(session: Session, before: dt.datetime) -> None:
    """Drop the rows of documents that nobody names any more."""
    with tenancy.all_wards(session, "a document is kept while any ward names it"):
        unnamed = sa.select(LaidDocument.blob).where(LaidDocument.created_at < before, ~_named())
        session.execute(
            sa.delete(LaidDocument).where(LaidDocument.blob.in_(unnamed)).execution_options(synchronize_session=False)
        )


def _named() -> sa.ColumnElement[bool]:
    rows = (DraftFile, ApplicationFile)
    return sa.or_(*(sa.exists().where(row.blob == LaidDocument.blob).correlate(LaidDocument) for row in rows))


def _later(session: Session, blob: str) -> None:
    job_id = f"screen:{blob}:{ids.new_id()}"
    session.info["enqueue"](session, JOB, job_id, blob, queue=QUEUE, delay=PUT_OFF)


def _secret(session: Session, blob: str) -> bytes | None:
    """As any draft or application that still can be opened holds it."""
    seals = vault.of(session)
    drafts = session.execute(
        sa.select(DraftFile.id, DraftFile.sealed, Draft.key_id)
        .join(Draft, Draft.id == DraftFile.draft_id)
        .where(DraftFile.blob == blob)
    ).all()
    holders = [(row.key_id, f"draft_file:sealed:{row.id}", row.sealed) for row in drafts]
    with tenancy.all_wards(session, "the document is one, whichever offices it went to"):
        filed = session.execute(
            sa.select(ApplicationFile.ward, ApplicationFile.id, ApplicationFile.sealed, Application.key_id)
            .join(
                Application,
                sa.and_(Application.ward == ApplicationFile.ward, Application.id == ApplicationFile.application_id),
            )
            .where(ApplicationFile.blob == blob)
        ).all()
    holders += [(row.key_id, f"application_file:sealed:{row.ward}/{row.id}", row.sealed) for row in filed]
    for key_id, where, sealed in holders:
        try:
            return bytes.fromhex(seals.open(session, key_id, where, sealed)["secret"])
        except vault.Shredded:
            continue
    return None
