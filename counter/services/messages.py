"""Messages between a resident and the office of one application: sealed, once each, read or not."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, vault
from counter.models.application import Application
from counter.models.correspondence import Message, Side
from counter.models.event import Kind
from counter.models.notice import NoticeKind
from counter.queries.correspondence import message_sealed_as
from counter.services import audit, notices, status
from counter.services.writing import insert

LONGEST = 2000
MOST_UNREAD = 20


class Empty(Exception):
    """There is nothing to send."""


class TooLong(Exception):
    """More than LONGEST characters."""


class TooMany(Exception):
    """The office has not read the last MOST_UNREAD yet."""


def send(
    session: Session,
    ward: str,
    application_id: str,
    *,
    side: Side,
    author: str,
    text: str,
    nonce: str,
    now: dt.datetime,
) -> bool:
    """Write to the other side; False when this nonce has sent its message already. Raises vault.Shredded when erased."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Empty
    if len(text) > LONGEST:
        raise TooLong
    row = session.get_one(Application, (ward, application_id), with_for_update=True, populate_existing=True)
    if side is Side.RESIDENT and _unread(session, ward, application_id) >= MOST_UNREAD:
        raise TooMany
    message_id = ids.new_id()
    sealed = vault.of(session).seal(session, row.key_id, message_sealed_as(ward, message_id), text)
    values = {
        "ward": ward, "id": message_id, "application_id": application_id, "side": side.value, "author": author,
        "nonce": nonce[:64], "sealed": sealed, "at": now, "read_at": None,
    }  # fmt: skip
    adding = insert(session, Message).values(values).on_conflict_do_nothing(
        index_elements=["ward", "application_id", "nonce"]
    )  # fmt: skip
    if session.scalar(adding.returning(Message.id)) is None:
        return False
    detail = {"message": message_id, "side": side.value}
    status.append(session, ward, application_id, Kind.MESSAGE, actor=author, at=now, detail=detail)
    audit.record(session, ward, author, "message.send", application_id, detail)
    if side is Side.OFFICE:
        notices.queue(session, bundle_id=row.bundle_id, kind=NoticeKind.MESSAGE, application=row, at=now)
    return True


def mark_read(session: Session, ward: str, application_id: str, *, reader: Side, who: str, now: dt.datetime) -> int:
    """Whatever the other side wrote is read now; how many messages were new."""
    other = Side.OFFICE if reader is Side.RESIDENT else Side.RESIDENT
    read = session.execute(
        sa.update(Message)
        .where(
            Message.ward == ward,
            Message.application_id == application_id,
            Message.side == other,
            Message.read_at.is_(None),
        )
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
    count: int = read.rowcount  # type: ignore[attr-defined]
    if count:
        audit.record(session, ward, who, "message.read", application_id, {"messages": count})
    return count


def _unread(session: Session, ward: str, application_id: str) -> int:
    counted = sa.select(sa.func.count()).where(
        Message.ward == ward,
        Message.application_id == application_id,
        Message.side == Side.RESIDENT,
        Message.read_at.is_(None),
    )
    return session.scalar(counted) or 0
