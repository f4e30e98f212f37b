"""Unfinished bundles: begun, kept sealed, opened only by who holds the owner's token."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, vault
from counter.models.draft import Draft as Row
from forms.path import look_up

KEEP = dt.timedelta(days=90)  # from the last change
KEEP_SUBMITTED = dt.timedelta(days=14)  # so that the receipt page and its PDF can be seen again
NEVER = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
MOST_PEOPLE = 20
MOST_DRAFTS = 20

Document = dict[str, Any]


@dataclasses.dataclass(slots=True)
class Draft:
    """A draft in the open. ``answers`` holds None where a question was shown and left empty.

    ``kept``: what was typed and could not be read; ``suggested``: what a page may be filled with before it was
    ever sent, such as the ward chosen at the start. Both raw, by document path.
    """

    id: str
    nonce: str
    procedures: tuple[str, ...]
    event: str = ""
    answers: Document = dataclasses.field(default_factory=dict)
    kept: Document = dataclasses.field(default_factory=dict)
    suggested: Document = dataclasses.field(default_factory=dict)
    bundle_id: str | None = None
    updated_at: dt.datetime = NEVER
    expires_at: dt.datetime = NEVER

    def put(self, values: Mapping[str, Any], kept: Mapping[str, Any]) -> None:
        """Take over one page: its values, and what could not be read."""
        for path, value in values.items():
            put(self.answers, path, value)
            self.kept.pop(path, None)
        self.kept.update(kept)

    def put_typed(self, values: Mapping[str, Any], kept: Mapping[str, Any]) -> None:
        """Take over an unfinished page: empty inputs were not left empty on purpose."""
        self.put({path: value for path, value in values.items() if value is not None or path in kept}, kept)
        for path in [path for path, value in values.items() if value is None and path not in kept]:
            self.kept.pop(path, None)
            take(self.answers, path)

    def refill(self) -> Document:
        """What pages show where there is no answer."""
        open_ = {path: raw for path, raw in self.suggested.items() if look_up(self.answers, path) is None}
        return {**open_, **self.kept}


def new_token() -> str:
    """What an owner's cookie holds."""
    return secrets.token_urlsafe(32)


def begin(
    session: Session,
    owner: str,
    procedures: Sequence[str],
    *,
    event: str = "",
    suggested: Document | None = None,
    answers: Document | None = None,
) -> Draft:
    """A new draft of these procedures. Whoever begins also clears away a few that nobody came back to."""
    now = dt.datetime.now(dt.UTC)
    erase_expired(session, now)
    draft = Draft(
        ids.new_id(), secrets.token_urlsafe(32), tuple(procedures), event, answers or {}, suggested=suggested or {},
        updated_at=now, expires_at=now + KEEP,
    )  # fmt: skip
    key_id = vault.of(session).new_key(session, "draft")
    row = Row(
        id=draft.id, owner_hash=_hash(owner), key_id=key_id, nonce=draft.nonce, expires_at=draft.expires_at,
        content=_seal(session, key_id, draft),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return draft


def load(session: Session, draft_id: str, owner: str, *, lock: bool = False) -> Draft | None:
    """The draft, if it is this owner's and has not expired. ``lock``: no other request changes it meanwhile."""
    row = _row(session, draft_id, owner, lock=lock)
    return None if row is None else _open(session, row)


def save(session: Session, draft: Draft, owner: str) -> None:
    """Keep what changed; a submitted draft stays for a shorter time."""
    row = _row(session, draft.id, owner)
    if row is None:
        raise LookupError(draft.id)
    now = dt.datetime.now(dt.UTC)
    row.content = _seal(session, row.key_id, draft)
    row.bundle_id = draft.bundle_id
    row.updated_at = now
    row.expires_at = now + (KEEP_SUBMITTED if draft.bundle_id else KEEP)
    session.flush()


def discard(session: Session, draft_id: str, owner: str) -> None:
    """Erase a draft for good."""
    row = _row(session, draft_id, owner)
    if row is not None:
        vault.of(session).shred(session, row.key_id)
        session.delete(row)
        session.flush()


def erase_expired(session: Session, now: dt.datetime, most: int = 20) -> int:
    """Erase drafts past their day for good; returns how many."""
    query = sa.select(Row).where(Row.expires_at <= now).order_by(Row.expires_at, Row.id).limit(most)
    rows = session.scalars(query.with_for_update(skip_locked=True)).all()
    for row in rows:
        vault.of(session).shred(session, row.key_id)
        session.delete(row)
    session.flush()
    return len(rows)


def mine(session: Session, owner: str) -> list[Draft]:
    """The drafts of an owner, the latest first."""
    if not owner:
        return []
    query = sa.select(Row).where(Row.owner_hash == _hash(owner), Row.expires_at > dt.datetime.now(dt.UTC))
    rows = session.scalars(query.order_by(Row.updated_at.desc(), Row.id).limit(MOST_DRAFTS))
    return [_open(session, row) for row in rows]


def submitted_by(session: Session, owner: str, bundle_id: str) -> bool:
    """Whether this owner's draft became that bundle; so long as the submitted draft is kept."""
    query = sa.select(Row.id).where(
        Row.owner_hash == _hash(owner), Row.bundle_id == bundle_id, Row.expires_at > dt.datetime.now(dt.UTC)
    )
    return session.execute(query.limit(1)).first() is not None


def put(answers: Document, path: str, value: Any) -> None:
    """Write one answer into a document; a person who is not there is not made."""
    section, *rest = path.split(".")
    if len(rest) == 2:
        for item in answers.get(section) or ():
            if item["id"] == rest[0]:
                item[rest[1]] = value
        return
    answers.setdefault(section, {})[rest[0]] = value


def take(answers: Document, path: str) -> None:
    """Forget one answer, as if it had never been shown."""
    section, *rest = path.split(".")
    found = answers.get(section)
    if len(rest) == 2:
        found = next((item for item in found or () if item["id"] == rest[0]), None)
    if isinstance(found, dict):
        found.pop(rest[-1], None)


def new_person(answers: Document, section: str = "people", *, listed: bool = True) -> str | None:
    """Add somebody at the end of a list; None when it is full."""
    people = answers.setdefault(section, [])
    if len(people) >= MOST_PEOPLE:
        return None
    taken = {person["id"] for person in people}
    while (new := "m" + secrets.token_hex(3)) in taken:
        pass
    people.append({"id": new} if listed else {"id": new, "listed": False})
    return new


def remove_person(draft: Draft, person: str, section: str = "people") -> None:
    """Take somebody out, with all that was said about them and every role they filled."""
    draft.answers[section] = [item for item in draft.answers.get(section) or () if item["id"] != person]
    for path in [path for path in draft.kept if path.startswith(f"{section}.{person}.")]:
        del draft.kept[path]
    for value in draft.answers.values():
        if isinstance(value, dict):
            for name in [name for name, pointer in value.items() if pointer == person]:
                del value[name]


def people_of(answers: Mapping[str, Any], section: str = "people") -> Iterable[Document]:
    return tuple(answers.get(section) or ())


def _row(session: Session, draft_id: str, owner: str, *, lock: bool = False) -> Row | None:
    query = sa.select(Row).where(
        Row.id == draft_id, Row.owner_hash == _hash(owner), Row.expires_at > dt.datetime.now(dt.UTC)
    )
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def _seal(session: Session, key_id: str, draft: Draft) -> bytes:
    content = {
        "procedures": list(draft.procedures), "event": draft.event, "answers": draft.answers, "kept": draft.kept,
        "suggested": draft.suggested,
    }  # fmt: skip
    return vault.of(session).seal(session, key_id, f"draft:content:{draft.id}", content)


def _open(session: Session, row: Row) -> Draft:
    content = vault.of(session).open(session, row.key_id, f"draft:content:{row.id}", row.content)
    return Draft(
        row.id, row.nonce, tuple(content["procedures"]), content["event"], content["answers"], content["kept"],
        content["suggested"], row.bundle_id, row.updated_at, row.expires_at,
    )  # fmt: skip


def _hash(owner: str) -> bytes:
    return hashlib.sha256(owner.encode("utf-8", "surrogatepass")).digest()
