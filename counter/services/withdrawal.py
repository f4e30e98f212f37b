"""取下げ: a resident takes an application back while the office has not decided; the office is told by a notice."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from counter.models.application import Application, Status
from counter.models.delivery import Subject
from counter.models.event import Kind
from counter.models.notice import NoticeKind
from counter.services import audit, corrections, delivery, notices, status
from counter.services.status import OPEN

LONGEST_REASON = 1000


class NoReason(Exception):
    """A withdrawal says why, in up to LONGEST_REASON characters."""


class Decided(Exception):
    """The office was faster; ``status`` says what it decided."""

    def __init__(self, decided: str) -> None:
        self.status = decided
        super().__init__(decided)


def withdraw(session: Session, ward: str, application_id: str, *, reason: str, now: dt.datetime) -> bool:
    """Take it back; False when it was taken back before. Raises NoReason, or Decided when the office has decided."""
    reason = reason.replace("\r\n", "\n").strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise NoReason
    row = session.get_one(Application, (ward, application_id), with_for_update=True, populate_existing=True)
    if row.status == Status.WITHDRAWN:
        return False
    if row.status not in OPEN:
        raise Decided(row.status)
    row.revision += 1
    status.append(
        session, ward, application_id, Kind.WITHDRAWN, actor="resident", at=now, status=Status.WITHDRAWN, note=reason
    )
    corrections.close_open(session, ward, application_id, now)
    delivery.again(session, row, Subject.WITHDRAWN, now)
    audit.record(session, ward, "resident", "application.withdraw", application_id)
    notices.queue(session, bundle_id=row.bundle_id, kind=NoticeKind.WITHDRAWN, application=row, at=now)
    return True
