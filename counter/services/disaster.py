"""安否: a door of its own. No application, no job, no audit chain a record: all of these would make thousands wait in line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import folding, ids, vault
from counter.models.disaster import SafetyRecord
from counter.models.keys import Key
from counter.services import definitions
from counter.services.applications import NotComplete
from counter.services.writing import insert
from forms import snapshot
from forms.bundle import Bundle
from forms.gather import project
from forms.procedures import CATALOGUE

SAFETY = CATALOGUE["safety"]
_DIGEST = snapshot.digest(SAFETY)


@dataclass(frozen=True, slots=True)
class SafetyReceipt:
    """What somebody who registered is told."""

    id: str
    number: str
    registered_at: dt.datetime


def register_safety(
    session: Session, answers: Mapping[str, Any], *, nonce: str, language: str, registered_at: dt.datetime
) -> SafetyReceipt:
    """Store one registration in the caller's transaction; several may share one, a reply only after its commit.

    The same ``nonce`` again gives the same receipt and writes nothing. Raises NotComplete before anything is written.
    """
    if problems := Bundle([SAFETY]).problems(dict(answers)):
        raise NotComplete(problems)
    record, _ = project(SAFETY, dict(answers))
    definitions.keep(session, {_DIGEST: SAFETY})
    seal = vault.of(session)
    record_id, key_id = ids.new_id(), seal.new_key(session, "safety")
    row = {
        "id": record_id,
        "nonce": nonce,
        "definition_digest": _DIGEST,
        "language": language,
        "key_id": key_id,
        "sealed": seal.seal(session, key_id, sealed_as(record_id), {"record": record}),
        "registered_at": registered_at,
        **_tokens(session, record["safety"]),
    }
    added = insert(session, SafetyRecord).values(row).on_conflict_do_nothing(index_elements=["nonce"])
    if session.scalar(added.returning(SafetyRecord.id)) is None:
        session.execute(sa.delete(Key).where(Key.id == key_id))
        earlier = session.execute(
            sa.select(SafetyRecord.id, SafetyRecord.registered_at).where(SafetyRecord.nonce == nonce)
        ).one()
        record_id, registered_at = earlier.id, earlier.registered_at
    return SafetyReceipt(record_id, ids.grouped(record_id), registered_at)


def sealed_as(record_id: str) -> str:
    """What a sealed record is bound to."""
    return f"safety_record:sealed:{record_id}"


def opened(session: Session, row: SafetyRecord) -> dict[str, Any]:
    """The answers of a registration; raises vault.Shredded when it was erased."""
    content = vault.of(session).open(session, row.key_id, sealed_as(row.id), row.sealed)
    record: dict[str, Any] = content["record"]
    return record


def _tokens(session: Session, answers: Mapping[str, Any]) -> dict[str, bytes | None]:
    found = dict(folding.facts(answers))
    seal = vault.of(session)
    return {
        f"{purpose}_token": seal.blind(session, None, f"safety:{purpose}", found[purpose]) if purpose in found else None
        for purpose in (folding.NAME, folding.KANA, folding.BIRTH, folding.PHONE)
    }
