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
from counter.models.draft import DraftHolder, TakeAway
from counter.services import changed_definitions
from counter.services.writing import insert
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
    ever sent, such as the ward chosen at the start. Both raw, by document path. ``sources``: where an answer that was
    not typed came from. ``digests``: the definitions the resident last saw. ``writers``: which opened page wrote an
    answer last, and ``sent``: which one was sent last, so that two tabs of one draft can be told apart. ``filed``: procedures that came in on the
    draft's own paper, with their bundle.
    """

    id: str
    nonce: str
    procedures: tuple[str, ...]
    event: str = ""
    answers: Document = dataclasses.field(default_factory=dict)
    kept: Document = dataclasses.field(default_factory=dict)
    suggested: Document = dataclasses.field(default_factory=dict)
    sources: Document = dataclasses.field(default_factory=dict)
    reuse: Document = dataclasses.field(default_factory=dict)
    digests: dict[str, str] = dataclasses.field(default_factory=dict)
    writers: dict[str, str] = dataclasses.field(default_factory=dict)
    sent: str = ""
    filed: dict[str, str] = dataclasses.field(default_factory=dict)
    bundle_id: str | None = None
    counter_session: str | None = None
    version: int = 1
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
    changed_definitions.note(session, draft.digests, draft.procedures)
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
    draft.version, draft.updated_at, draft.expires_at = row.version, now, row.expires_at


def discard(session: Session, draft_id: str, owner: str) -> None:
    """Erase a draft for good."""
    row = _row(session, draft_id, owner)
    if row is not None:
        _erase(session, [row])


def adopt(session: Session, draft_id: str, owner: str) -> None:
    """Let one more owner open a draft: another browser, an account ("account:…"), a counter session ("counter:…").

    The caller has proved that this owner may. On signing in, an account's drafts are adopted by the browser and the
    browser's by the account; `release` is the way back.
    """
    row = session.get(Row, draft_id)
    if row is None or row.owner_hash == _hash(owner):
        return
    values = {"draft_id": draft_id, "owner_hash": _hash(owner), "since": dt.datetime.now(dt.UTC)}
    session.execute(insert(session, DraftHolder).values(values).on_conflict_do_nothing())


def release(session: Session, draft_id: str, owner: str) -> None:
    """This owner opens it no more; a draft that nobody holds and no code opens is erased for good."""
    row = _row(session, draft_id, owner, lock=True)
    if row is None:
        return
    session.execute(
        sa.delete(DraftHolder).where(DraftHolder.draft_id == row.id, DraftHolder.owner_hash == _hash(owner))
    )
    if row.owner_hash == _hash(owner):
        heir = session.scalars(
            sa.select(DraftHolder).where(DraftHolder.draft_id == row.id).order_by(DraftHolder.since).limit(1)
        ).one_or_none()
        if heir is not None:
            row.owner_hash = heir.owner_hash
            session.delete(heir)
        elif not row.bundle_id and _taken_away(session, row):
            row.owner_hash = _hash(new_token())
        else:
            _erase(session, [row])
            return
    session.flush()


def hold(session: Session, draft_id: str, counter_session: str | None, until: dt.datetime | None = None) -> None:
    """A counter session goes on with a draft: until it ends, whoever else holds the draft only looks on."""
    row = session.get_one(Row, draft_id, with_for_update=True)
    row.counter_session, row.held_until = counter_session, until
    session.flush()


def erase_expired(session: Session, now: dt.datetime, most: int = 20) -> int:
    """Erase drafts past their day for good; returns how many."""
    query = sa.select(Row).where(Row.expires_at <= now).order_by(Row.expires_at, Row.id).limit(most)
    rows = session.scalars(query.with_for_update(skip_locked=True)).all()
    _erase(session, rows)
    return len(rows)


def mine(session: Session, owner: str) -> list[Draft]:
    """The drafts of an owner, the latest first."""
    if not owner:
        return []
    query = sa.select(Row).where(_held_by(owner), Row.expires_at > dt.datetime.now(dt.UTC))
    rows = session.scalars(query.order_by(Row.updated_at.desc(), Row.id).limit(MOST_DRAFTS))
    return [_open(session, row) for row in rows]


def submitted_by(session: Session, owner: str, bundle_id: str) -> bool:
    """Whether this owner's draft became that bundle; so long as the submitted draft is kept."""
    query = sa.select(Row.id).where(
        Row.owner_hash == _hash(owner), Row.bundle_id == bundle_id, Row.expires_at > dt.datetime.now(dt.UTC)
    )
    return session.execute(query.limit(1)).first() is not None


def note_filed(session: Session, nonce: str, procedure: str, bundle_id: str) -> None:
    """A paper that this draft printed became a case: the draft files this procedure no more."""
    row = session.scalars(sa.select(Row).where(Row.nonce == nonce).with_for_update()).one_or_none()
    if row is None:
        return  # expired or erased: paper comes back late
    draft = _open(session, row)
    draft.filed[procedure] = bundle_id
    row.content = _seal(session, row.key_id, draft)
    session.flush()


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
    query = sa.select(Row).where(Row.id == draft_id, _held_by(owner), Row.expires_at > dt.datetime.now(dt.UTC))
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def _held_by(owner: str) -> sa.ColumnElement[bool]:
    """As a list of ids and not as a join: both halves have an index."""
    held = sa.select(DraftHolder.draft_id).where(DraftHolder.owner_hash == _hash(owner))
    return sa.or_(Row.owner_hash == _hash(owner), Row.id.in_(held))


def _taken_away(session: Session, row: Row) -> bool:
    """Whether somebody went home with a code that still opens it."""
    live = sa.select(TakeAway.code_hash).where(
        TakeAway.draft_id == row.id, TakeAway.uses_left > 0, TakeAway.expires_at > dt.datetime.now(dt.UTC)
    )
    return session.scalars(live.limit(1)).one_or_none() is not None


def _erase(session: Session, rows: Sequence[Row]) -> None:
    gone = [row.id for row in rows]
    for kin in (DraftHolder, TakeAway):
        session.execute(sa.delete(kin).where(kin.draft_id.in_(gone)))
    for row in rows:
        vault.of(session).shred(session, row.key_id)
        session.delete(row)
    session.flush()


def _seal(session: Session, key_id: str, draft: Draft) -> bytes:
    content = {
        "procedures": list(draft.procedures), "event": draft.event, "answers": draft.answers, "kept": draft.kept,
        "suggested": draft.suggested, "sources": draft.sources, "reuse": draft.reuse, "digests": draft.digests,
        "writers": draft.writers, "sent": draft.sent, "filed": draft.filed,
    }  # fmt: skip
    return vault.of(session).seal(session, key_id, f"draft:content:{draft.id}", content)


def _open(session: Session, row: Row) -> Draft:
    content = vault.of(session).open(session, row.key_id, f"draft:content:{row.id}", row.content)
    content["procedures"] = tuple(content["procedures"])
    held = row.held_until is not None and row.held_until > dt.datetime.now(dt.UTC)
    return Draft(
        id=row.id, nonce=row.nonce, bundle_id=row.bundle_id, updated_at=row.updated_at, expires_at=row.expires_at,
        counter_session=row.counter_session if held else None, version=row.version, **content,
    )  # fmt: skip


def _hash(owner: str) -> bytes:
    return hashlib.sha256(owner.encode("utf-8", "surrogatepass")).digest()
