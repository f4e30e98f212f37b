"""Mails to residents as screens tell of them: what, when, and whether it went; for the resident, and for one office."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.notice import Contact, Notice, NoticeAbout

MOST = 50


@dataclass(frozen=True, slots=True)
class Told:
    """One mail and how it goes. ``error``: a fault's name and the server's codes."""

    kind: str
    state: str
    created_at: dt.datetime
    ended_at: dt.datetime | None
    next_attempt_at: dt.datetime | None
    attempts: int
    error: str | None


def of_bundle(session: Session, bundle_id: str) -> tuple[Told, ...]:
    """Every mail about a bundle, the newest first."""
    return _told(session, sa.select(Notice).where(Notice.bundle_id == bundle_id))


def of_application(session: Session, ward: str, application_id: str) -> tuple[Told, ...]:
    """The mails that told about one application of this ward, the newest first."""
    return _told(
        session,
        sa.select(Notice)
        .join(NoticeAbout, NoticeAbout.notice_id == Notice.id)
        .where(NoticeAbout.ward == ward, NoticeAbout.application_id == application_id),
    )


def reaches(session: Session, bundle_id: str) -> bool:
    """Whether the applicant left an address."""
    return session.get(Contact, bundle_id) is not None


def _told(session: Session, wanted: sa.Select[Any]) -> tuple[Told, ...]:
    rows = session.scalars(wanted.order_by(Notice.created_at.desc(), Notice.id).limit(MOST))
    return tuple(
        Told(row.kind, row.state, row.created_at, row.ended_at, row.next_attempt_at, row.attempts, row.last_error)
        for row in rows
    )
