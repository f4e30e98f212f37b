"""Documents that people send: kept with a draft, passed on to each office at submission, added to a case later.

The bytes lie once, enclosed under a secret of their own; who may open them holds that secret sealed: the draft under its
key, every application under its own. So offices erase at different times, and shredding a key is enough.
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

from counter import ids, tenancy, vault
from counter.models.application import Application
from counter.models.attachment import ApplicationFile, DraftFile
from counter.models.draft import Draft
from counter.services.blobs import Blobs
from counter.services.enclosing import Enclosure, Refused, pack, unpack
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
    """A document in the open, without its bytes."""

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

    @property
    def value(self) -> Item:
        """As it stands in an answer."""
        return {"id": self.item or self.id, "name": self.name, "type": self.type, "size": self.size}


# -- of a draft ------------------------------------------------------------------------------------------------------


def of_draft(session: Session, draft_id: str) -> dict[str, Sent]:
    """Everything sent for a draft, in the order it came."""
    key_id = _draft_key(session, draft_id)
    rows = session.scalars(
        sa.select(DraftFile).where(DraftFile.draft_id == draft_id).order_by(DraftFile.created_at, DraftFile.id)
    )
    return {row.id: _open_draft(session, row, key_id) for row in rows}


def add(session: Session, blobs: Blobs, draft_id: str, document: Enclosure) -> Sent:
    """Keep a document with its draft; the same file again is the one that is there. Raises Refused over budget."""
    here = of_draft(session, draft_id)
    for sent in here.values():
        if sent.mark == document.mark and sent.name == document.name:
            return sent
    if len(here) >= MOST_FILES or sum(sent.size for sent in here.values()) + document.size > MOST_BYTES:
        raise Refused("budget")
    key_id = _draft_key(session, draft_id)
    row_id, (secret, blob) = ids.new_id(), _lay_down(blobs, document)
    seals = vault.of(session)
    row = DraftFile(
        id=row_id, draft_id=draft_id, blob=blob, size=document.size,
        sealed=seals.seal(session, key_id, f"draft_file:sealed:{row_id}", _facts(document, secret)),
        preview=seals.seal_bytes(session, key_id, f"draft_file:preview:{row_id}", document.preview),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _open_draft(session, row, key_id)


def drop(session: Session, draft_id: str, file_id: str) -> None:
    """Forget a document of a draft; its bytes go with the next sweep."""
    session.execute(sa.delete(DraftFile).where(DraftFile.draft_id == draft_id, DraftFile.id == file_id))


def draft_preview(session: Session, draft_id: str, file_id: str) -> bytes | None:
    row = _draft_row(session, draft_id, file_id)
    if row is None:
        return None
    where = f"draft_file:preview:{row.id}"
    return vault.of(session).open_bytes(session, _draft_key(session, draft_id), where, row.preview)


def draft_pages(session: Session, blobs: Blobs, draft_id: str, file_id: str) -> tuple[bytes, ...] | None:
    row = _draft_row(session, draft_id, file_id)
    return None if row is None else _pick_up(blobs, _open_draft(session, row, _draft_key(session, draft_id)))


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
    """Give each application (row, record, definition) what its own record names, and the draft's copies up."""
    rows: list[dict[str, Any]] = []
    keys: dict[str, str] = {}
    for row, record, procedure in applications:
        keys[row["id"]] = row["key_id"]
        for path, item in _items(procedure, record):
            sent = here[item["id"]]
            in_order = now + dt.timedelta(microseconds=len(rows))
            rows.append(_row(session, row["ward"], row["id"], row["key_id"], sent, SUBMITTED, path, in_order))
    if rows:
        _previews(session, rows, keys)
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
        if sent.mark == document.mark and sent.way == ADDED:
            return sent
    if len(here) >= MOST_FILES or sum(sent.size for sent in here) + document.size > MOST_BYTES:
        raise Refused("budget")
    secret, blob = _lay_down(blobs, document)
    new = ids.new_id()  # it stands in no answer, so it names itself
    sent = Sent(
        new, document.name, document.type, document.size, len(document.pages), blob, secret, document.mark,
        document.scanned, label, ADDED, now, new,
    )  # fmt: skip
    row = _row(session, application.ward, application.id, application.key_id, sent, ADDED, label, now)
    where = f"application_file:preview:{application.ward}/{row['id']}"
    row["preview"] = vault.of(session).seal_bytes(session, application.key_id, where, document.preview)
    session.execute(sa.insert(ApplicationFile), [row])
    return dataclasses.replace(sent, id=row["id"])


# -- of an application -----------------------------------------------------------------------------------------------


def of_application(session: Session, application: Application) -> list[Sent]:
    """Its documents, as they came; none once it was erased."""
    rows = session.scalars(
        sa.select(ApplicationFile)
        .where(ApplicationFile.ward == application.ward, ApplicationFile.application_id == application.id)
        .order_by(ApplicationFile.created_at, ApplicationFile.id)
    )
    try:
        return [_open_application(session, row, application.key_id) for row in rows]
    except vault.Shredded:
        return []


def one(session: Session, application: Application, file_id: str) -> Sent | None:
    row = _application_row(session, application, file_id)
    try:
        return None if row is None else _open_application(session, row, application.key_id)
    except vault.Shredded:
        return None


def preview(session: Session, application: Application, file_id: str) -> bytes | None:
    row = _application_row(session, application, file_id)
    if row is None:
        return None
    try:
        where = f"application_file:preview:{row.ward}/{row.id}"
        return vault.of(session).open_bytes(session, application.key_id, where, row.preview)
    except vault.Shredded:
        return None


def pages(blobs: Blobs, sent: Sent) -> tuple[bytes, ...] | None:
    return _pick_up(blobs, sent)


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
        with tenancy.all_wards(session, "bytes are kept while any ward names them"):
            named = set(session.scalars(sa.select(DraftFile.blob).where(DraftFile.blob.in_(names))))
            named |= set(session.scalars(sa.select(ApplicationFile.blob).where(ApplicationFile.blob.in_(names))))
        for name in names:
            if name not in named:
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


def _lay_down(blobs: Blobs, document: Enclosure) -> tuple[bytes, str]:
    secret = secrets.token_bytes(32)
    return secret, blobs.put(vault.Vault.enclose(secret, "enclosure", pack(document.pages)))


def _pick_up(blobs: Blobs, sent: Sent) -> tuple[bytes, ...] | None:
    try:
        return unpack(vault.Vault.disclose(sent.secret, "enclosure", blobs.get(sent.blob)))
    except FileNotFoundError:
        return None


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


def _previews(session: Session, rows: Sequence[dict[str, Any]], keys: Mapping[str, str]) -> None:
    """The small pictures, from under the draft's key to under each application's."""
    found = session.scalars(sa.select(DraftFile).where(DraftFile.id.in_({row["item"] for row in rows}))).all()
    seals = vault.of(session)
    open_ = {
        file.id: seals.open_bytes(
            session, _draft_key(session, file.draft_id), f"draft_file:preview:{file.id}", file.preview
        )
        for file in found
    }
    for row in rows:
        where = f"application_file:preview:{row['ward']}/{row['id']}"
        row["preview"] = seals.seal_bytes(session, keys[row["application_id"]], where, open_[row["item"]])


def _draft_key(session: Session, draft_id: str) -> str:
    return session.scalars(sa.select(Draft.key_id).where(Draft.id == draft_id)).one()


def _draft_row(session: Session, draft_id: str, file_id: str) -> DraftFile | None:
    query = sa.select(DraftFile).where(DraftFile.draft_id == draft_id, DraftFile.id == file_id)
    return session.scalars(query).one_or_none()


def _application_row(session: Session, application: Application, file_id: str) -> ApplicationFile | None:
    query = sa.select(ApplicationFile).where(
        ApplicationFile.ward == application.ward,
        ApplicationFile.application_id == application.id,
        ApplicationFile.id == file_id,
    )
    return session.scalars(query).one_or_none()


def _open_draft(session: Session, row: DraftFile, key_id: str) -> Sent:
    facts = vault.of(session).open(session, key_id, f"draft_file:sealed:{row.id}", row.sealed)
    return _sent(row.id, row.blob, row.size, facts, SUBMITTED, row.created_at, row.id)


def _open_application(session: Session, row: ApplicationFile, key_id: str) -> Sent:
    facts = vault.of(session).open(session, key_id, f"application_file:sealed:{row.ward}/{row.id}", row.sealed)
    return _sent(row.id, row.blob, row.size, facts, row.way, row.created_at, row.item)


def _sent(
    row_id: str, blob: str, size: int, facts: Mapping[str, Any], way: str, created_at: dt.datetime, item: str
) -> Sent:
    return Sent(
        row_id, facts["name"], facts["type"], size, facts["pages"], blob, bytes.fromhex(facts["secret"]), facts["mark"],
        facts["scanned"], facts.get("label", ""), way, created_at, item,
    )  # fmt: skip
