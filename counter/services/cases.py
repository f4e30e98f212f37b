"""What a clerk does with an application: take it, let it arrive, decide it. The resident's status follows from the events."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from counter import ids
from counter.models.application import Status
from counter.models.correspondence import Side
from counter.models.event import Kind
from counter.models.notice import NoticeKind
from counter.queries.office import Row, View
from counter.services import audit, corrections, messages, notices, status
from counter.services.status import OPEN, Refused

NEXT: dict[Status, tuple[Status, ...]] = {
    Status.RECEIVED: (Status.IN_REVIEW, Status.DONE, Status.REJECTED),
    Status.AWAITING_VISIT: (Status.IN_REVIEW, Status.REJECTED),
    Status.IN_REVIEW: (Status.DONE, Status.REJECTED),
    Status.CORRECTION: (Status.IN_REVIEW, Status.REJECTED),
    Status.DONE: (Status.IN_REVIEW,),
    Status.REJECTED: (Status.IN_REVIEW,),
    Status.WITHDRAWN: (),
}
"""Where an application may go from where it stands; a decision is taken back only through 審査中."""
LONGEST_NOTE = 1000


def following(row: Row) -> tuple[Status, ...]:
    """Where this application may go next. What has not arrived yet goes back to waiting for the visit, not to 審査中."""
    here = Status(row.status)
    if row.arrived_at is not None or here is Status.AWAITING_VISIT:
        return NEXT[here]
    return tuple(Status.AWAITING_VISIT if each is Status.IN_REVIEW else each for each in NEXT[here])


def take(session: Session, view: View, *, actor: str, now: dt.datetime, seen: int) -> None:
    """The clerk's own from here. Raises status.Conflict when something happened since `seen`."""
    if view.row.status not in OPEN:
        raise Refused("終わった案件は担当できません。")
    status.append(session, view.row.ward, view.row.id, Kind.TAKEN, actor=actor, at=now, assignee=actor, after=seen)
    audit.record(session, view.row.ward, actor, "application.take", view.row.id)


def set_status(session: Session, view: View, *, actor: str, to: str, note: str, now: dt.datetime, seen: int) -> None:
    """審査中, 完了 or 却下; the note is for the resident too. Raises Refused, or status.Conflict as `take` does."""
    here = Status(view.row.status)
    if to not in following(view.row):
        raise Refused("いまの状況からは、その処理はできません。")
    note = note.strip()
    if not note and (to == Status.REJECTED or here in (Status.DONE, Status.REJECTED)):
        raise Refused("却下するときと、決定を取り消すときは、理由を入力してください。")
    if len(note) > LONGEST_NOTE:
        raise Refused(f"連絡事項は{LONGEST_NOTE}字までです。")
    arriving = here is Status.AWAITING_VISIT and to == Status.IN_REVIEW and view.row.arrived_at is None
    status.append(
        session,
        view.row.ward,
        view.row.id,
        Kind.ARRIVED if arriving else Kind.STATUS,
        actor=actor,
        at=now,
        status=Status(to),
        note=note or None,
        arrived_at=now if arriving else None,
        assignee=view.row.assignee or actor,
        after=seen,
    )
    if here is Status.CORRECTION:
        corrections.close_open(session, view.row.ward, view.row.id, now)
    audit.record(session, view.row.ward, actor, "application.status", view.row.id, {"from": here.value, "to": to})
    kind = NoticeKind.DECIDED if to in (Status.DONE, Status.REJECTED) else NoticeKind.TAKEN
    notices.queue(session, bundle_id=ids.normalise(view.row.number) or "", kind=kind, application=view.row, at=now)


def read(session: Session, view: View, *, actor: str, now: dt.datetime) -> None:
    """The office has read what the resident sent: answers to corrections, and messages."""
    corrections.mark_seen(session, view.row.ward, view.row.id, now)
    messages.mark_read(session, view.row.ward, view.row.id, reader=Side.OFFICE, who=actor, now=now)
