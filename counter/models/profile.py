"""A resident's account: who signed in as a keyed hash, what is kept for next time, what was filed, and who looked."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, id_column, now


class Account(Base):
    """``subject_hash``: (issuer, sub) under the platform's key. ``content`` seals what is kept, under ``key_id``.

    Both are empty while nothing is kept; erasing shreds the key.
    """

    __tablename__ = "account"
    __ownership__ = "platform"

    id: Mapped[str] = id_column()
    subject_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    key_id: Mapped[str | None] = mapped_column(sa.ForeignKey("vault_key.id"))
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)

    __mapper_args__ = {"version_id_col": version}


class AccountSession(Base):
    """One sign-in of one browser; ``token_hash`` is of what its cookie holds. Signing out deletes the row."""

    __tablename__ = "account_session"
    __ownership__ = "platform"

    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(sa.ForeignKey("account.id"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class AccountBundle(Base):
    """What was submitted while signed in."""

    __tablename__ = "account_bundle"
    __ownership__ = "platform"

    bundle_id: Mapped[str] = mapped_column(sa.ForeignKey("bundle.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(sa.ForeignKey("account.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)

    __table_args__ = (sa.Index("ix_account_bundle_recent", "account_id", "at", "bundle_id"),)


class Consent(Base):
    """Consent to reuse (再利用への同意), given with one submission; ``text_version`` names the words agreed to."""

    __tablename__ = "account_consent"
    __ownership__ = "platform"

    id: Mapped[str] = id_column()
    account_id: Mapped[str] = mapped_column(sa.ForeignKey("account.id"))
    bundle_id: Mapped[str] = mapped_column(sa.ForeignKey("bundle.id"))
    text_version: Mapped[str] = mapped_column(sa.String(20))
    given_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]

    __table_args__ = (sa.Index("ix_account_consent_recent", "account_id", "given_at", "id"),)


class Look(Base):
    """Who used what is kept, when and why. Looks of staff stand in the audit log, under their application."""

    __tablename__ = "account_look"
    __ownership__ = "platform"

    id: Mapped[str] = id_column()
    account_id: Mapped[str] = mapped_column(sa.ForeignKey("account.id"))
    actor: Mapped[str] = mapped_column(sa.String(20))  # system | resident
    why: Mapped[str] = mapped_column(sa.String(20))
    about: Mapped[str | None] = mapped_column(sa.String(120))  # codes of procedures; never an answer
    at: Mapped[dt.datetime]

    __table_args__ = (sa.Index("ix_account_look_recent", "account_id", "at", "id"),)
