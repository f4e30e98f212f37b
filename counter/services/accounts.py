"""Residents' accounts: known by a keyed hash of who the provider says they are, signed in by a token that ends."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, vault
from counter.models.profile import Account, AccountBundle, AccountSession
from counter.services import audit
from counter.services.writing import insert

LONGEST = dt.timedelta(hours=8)  # whatever happens, a sign-in ends after it


def sign_in(session: Session, issuer: str, sub: str, now: dt.datetime) -> str:
    """A new token for this person's browser; their account is made when they come for the first time."""
    hashed = vault.of(session).blind(session, vault.PLATFORM, "account", f"{issuer}\n{sub}")
    adding = insert(session, Account).values(id=ids.new_id(), subject_hash=hashed, version=1, created_at=now)
    session.execute(adding.on_conflict_do_nothing(index_elements=["subject_hash"]))
    account_id = session.scalars(sa.select(Account.id).where(Account.subject_hash == hashed)).one()
    session.execute(sa.delete(AccountSession).where(AccountSession.expires_at <= now))
    token = secrets.token_urlsafe(32)
    session.add(
        AccountSession(token_hash=_hash(token), account_id=account_id, created_at=now, expires_at=now + LONGEST)
    )
    session.flush()
    audit.record(session, audit.PLATFORM, "resident", "account.sign-in", account_id)
    return token


def signed_in(session: Session, token: str, now: dt.datetime) -> str | None:
    """Whose token this is; None once it was signed out or its time is over."""
    query = sa.select(AccountSession.account_id)
    query = query.where(AccountSession.token_hash == _hash(token), AccountSession.expires_at > now)
    return session.scalars(query).one_or_none()


def former(session: Session, token: str) -> str | None:
    """Whose token this was, though its time may be over."""
    query = sa.select(AccountSession.account_id).where(AccountSession.token_hash == _hash(token))
    return session.scalars(query).one_or_none()


def sign_out(session: Session, token: str) -> None:
    """End this sign-in; a copy of its cookie opens nothing any more."""
    session.execute(sa.delete(AccountSession).where(AccountSession.token_hash == _hash(token)))


def owner_of(session: Session, account_id: str) -> str:
    """The owner's token of an account's drafts: no cookie holds it, and nobody without the master key can make it."""
    key = vault.of(session).derive("account-drafts")
    return "account:" + hmac.digest(key, account_id.encode(), "sha256").hex()


def add_bundle(session: Session, account_id: str, bundle_id: str, now: dt.datetime) -> None:
    """What was submitted while signed in is found again by signing in; the first account keeps it."""
    adding = insert(session, AccountBundle).values(bundle_id=bundle_id, account_id=account_id, at=now)
    session.execute(adding.on_conflict_do_nothing(index_elements=["bundle_id"]))


def holds(session: Session, account_id: str, bundle_id: str) -> bool:
    """Whether this account submitted this bundle."""
    query = sa.select(AccountBundle.bundle_id)
    query = query.where(AccountBundle.bundle_id == bundle_id, AccountBundle.account_id == account_id)
    return session.scalars(query).one_or_none() is not None


def end_others(session: Session, account_id: str, keep: Sequence[str] = ()) -> None:
    """End every sign-in of an account but these tokens."""
    kept = [_hash(token) for token in keep]
    session.execute(
        sa.delete(AccountSession).where(AccountSession.account_id == account_id, AccountSession.token_hash.not_in(kept))
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
