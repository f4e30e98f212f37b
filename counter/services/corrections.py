"""補正: an office marks fields of a record, the resident answers them, the record is sealed anew and handed over again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, vault
from counter.models.application import Application, SearchToken, Status
from counter.models.correspondence import CorrectionRequest, CorrectionState, FormerRecord
from counter.models.definition import Definition
from counter.models.delivery import Subject
from counter.models.event import Kind
from counter.models.notice import NoticeKind
from counter.queries import correspondence, records
from counter.queries.correspondence import Mark, Request
from counter.queries.office import View
from counter.queries.records import Content, sealed_as
from counter.services import audit, delivery, mending, notices, search, status, suppliers
from counter.services.status import Refused
from counter.services.writing import insert
from forms.gather import record_value
from forms.kinds.dates import JST
from forms.model import Procedure

FROM = (Status.RECEIVED, Status.AWAITING_VISIT, Status.IN_REVIEW)
MOST_MARKS = 60
LONGEST_REASON = 300
LONGEST_MESSAGE = 1000
LONGEST_TERM = dt.timedelta(days=180)


class NotOpen(Exception):
    """The request no longer waits for an answer; `request` says how it stands, `decided` where the application does."""

    def __init__(self, request: Request, decided: str) -> None:
        self.request = request
        self.decided = decided
        super().__init__(request.state)


class NotMended(Exception):
    """The answers do not make a record; the page says why before anything comes here."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An application whose request the resident answers."""

    application: Application
    definition: Procedure
    content: Content
    request: Request


def ask(
    session: Session,
    view: View,
    *,
    actor: str,
    marks: Sequence[Mark],
    message: str,
    due_on: dt.date,
    now: dt.datetime,
    seen: int,
) -> str:
    """Ask the resident to mend these fields by that day. Raises Refused, or status.Conflict as cases.take does."""
    message = message.strip()
    _check(view, marks, message, due_on, now)
    ward, application_id, request_id = view.row.ward, view.row.id, ids.new_id()
    detail = {"request": request_id, "due": due_on.isoformat(), "fields": len(marks)}
    status.append(
        session, ward, application_id, Kind.CORRECTION_ASKED, actor=actor, at=now, status=Status.CORRECTION,
        assignee=view.row.assignee or actor, detail=detail, after=seen,
    )  # fmt: skip
    row = session.get_one(Application, (ward, application_id))
    content = {"message": message, "marks": [[mark.path, mark.reason.strip()] for mark in marks]}
    where = correspondence.request_sealed_as(ward, request_id)
    session.add(
        CorrectionRequest(
            ward=ward,
            id=request_id,
            application_id=application_id,
            round=_rounds(session, ward, application_id) + 1,
            state=CorrectionState.OPEN.value,
            asked_by=actor,
            asked_at=now,
            due_on=due_on,
            sealed=vault.of(session).seal(session, row.key_id, where, content),
        )
    )
    session.flush()
    audit.record(session, ward, actor, "correction.ask", application_id, detail)
    notices.queue(
        session, bundle_id=row.bundle_id, kind=NoticeKind.CORRECTION, application=row, at=now,
        detail={"due": due_on.isoformat()},
    )  # fmt: skip
    return request_id


def _check(view: View, marks: Sequence[Mark], message: str, due_on: dt.date, now: dt.datetime) -> None:
    if view.row.status not in FROM:
        raise Refused("いまの状況からは、補正を依頼できません。")
    if view.record is None:
        raise Refused("内容が消去された申請には、補正を依頼できません。")
    known = {item.path for item in mending.shown_items(view.definition, view.record)}
    if not marks or len(marks) > MOST_MARKS or not {mark.path for mark in marks} <= known:
        raise Refused("直してほしい項目に、印をつけてください。")
    if any(not mark.reason.strip() for mark in marks):
        raise Refused("印をつけた項目には、何をどう直すかを書いてください。")
    if any(len(mark.reason) > LONGEST_REASON for mark in marks) or len(message) > LONGEST_MESSAGE:
        raise Refused(f"理由は{LONGEST_REASON}字、連絡事項は{LONGEST_MESSAGE}字までです。")
    today = now.astimezone(JST).date()
    if not today < due_on <= today + LONGEST_TERM:
        raise Refused("回答の期限は、あしたから180日後までの日にしてください。")


def opened(session: Session, ward: str, application_id: str, *, lock: bool = False) -> Opened | None:
    """The application with its latest request; None if it never had one. Raises vault.Shredded when it was erased."""
    row = session.get(Application, (ward, application_id), with_for_update=lock or None, populate_existing=lock)
    if row is None:
        return None
    asked = session.scalars(
        sa.select(CorrectionRequest)
        .where(CorrectionRequest.ward == ward, CorrectionRequest.application_id == application_id)
        .order_by(CorrectionRequest.round.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if asked is None:
        return None
    content = records.opened(session, row)
    stored = session.get_one(Definition, row.definition_digest).content
    definition = records.definition(row.definition_digest, stored)
    return Opened(row, definition, content, correspondence.opened_request(session, asked, row.key_id))


def answer(
    session: Session, ward: str, application_id: str, request_id: str, values: Mapping[str, Any], now: dt.datetime
) -> Opened:
    """Take over the resident's answers (by record path), once. The same answers again change nothing.

    Raises NotOpen when the request was answered with other words, closed, or the office has decided; nothing is written.
    """
    found = opened(session, ward, application_id, lock=True)
    if found is None or found.request.id != request_id:
        raise LookupError(request_id)
    row, request = found.application, found.request
    if request.state != CorrectionState.OPEN or row.status != Status.CORRECTION:
        if request.state == CorrectionState.ANSWERED and _says_the_same(found.content, values):
            return found
        raise NotOpen(request, row.status)
    mended = mending.mend(found.definition, found.content, values, ward)
    if mended.problems:
        raise NotMended
    _keep(session, found, mended.record, list(values), now)
    notices.readdress(session, row.bundle_id, found.content.record, mended.record)
    _resume(session, found, now)
    return found


def close_open(session: Session, ward: str, application_id: str, now: dt.datetime) -> None:
    """The case went on without an answer."""
    session.execute(
        sa.update(CorrectionRequest)
        .where(
            CorrectionRequest.ward == ward,
            CorrectionRequest.application_id == application_id,
            CorrectionRequest.state == CorrectionState.OPEN,
        )
        .values(state=CorrectionState.CLOSED, closed_at=now)
    )


def mark_seen(session: Session, ward: str, application_id: str, now: dt.datetime) -> None:
    """The office has read the answers of this application."""
    session.execute(
        sa.update(CorrectionRequest)
        .where(
            CorrectionRequest.ward == ward,
            CorrectionRequest.application_id == application_id,
            CorrectionRequest.state == CorrectionState.ANSWERED,
            CorrectionRequest.seen_at.is_(None),
        )
        .values(seen_at=now)
    )


def _keep(session: Session, found: Opened, record: dict[str, Any], answered: Sequence[str], now: dt.datetime) -> None:
    """The record as it was goes to the former ones, the new one takes its place."""
    row, before, box = found.application, found.content, vault.of(session)
    places = [place for path in answered for place in mending.same_fact(before, path)]
    origins = mending.origins_of(before, record, places)
    told = {"how": "corrected", "by": "resident", "at": now.isoformat(), "request": found.request.id}
    content = {
        "record": record,
        "origins": origins,
        "provenance": {path: told if path in places else before.provenance.get(path, {}) for path in origins},
    }
    former = {"record": before.record, "origins": before.origins, "provenance": before.provenance}
    where = correspondence.former_sealed_as(row.ward, row.id, row.revision)
    session.add(
        FormerRecord(
            ward=row.ward,
            application_id=row.id,
            revision=row.revision,
            replaced_at=now,
            sealed=box.seal(session, row.key_id, where, former),
        )
    )
    row.sealed = box.seal(session, row.key_id, sealed_as(row.ward, row.id), content)
    row.revision += 1
    session.flush()
    if row.procedure == suppliers.PROCEDURE:
        suppliers.note_correction(session, row.ward, row.id, record, now)
    tokens = [
        {"ward": row.ward, "application_id": row.id, "purpose": purpose, "token": token}
        for purpose, token in search.tokens(session, row.ward, record)
    ]
    if tokens:  # the old ones stay: whoever holds the old paper still finds the case
        session.execute(insert(session, SearchToken).on_conflict_do_nothing(), tokens)


def _resume(session: Session, found: Opened, now: dt.datetime) -> None:
    row, request = found.application, found.request
    asked = session.get_one(CorrectionRequest, (row.ward, request.id))
    asked.state, asked.answered_at, asked.answered_revision = CorrectionState.ANSWERED.value, now, row.revision
    row.paused_days += max(0, (now.astimezone(JST).date() - request.asked_at.astimezone(JST).date()).days)
    detail = {
        "request": request.id, "revision": row.revision, "late": now.astimezone(JST).date() > request.due_on,
    }  # fmt: skip
    status.append(
        session, row.ward, row.id, Kind.CORRECTED, actor="resident", at=now, detail=detail,
        status=Status.IN_REVIEW if row.arrived_at else Status.AWAITING_VISIT,
    )  # fmt: skip
    delivery.again(session, row, Subject.CORRECTED, now)
    audit.record(session, row.ward, "resident", "correction.answer", row.id, detail)


def _says_the_same(content: Content, values: Mapping[str, Any]) -> bool:
    return all(record_value(content.record, path) == value for path, value in values.items())


def _rounds(session: Session, ward: str, application_id: str) -> int:
    counted = sa.select(sa.func.max(CorrectionRequest.round)).where(
        CorrectionRequest.ward == ward, CorrectionRequest.application_id == application_id
    )
    return session.scalar(counted) or 0
