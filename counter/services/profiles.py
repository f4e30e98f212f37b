"""What a resident agreed to keep: facts about a household, each with where and when it was told, sealed under one key."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import vault
from counter.models.profile import Account, Consent, Look
from counter.services import audit

TEXT_VERSION = "2026-11"  # of the words a resident agrees to; a new one whenever they change their meaning
PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Fact:
    """``procedure``: code of the one it was told in, or "" for a correction in わたしのページ. ``at``: ISO moment."""

    value: Any
    procedure: str
    at: str

    @property
    def moment(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.at)


@dataclass(slots=True)
class Person:
    id: str
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass(slots=True)
class Profile:
    """``people``: the resident first. ``facts``: places and roles by field key; a role's value is a person's id here."""

    people: list[Person] = field(default_factory=list)
    facts: dict[str, Fact] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not self.facts and not any(person.facts for person in self.people)

    def person(self, person_id: str) -> Person | None:
        return next((person for person in self.people if person.id == person_id), None)

    def new_person(self) -> Person:
        taken = {person.id for person in self.people}
        while (new := "p" + secrets.token_hex(3)) in taken:
            pass
        self.people.append(Person(new))
        return self.people[-1]

    def find(self, path: str) -> Fact | None:
        """A fact by its path: ``section.name`` or ``people.<person>.name``."""
        section, *rest = path.split(".")
        if section == PEOPLE and len(rest) == 2:
            person = self.person(rest[0])
            return person.facts.get(rest[1]) if person else None
        return self.facts.get(path)

    def put(self, path: str, fact: Fact) -> None:
        section, *rest = path.split(".")
        if section == PEOPLE and len(rest) == 2:
            person = self.person(rest[0])
            if person is not None:
                person.facts[rest[1]] = fact
        else:
            self.facts[path] = fact

    def remove(self, path: str) -> None:
        section, *rest = path.split(".")
        if section == PEOPLE and len(rest) == 2:
            person = self.person(rest[0])
            if person is not None:
                person.facts.pop(rest[1], None)
        else:
            self.facts.pop(path, None)

    def remove_person(self, person_id: str) -> None:
        """All that is kept about somebody, and every role that points to them. The resident stays the first, unsaid."""
        if self.people and self.people[0].id == person_id:
            self.people[0].facts.clear()
        else:
            self.people = [person for person in self.people if person.id != person_id]
        self.facts = {key: fact for key, fact in self.facts.items() if fact.value != person_id}

    def paths(self) -> Iterator[tuple[str, Fact]]:
        """Every fact with its path, person by person."""
        for person in self.people:
            for name, fact in person.facts.items():
                yield f"{PEOPLE}.{person.id}.{name}", fact
        yield from self.facts.items()


def load(session: Session, account_id: str, *, lock: bool = False) -> Profile | None:
    """What is kept for an account; None where nothing is. ``lock``: no other request changes it meanwhile."""
    row = _row(session, account_id, lock=lock)
    if row is None or row.key_id is None or row.content is None:
        return None
    content = vault.of(session).open(session, row.key_id, _sealed_as(account_id), row.content)
    profile = Profile(
        [Person(one["id"], {name: Fact(**fact) for name, fact in one["facts"].items()}) for one in content[PEOPLE]],
        {key: Fact(**fact) for key, fact in content["facts"].items()},
    )
    return None if profile.empty else profile


def save(session: Session, account_id: str, profile: Profile) -> None:
    """Seal what is kept; with nothing left, its key is shredded."""
    row = _row(session, account_id)
    if row is None:
        raise LookupError(account_id)
    if profile.empty:
        _shred(session, row)
        return
    row.key_id = row.key_id or vault.of(session).new_key(session, "profile")
    row.content = vault.of(session).seal(session, row.key_id, _sealed_as(account_id), asdict(profile))
    session.flush()


def consent(session: Session, account_id: str, bundle_id: str, now: dt.datetime) -> None:
    """The resident ticked the box with this submission; the words they read are known by their version."""
    session.add(Consent(account_id=account_id, bundle_id=bundle_id, text_version=TEXT_VERSION, given_at=now))
    session.flush()
    audit.record(session, audit.PLATFORM, "resident", "profile.consent", account_id, {"text": TEXT_VERSION})


def erase(session: Session, account_id: str, now: dt.datetime) -> None:
    """Everything kept is gone for good, and every consent is withdrawn. What was filed stays with its offices."""
    row = _row(session, account_id, lock=True)
    if row is not None:
        _shred(session, row)
    given = sa.update(Consent).where(Consent.account_id == account_id, Consent.withdrawn_at.is_(None))
    session.execute(given.values(withdrawn_at=now))
    note(session, account_id, "resident", "erase", now)
    audit.record(session, audit.PLATFORM, "resident", "profile.erase", account_id)


def note(session: Session, account_id: str, actor: str, why: str, now: dt.datetime, about: str = "") -> None:
    """Write down who used what is kept, and why; ``about`` names procedures and never an answer."""
    session.add(Look(account_id=account_id, actor=actor, why=why, about=about[:120] or None, at=now))
    session.flush()


def _shred(session: Session, row: Account) -> None:
    key_id, row.key_id, row.content = row.key_id, None, None
    session.flush()
    if key_id:
        vault.of(session).shred(session, key_id)


def _row(session: Session, account_id: str, *, lock: bool = False) -> Account | None:
    query = sa.select(Account).where(Account.id == account_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def _sealed_as(account_id: str) -> str:
    return f"account:content:{account_id}"
