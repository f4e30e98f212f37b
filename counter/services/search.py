"""Keys that find a sealed record: a folded name, kana, birth date or phone, hashed with the ward's key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from counter import vault
from counter.folding import FOLD, facts


def tokens(session: Session, ward: str | None, record: Mapping[str, Any]) -> list[tuple[str, bytes]]:
    """(purpose, token) for everything in a record that a search may ask for, each once."""
    seal = vault.of(session)
    return [(purpose, seal.blind(session, ward, purpose, text)) for purpose, text in sorted(set(facts(record)))]


def token(session: Session, ward: str | None, purpose: str, text: str) -> bytes:
    """The token of what somebody searches for; ``text`` as typed."""
    return vault.of(session).blind(session, ward, purpose, FOLD[purpose](text))
