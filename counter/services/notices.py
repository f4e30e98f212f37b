"""Mails to residents: queued where something happens, claimed, sent, tried again, refused or given up. The page is the truth:
no state of a mail ever changes an application."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, tenancy, vault
from counter.models.application import Application
from counter.models.bundle import Bundle
from counter.models.notice import Contact, Notice, NoticeAbout, NoticeKind, NoticeState
from counter.services.delivery import Enqueue

JOB = "notify.1"
LEASE = dt.timedelta(minutes=10)  # longer than one try may take
BACKOFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 45, 120, 360, 720))
PARTITION = "mail"  # every mail waits for the one mail server, and for nobody else
TOGETHER = dt.timedelta(seconds=5)  # what happens to several applications at once is one mail
SENDS_MAIL = "mail"  # key of session.info: whether this installation has a mail server


class Case(Protocol):
    """What a notice is about: a row of an application, or what a screen read of it."""

    @property
    def ward(self) -> str: ...

    @property
    def id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Of:
    """An application by its key alone, as a `Case`."""

    ward: str
    id: str


@dataclass(frozen=True, slots=True)
class Place:
    """One application in a mail: its line of the receipt, its ward, and its office by name."""

    line: int
    ward: str
    office: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything one mail is made of. ``id`` makes its Message-ID: whoever gets it twice can tell."""

    id: str
    address: str
    kind: NoticeKind
    number: str
    language: str
    detail: dict[str, Any]
    places: tuple[Place, ...]
    written_at: dt.datetime


def keep_address(session: Session, bundle_id: str, records: Iterable[Mapping[str, Any]]) -> str | None:
    """Seal the applicant's mail address with the bundle, if one of its records has it; returns it."""
    found = (address_of(record) for record in records)
    address = next((address for address in found if address), None)
    if address is None:
        return None
    box = vault.of(session)
    key_id = box.new_key(session, "contact")
    sealed = box.seal(session, key_id, _sealed_as(bundle_id), address)
    session.execute(sa.insert(Contact), [{"bundle_id": bundle_id, "key_id": key_id, "sealed": sealed}])
    return address


def readdress(session: Session, bundle_id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """The resident changed an answer: where it was the mail address, notices go to the new one from now on."""
    new = address_of(after)
    if new is None or new == address_of(before):
        return
    contact = session.get(Contact, bundle_id, with_for_update=True)
    if contact is None:
        keep_address(session, bundle_id, [after])
        return
    contact.sealed = vault.of(session).seal(session, contact.key_id, _sealed_as(bundle_id), new)
    session.flush()


def address_of(record: Mapping[str, Any]) -> str | None:
    """Where the applicant of an office's record reads mail."""
    applicant = record.get("applicant")
    address = applicant.get("email") if isinstance(applicant, Mapping) else None
    return address if isinstance(address, str) and address else None


def address(session: Session, bundle_id: str) -> str | None:
    """Where a bundle's notices go; None if nobody said, or when it was erased."""
    contact = session.get(Contact, bundle_id)
    if contact is None:
        return None
    try:
        return str(vault.of(session).open(session, contact.key_id, _sealed_as(bundle_id), contact.sealed))
    except vault.Shredded:
        return None


def forget(session: Session, bundle_id: str) -> None:
    """Erase the address of a bundle."""
    contact = session.get(Contact, bundle_id)
    if contact is not None:
        vault.of(session).shred(session, contact.key_id)


def masked(address: str) -> str:
    """a…@example.jp: enough for its owner to know it again."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"


def queue(
    session: Session,
    *,
    bundle_id: str,
    kind: NoticeKind,
    application: Case | Sequence[Case] = (),
    at: dt.datetime | None = None,
    detail: Mapping[str, Any] | None = None,
) -> str | None:
    """Tell the resident by mail, in the caller's transaction; the notice's id, or None where nobody left an address.

    ``application``: what it happened to, one or several (the received notice: all of the bundle). The same thing that
    happens to another application of the bundle at the same moment goes into the same mail. ``detail`` is never
    personal; text for the resident stays on the page.
    """
    now = at or dt.datetime.now(dt.UTC)
    cases = application if isinstance(application, Sequence) else (application,)
    if session.get(Contact, bundle_id) is None:
        return None
    said = dict(detail or {})
    notice_id = _waiting_twin(session, bundle_id, kind, now, said) or _new(session, bundle_id, kind, now, said)
    with tenancy.all_wards(session, "one mail tells about the applications of a bundle in several wards"):
        rows = session.execute(
            sa.select(NoticeAbout.ward, NoticeAbout.application_id).where(NoticeAbout.notice_id == notice_id)
        )
        known = {(row.ward, row.application_id) for row in rows}
        about = [
            {"ward": case.ward, "notice_id": notice_id, "application_id": case.id}
            for case in cases
            if (case.ward, case.id) not in known
        ]
        if about:
            session.execute(sa.insert(NoticeAbout), about)
    return notice_id


def claim(session: Session, notice_id: str, now: dt.datetime, by: str = "") -> Letter | None:
    """Take a waiting notice for worker ``by`` alone, counting the attempt; None if it is done, taken, or not due."""
    claimed = session.execute(
        sa.update(Notice)
        .where(
            Notice.id == notice_id,
            Notice.state == NoticeState.WAITING,
            sa.or_(Notice.attempts == 0, Notice.next_attempt_at <= now),  # the first try waits for no slow clock
            sa.or_(Notice.claimed_until.is_(None), Notice.claimed_until <= now),
        )
        .values(claimed_by=by, claimed_until=now + LEASE, attempts=Notice.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    return _letter(session, notice_id) if claimed.rowcount else None  # type: ignore[attr-defined]


def release(session: Session, alive: Sequence[str]) -> None:
    """Give up what workers had claimed that are no longer alive. A mail they had already sent goes out again, under the
    same Message-ID."""
    session.execute(
        sa.update(Notice)
        .where(Notice.claimed_until.is_not(None), Notice.claimed_by.not_in(alive))
        .values(claimed_until=None)
        .execution_options(synchronize_session=False)
    )


def ended(session: Session, notice_id: str, state: NoticeState, now: dt.datetime, reason: str | None = None) -> bool:
    """Sent, refused for good, or not to be sent here; False if that was settled before."""
    done = session.execute(
        sa.update(Notice)
        .where(Notice.id == notice_id, Notice.state == NoticeState.WAITING)
        .values(
            state=state, ended_at=now, claimed_until=None, next_attempt_at=None, last_error=(reason or "")[:100] or None
        )
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def failed(
    session: Session, notice_id: str, now: dt.datetime, reason: str, jitter: Callable[[], float] = random.random
) -> dt.datetime | None:
    """Record a try that may go better later; returns when, or None when the mail is given up.

    ``reason`` names a fault and a server's codes, never an address. Waits grow from a minute to 12 hours, each ± 20 %.
    """
    row = session.get_one(Notice, notice_id, with_for_update=True, populate_existing=True)
    if row.state != NoticeState.WAITING:
        return None
    row.claimed_until = None
    row.last_error = reason[:100]
    if row.attempts > len(BACKOFF):
        row.state, row.next_attempt_at, row.ended_at = NoticeState.GIVEN_UP.value, None, now
        return None
    wait = BACKOFF[row.attempts - 1] * (0.8 + 0.4 * jitter())
    row.next_attempt_at = now + wait
    _enqueue(session, row, delay=wait)
    return row.next_attempt_at


def overdue(session: Session, before: dt.datetime, limit: int = 500) -> list[tuple[str, str]]:
    """(id, job id) of notices that should have been tried before that moment and are in nobody's hands."""
    rows = session.execute(
        sa.select(Notice.id, Notice.job_id)
        .where(
            Notice.state == NoticeState.WAITING,
            Notice.next_attempt_at <= before,
            sa.or_(Notice.claimed_until.is_(None), Notice.claimed_until <= before),
        )
        .order_by(Notice.next_attempt_at, Notice.id)
        .limit(limit)
    )
    return [(row.id, row.job_id) for row in rows]


def requeue(session: Session, notice_id: str) -> None:
    """A new job for a notice whose job the engine no longer means to run."""
    row = session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
    if row is not None and row.state == NoticeState.WAITING:
        _enqueue(session, row)


def _new(session: Session, bundle_id: str, kind: NoticeKind, now: dt.datetime, detail: dict[str, Any]) -> str:
    """A notice and its job; where no mail is sent it is kept all the same, and says so."""
    sends = bool(session.info.get(SENDS_MAIL))
    row = Notice(
        id=ids.new_id(), bundle_id=bundle_id, kind=NoticeKind(kind).value, detail=detail, attempts=0, job_id="",
        state=(NoticeState.WAITING if sends else NoticeState.OFF).value, next_attempt_at=now if sends else None,
        created_at=now, ended_at=None if sends else now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if sends:
        _enqueue(session, row)
    return row.id


def _waiting_twin(
    session: Session, bundle_id: str, kind: NoticeKind, now: dt.datetime, detail: dict[str, Any]
) -> str | None:
    """The notice of the same thing at the same moment that nobody has begun to send. It is locked until the commit."""
    twins = session.scalars(
        sa.select(Notice)
        .where(
            Notice.bundle_id == bundle_id,
            Notice.created_at > now - TOGETHER,
            Notice.created_at <= now,
            Notice.kind == NoticeKind(kind).value,
            Notice.attempts == 0,
            Notice.state.in_([NoticeState.WAITING, NoticeState.OFF]),
        )
        .order_by(Notice.created_at.desc())
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return next((twin.id for twin in twins if twin.detail == detail), None)


def _letter(session: Session, notice_id: str) -> Letter:
    row = session.execute(
        sa.select(Notice, Bundle.language)
        .join(Bundle, Bundle.id == Notice.bundle_id)
        .where(Notice.id == notice_id)
        .execution_options(populate_existing=True)
    ).one()
    notice: Notice = row.Notice
    with tenancy.all_wards(session, "one mail tells about the applications of a bundle in several wards"):
        about = session.execute(
            sa.select(Application.line, Application.ward, Application.routing_inputs)
            .join(
                NoticeAbout,
                sa.and_(NoticeAbout.ward == Application.ward, NoticeAbout.application_id == Application.id),
            )
            .where(NoticeAbout.notice_id == notice_id)
            .order_by(Application.line)
        ).all()
    return Letter(
        id=notice.id,
        address=address(session, notice.bundle_id) or "",
        kind=NoticeKind(notice.kind),
        number=ids.grouped(notice.bundle_id),
        language=row.language,
        detail=notice.detail,
        places=tuple(Place(each.line, each.ward, each.routing_inputs["office_name"]) for each in about),
        written_at=notice.created_at,
    )


def _enqueue(session: Session, row: Notice, delay: dt.timedelta | None = None) -> None:
    row.job_id = f"notify:{row.id}:{ids.new_id()}"
    session.flush()
    enqueue: Enqueue = session.info["enqueue"]
    enqueue(session, JOB, row.job_id, row.id, queue="outside", partition=PARTITION, delay=delay)


def _sealed_as(bundle_id: str) -> str:
    return f"contact:sealed:{bundle_id}"
