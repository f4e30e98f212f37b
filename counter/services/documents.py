"""書類の追加: after submitting, the resident sends one more document to one office."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from counter.models.application import Application
from counter.models.delivery import Subject
from counter.models.event import Kind
from counter.services import attachments, audit, delivery, status
from counter.services.attachments import Sent
from counter.services.blobs import Blobs
from counter.services.enclosing import Enclosure


class Closed(Exception):
    """The office has decided, or the application was taken back: ``status`` says which."""

    def __init__(self, stands: str) -> None:
        self.status = stands
        super().__init__(stands)


def add(
    session: Session, blobs: Blobs, ward: str, application_id: str, document: Enclosure, *, label: str, now: dt.datetime
) -> Sent:
    """Give the case a document, tell its history and its office; the same file again changes nothing.

    The session works for the ward. Raises Closed, or enclosing.Refused over budget.
    """
    row = session.get_one(Application, (ward, application_id), with_for_update=True, populate_existing=True)
    if row.status not in status.OPEN:
        raise Closed(row.status)
    before = {sent.id for sent in attachments.of_application(session, row)}
    sent = attachments.add_to_application(session, blobs, row, document, now, label=label)
    if sent.id in before:
        return sent
    row.revision += 1
    detail = {"file": sent.id, "pages": sent.pages}
    status.append(session, ward, application_id, Kind.DOCUMENT_ADDED, actor="resident", at=now, detail=detail)
    delivery.again(session, row, Subject.DOCUMENT, now)
    audit.record(session, ward, "resident", "document.add", application_id, detail)
    return sent
