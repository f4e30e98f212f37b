"""What office and resident wrote to each other, opened: requests for a correction, messages, former records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import tenancy, vault
from counter.models.application import Application
from counter.models.correspondence import CorrectionRequest, CorrectionState, FormerRecord, Message, Side
from counter.models.keys import Key
from counter.queries.records import Content

MOST_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """One field that is to be mended: its record path, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Request:
    """A 補正依頼 opened; ``marks`` and ``message`` are empty when it was erased."""

    id: str
    application_id: str
    round: int
    state: str
    asked_by: str
    asked_at: dt.datetime
    due_on: dt.date
    message: str
    marks: tuple[Mark, ...]
    answered_at: dt.datetime | None
    answered_revision: int | None
    seen_at: dt.datetime | None

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(mark.path for mark in self.marks)

    def reason_of(self, path: str) -> str:
        return next((mark.reason for mark in self.marks if mark.path == path), "")


@dataclass(frozen=True, slots=True)
class Written:
    """One message; ``text`` is None when it was erased."""

    id: str
    side: str
    author: str
    text: str | None
    at: dt.datetime
    read_at: dt.datetime | None


def request_sealed_as(ward: str, request_id: str) -> str:
    """What a request's content is bound to."""
    return f"correction_request:sealed:{ward}/{request_id}"


def message_sealed_as(ward: str, message_id: str) -> str:
    """What a message's text is bound to."""
    return f"message:sealed:{ward}/{message_id}"


def former_sealed_as(ward: str, application_id: str, revision: int) -> str:
    """What a former record is bound to: it opens as no other revision."""
    return f"former_record:sealed:{ward}/{application_id}/{revision}"


def requests(session: Session, ward: str, application_id: str, key_id: str) -> tuple[Request, ...]:
    """Every request for a correction of an application, oldest first."""
    found = session.scalars(
        sa.select(CorrectionRequest)
        .where(CorrectionRequest.ward == ward, CorrectionRequest.application_id == application_id)
        .order_by(CorrectionRequest.round)
    )
    return tuple(opened_request(session, row, key_id) for row in found)


def opened_request(session: Session, row: CorrectionRequest, key_id: str) -> Request:
    try:
        said = vault.of(session).open(session, key_id, request_sealed_as(row.ward, row.id), row.sealed)
    except vault.Shredded:
        said = {"message": "", "marks": []}
    return Request(
        row.id, row.application_id, row.round, row.state, row.asked_by, row.asked_at, row.due_on, said["message"],
        tuple(Mark(path, reason) for path, reason in said["marks"]), row.answered_at, row.answered_revision, row.seen_at,
    )  # fmt: skip


def thread(session: Session, ward: str, application_id: str, key_id: str) -> tuple[Written, ...]:
    """The messages of an application, oldest first; the latest when there are very many."""
    found = session.scalars(
        sa.select(Message)
        .where(Message.ward == ward, Message.application_id == application_id)
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(MOST_MESSAGES)
    ).all()
    return tuple(
        Written(row.id, row.side, row.author, _text(session, row, key_id), row.at, row.read_at)
        for row in reversed(found)
    )


def _text(session: Session, row: Message, key_id: str) -> str | None:
    try:
        return str(vault.of(session).open(session, key_id, message_sealed_as(row.ward, row.id), row.sealed))
    except vault.Shredded:
        return None


def former(session: Session, ward: str, application_id: str, key_id: str) -> dict[int, Content]:
    """What an application held before each of its corrections, by revision; empty when it was erased."""
    found = session.scalars(
        sa.select(FormerRecord)
        .where(FormerRecord.ward == ward, FormerRecord.application_id == application_id)
        .order_by(FormerRecord.revision)
    )
    opened: dict[int, Content] = {}
    for row in found:
        where = former_sealed_as(ward, application_id, row.revision)
        try:
            opened[row.revision] = Content(**vault.of(session).open(session, key_id, where, row.sealed))
        except vault.Shredded:
            return {}
    return opened


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of an application waits for the resident: an open request with its last day, messages not read."""

    request_id: str = ""
    due_on: dt.date | None = None
    unread: int = 0
    messages: int = 0


def waiting_for_resident(session: Session, bundle_id: str) -> dict[str, Waiting]:
    """By application id, over every ward of a bundle; two statements."""
    with tenancy.all_wards(session, "the resident answers every office of the bundle"):
        of_bundle = sa.and_(Application.ward == Message.ward, Application.id == Message.application_id)
        unread = sa.func.sum(sa.case((sa.and_(Message.side == Side.OFFICE, Message.read_at.is_(None)), 1), else_=0))
        counted = session.execute(
            sa.select(Message.application_id, unread, sa.func.count())
            .join(Application, of_bundle)
            .where(Application.bundle_id == bundle_id)
            .group_by(Message.application_id)
        ).all()
        asked = session.execute(
            sa.select(CorrectionRequest.application_id, CorrectionRequest.id, CorrectionRequest.due_on)
            .join(
                Application,
                sa.and_(Application.ward == CorrectionRequest.ward, Application.id == CorrectionRequest.application_id),
            )
            .where(Application.bundle_id == bundle_id, CorrectionRequest.state == CorrectionState.OPEN)
        ).all()
    found = {row[0]: Waiting(unread=int(row[1] or 0), messages=row[2]) for row in counted}
    for application_id, request_id, due_on in asked:
        known = found.get(application_id, Waiting())
        found[application_id] = Waiting(request_id, due_on, known.unread, known.messages)
    return found


@dataclass(frozen=True, slots=True)
class Unread:
    """How many applications of an office wait for somebody to read what a resident sent."""

    corrections: int
    messages: int


def unread(session: Session, ward: str, offices: Sequence[str]) -> Unread:
    """One statement; both counts go by what is unread, not by the length of the queue."""
    mine = sa.and_(Application.ward == ward, Application.office.in_(offices))
    row = session.execute(
        sa.select(
            sa.select(sa.func.count())
            .select_from(Application)
            .where(mine, Application.id.in_(answered(ward)))
            .scalar_subquery(),
            sa.select(sa.func.count())
            .select_from(Application)
            .where(mine, Application.id.in_(written(ward)))
            .scalar_subquery(),
        )
    ).one()
    return Unread(row[0], row[1])


def answered(ward: str) -> sa.Select[tuple[str]]:
    """Applications whose correction was answered and not read by the office."""
    return sa.select(CorrectionRequest.application_id).where(
        CorrectionRequest.ward == ward,
        CorrectionRequest.state == CorrectionState.ANSWERED,
        CorrectionRequest.seen_at.is_(None),
    )


def written(ward: str) -> sa.Select[tuple[str]]:
    """Applications with a message of the resident that the office has not read."""
    return sa.select(Message.application_id).where(
        Message.ward == ward, Message.side == Side.RESIDENT, Message.read_at.is_(None)
    )


def load_keys(session: Session, key_ids: Iterable[str]) -> list[Key]:
    """Bring data keys into the session by one statement, for whoever opens several applications; keep the list."""
    return list(session.scalars(sa.select(Key).where(Key.id.in_(set(key_ids)))))
