"""Documents that people send: kept with a draft, passed on to each office at submission, added to a case later.

The bytes lie once, enclosed under a secret of their own; who may open them holds that secret sealed: the draft under its
key, every application under its own. So offices erase at different times, and shredding a key is enough.
Pictures are seen once they were searched for 個人番号 (counter.services.screening); names and states at once.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, vault
from counter.models.application import Application
from counter.models.attachment import ApplicationFile, DraftFile
from counter.models.draft import Draft
from counter.models.laid_document import LaidDocument, Look
from counter.services import screening
from counter.services.blobs import Blobs
from counter.services.enclosing import Enclosure, Refused
from counter.services.paper_records import lists, questions
from forms.gather import record_value
from forms.kinds import File
from forms.kinds.files import is_paper
from forms.messages import N_, Message
from forms.model import Application as Filed
from forms.model import Problem, Procedure

MOST_FILES = 30
MOST_BYTES = 100 * 1024 * 1024
SUBMITTED, ADDED = "submitted", "added"
GONE = N_("ファイルが見つかりません。もう一度送ってください。")
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A document in the open, without its bytes. ``kept`` is the file they lie in now."""

    id: str
    name: str
    type: str
    size: int
    pages: int
    blob: str
    secret: bytes
    mark: str
    scanned: bool
    label: str = ""
    way: str = SUBMITTED
    created_at: dt.datetime | None = None
    item: str = ""
    look: Look = Look.WAITING
    kept: str = ""

    @property
    def shown(self) -> bool:
        """Whether its pictures may be seen."""
        return self.look in screening.SHOWN

    @property
    def value(self) -> Item:
        """As it stands in an answer."""
        return {"id": self.item or self.id, "name": self.name, "type": self.type, "size": self.size}


# -- of a draft ------------------------------------------------------------------------------------------------------


def of_draft(session: Session, draft_id: str) -> dict[str, Sent]:
    """Everything sent for a draft, in the order it came."""
    key_id = _draft_key(session, draft_id)
    rows = session.execute(
        _with_look(DraftFile).where(DraftFile.draft_id == draft_id).order_by(DraftFile.created_at, DraftFile.id)
    )
    return {row.id: _open_draft(session, row, laid, key_id) for row, laid in rows}


def add(session: Session, blobs: Blobs, draft_id: str, document: Enclosure) -> Sent:
    """Keep a document with its draft; the same file again is the one that is there. Raises Refused over budget."""
    here = of_draft(session, draft_id)
    for sent in here.values():
        if sent.mark == document.mark and sent.name == document.name and sent.look != Look.GIVEN_UP:
            return sent
    if len(here) >= MOST_FILES or sum(sent.size for sent in here.values()) + document.size > MOST_BYTES:
        raise Refused("budget")
    key_id = _draft_key(session, draft_id)
    row_id, secret = ids.new_id(), secrets.token_bytes(32)
    laid = screening.lay(session, blobs, secret, document.pages, document.preview)
    sealed = vault.of(session).seal(session, key_id, f"draft_file:sealed:{row_id}", _facts(document, secret))
    row = DraftFile(id=row_id, draft_id=draft_id, blob=laid.blob, size=document.size, sealed=sealed, preview=b"")
    session.add(row)
    session.flush()
    return _open_draft(session, row, laid, key_id)


def drop(session: Session, draft_id: str, file_id: str) -> None:
    """Forget a document of a draft; its bytes go with the next sweep."""
    session.execute(sa.delete(DraftFile).where(DraftFile.draft_id == draft_id, DraftFile.id == file_id))


def draft_preview(session: Session, draft_id: str, file_id: str) -> bytes | None:
    found = _draft_file(session, draft_id, file_id)
    return None if found is None or found[1] is None else screening.preview(found[1], found[0].secret)


def draft_pages(session: Session, blobs: Blobs, draft_id: str, file_id: str) -> tuple[bytes, ...] | None:
    found = _draft_file(session, draft_id, file_id)
    return None if found is None else pages(blobs, found[0])


# -- on the way to the offices ---------------------------------------------------------------------------------------


def enclosed(session: Session, nonce: str, filed: Sequence[tuple[Filed, Procedure]]) -> dict[str, Sent]:
    """The documents that these applications name, all of them sent for the draft of this nonce.

    Raises Missing before anything is written when one is not there.
    """
    named = [(one, path, item) for one, procedure in filed for path, item in _items(procedure, one.answers)]
    if not named:
        return {}
    draft_id = session.scalar(sa.select(Draft.id).where(Draft.nonce == nonce))
    here = of_draft(session, draft_id) if draft_id else {}
    gone = [(one, path) for one, path, item in named if item["id"] not in here]
    if gone:
        raise Missing([Problem(one.origins[path], Message(GONE), "invalid", one.procedure) for one, path in gone])
    return here


class Missing(Exception):
    """An answer names a document that is not there."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} documents are missing")


def pass_on(
    session: Session,
    here: Mapping[str, Sent],
    applications: Iterable[tuple[Mapping[str, Any], Mapping[str, Any], Procedure]],
    now: dt.datetime,
) -> None:
    """Give each application (row, record, definition) what its own record names, and the draft's keys to it up."""
    rows: list[dict[str, Any]] = []
    for row, record, procedure in applications:
        for path, item in _items(procedure, record):
            sent = here[item["id"]]
            in_order = now + dt.timedelta(microseconds=len(rows))
            rows.append(_row(session, row["ward"], row["id"], row["key_id"], sent, SUBMITTED, path, in_order))
    if rows:
        session.execute(sa.insert(ApplicationFile), rows)
        session.execute(sa.delete(DraftFile).where(DraftFile.id.in_(list(here))))


def add_to_application(
    session: Session, blobs: Blobs, application: Application, document: Enclosure, now: dt.datetime, *, label: str = ""
) -> Sent:
    """A document sent after submitting, for this case alone; the session works for its ward. ``label``: what it is.

    Raises Refused over budget. The same file again is the one that is there.
    """
    here = of_application(session, application)
    for sent in here:
        if sent.mark == document.mark and sent.way == ADDED and sent.look != Look.GIVEN_UP:
            return sent
    if len(here) >= MOST_FILES or sum(sent.size for sent in here) + document.size > MOST_BYTES:
        raise Refused("budget")
    secret = secrets.token_bytes(32)
    laid = screening.lay(session, blobs, secret, document.pages, document.preview)
    new = ids.new_id()  # it stands in no answer, so it names itself
    sent = Sent(
        new, document.name, document.type, document.size, len(document.pages), laid.blob, secret, document.mark,
        document.scanned, label, ADDED, now, new, Look(laid.look), laid.kept,
    )  # fmt: skip
    row = _row(session, application.ward, application.id, application.key_id, sent, ADDED, label, now)
    session.execute(sa.insert(ApplicationFile), [row])
    return dataclasses.replace(sent, id=row["id"])


# -- of an application -----------------------------------------------------------------------------------------------


def of_application(session: Session, application: Application) -> list[Sent]:
    """Its documents, as they came; none once it was erased."""
    rows = session.execute(
        _with_look(ApplicationFile)
        .where(ApplicationFile.ward == application.ward, ApplicationFile.application_id == application.id)
        .order_by(ApplicationFile.created_at, ApplicationFile.id)
    )
    try:
        return [_open_application(session, row, laid, application.key_id) for row, laid in rows]
    except vault.Shredded:
        return []


def one(session: Session, application: Application, file_id: str) -> Sent | None:
    found = _application_file(session, application, file_id)
    return None if found is None else found[0]


def preview(session: Session, application: Application, file_id: str) -> bytes | None:
    found = _application_file(session, application, file_id)
    return None if found is None or found[1] is None else screening.preview(found[1], found[0].secret)


def pages(blobs: Blobs, sent: Sent) -> tuple[bytes, ...] | None:
    """Its pictures, once they were looked at."""
    return screening.pages(blobs, sent.kept, sent.secret) if sent.shown else None


def erase(session: Session, application: Application) -> None:
    """Its rows go; the secrets in them were shredded with the application's key."""
    session.execute(
        sa.delete(ApplicationFile).where(
            ApplicationFile.ward == application.ward, ApplicationFile.application_id == application.id
        )
    )


def sweep(session: Session, blobs: Blobs, now: dt.datetime) -> int:
    """Remove bytes that no row names, older than a day (a row may be about to name younger ones); returns how many."""
    old = list(blobs.older_than(now - dt.timedelta(days=1)))
    gone = 0
    for start in range(0, len(old), 500):
        names = old[start : start + 500]
        held = screening.held(session, names)
        for name in names:
            if name not in held:
                blobs.drop(name)
                gone += 1
    return gone


# -- pieces ----------------------------------------------------------------------------------------------------------


def _items(procedure: Procedure, record: Mapping[str, Any]) -> list[tuple[str, Item]]:
    """(record path, item) of every file a record names."""
    rows = {about.record_key: len(record.get(about.record_key) or ()) for about in lists(procedure)}
    found = []
    for question, _ in questions(procedure, rows):
        if isinstance(question.field.kind, File):
            value = record_value(record, question.path)
            if value and not is_paper(value):
                found += [(question.path, item) for item in value]
    return found


def _facts(document: Enclosure, secret: bytes) -> dict[str, Any]:
    return {
        "name": document.name, "type": document.type, "pages": len(document.pages), "secret": secret.hex(),
        "mark": document.mark, "scanned": document.scanned,
    }  # fmt: skip


def _row(
    session: Session, ward: str, application_id: str, key_id: str, sent: Sent, way: str, label: str, now: dt.datetime
) -> dict[str, Any]:
    row_id = ids.new_id()
    facts = {
        "name": sent.name, "type": sent.type, "pages": sent.pages, "secret": sent.secret.hex(), "mark": sent.mark,
        "scanned": sent.scanned, "label": label,
    }  # fmt: skip
    where = f"application_file:sealed:{ward}/{row_id}"
    return {
        "ward": ward, "id": row_id, "application_id": application_id, "item": sent.item or sent.id, "way": way,
        "blob": sent.blob, "size": sent.size, "sealed": vault.of(session).seal(session, key_id, where, facts),
        "preview": b"", "created_at": now,
    }  # fmt: skip


def _draft_key(session: Session, draft_id: str) -> str:
    return session.scalars(sa.select(Draft.key_id).where(Draft.id == draft_id)).one()


def _with_look(model: type[DraftFile] | type[ApplicationFile]) -> sa.Select[Any, LaidDocument]:
    return sa.select(model, LaidDocument).outerjoin(LaidDocument, LaidDocument.blob == model.blob)


def _draft_file(session: Session, draft_id: str, file_id: str) -> tuple[Sent, LaidDocument | None] | None:
    query = _with_look(DraftFile).where(DraftFile.draft_id == draft_id, DraftFile.id == file_id)
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, laid = found
    return _open_draft(session, row, laid, _draft_key(session, draft_id)), laid


def _application_file(
    session: Session, application: Application, file_id: str
) -> tuple[Sent, LaidDocument | None] | None:
    query = _with_look(ApplicationFile).where(
        ApplicationFile.ward == application.ward,
        ApplicationFile.application_id == application.id,
        ApplicationFile.id == file_id,
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, laid = found
    try:
        return _open_application(session, row, laid, application.key_id), laid
    except vault.Shredded:
        return None


def _open_draft(session: Session, row: DraftFile, laid: LaidDocument | None, key_id: str) -> Sent:
    facts = vault.of(session).open(session, key_id, f"draft_file:sealed:{row.id}", row.sealed)
    return _sent(row, laid, facts, SUBMITTED, row.id)


def _open_application(session: Session, row: ApplicationFile, laid: LaidDocument | None, key_id: str) -> Sent:
    facts = vault.of(session).open(session, key_id, f"application_file:sealed:{row.ward}/{row.id}", row.sealed)
    return _sent(row, laid, facts, row.way, row.item)


def _sent(
    row: DraftFile | ApplicationFile, laid: LaidDocument | None, facts: Mapping[str, Any], way: str, item: str
) -> Sent:
    look, kept = (Look(laid.look), laid.kept) if laid is not None else (Look.WAITING, row.blob)
    return Sent(
        row.id, facts["name"], facts["type"], row.size, facts["pages"], row.blob, bytes.fromhex(facts["secret"]),
        facts["mark"], facts["scanned"], facts.get("label", ""), way, row.created_at, item, look, kept,
    )  # fmt: skip
