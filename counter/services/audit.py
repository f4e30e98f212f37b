"""The audit log: what is recorded in a transaction is chained when it commits, and the new heads leave the database."""

import datetime as dt
import json
import logging
import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session, SessionTransaction

from counter import audit_check
from counter.audit_check import PLATFORM
from counter.models.audit import AuditChain, AuditEvent

log = logging.getLogger("counter.audit")
_PENDING = "audit.pending"
_HEADS = "audit.heads"


@dataclass(frozen=True, slots=True)
class _Pending:
    chain: str
    at: str
    action: str
    actor: str
    object_id: str
    detail: str
    savepoint: SessionTransaction | None


def record(
    session: Session,
    chain: str,
    actor: str,
    action: str,
    object_id: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Append to the chain of a ward (or "platform") when this transaction commits. No personal data in `detail`."""
    session.info.setdefault(_PENDING, []).append(
        _Pending(
            chain=chain,
            at=dt.datetime.now(dt.UTC).isoformat(timespec="microseconds"),
            action=action,
            actor=actor,
            object_id=object_id,
            detail=json.dumps(detail or {}, sort_keys=True, separators=(",", ":")),
            savepoint=session.get_nested_transaction(),
        )
    )


def new_chain(session: Session, chain: str) -> None:
    """Once an installation, for every ward and the platform, so that nobody races to begin one."""
    session.add(AuditChain(chain=chain, sequence=0, head=audit_check.START))


def erase(session: Session, object_id: str) -> int:
    """Forget who did what to an object; the chains stay whole. Returns how many events were emptied."""
    emptied = session.connection().execute(
        update(AuditEvent)
        .where(AuditEvent.object_id == object_id)
        .values(salt=None, actor=None, object_id=None, detail=None)
    )
    return emptied.rowcount


def events(session: Session) -> Iterable[audit_check.Event]:
    """Every event in order, as the verifier wants it."""
    rows: Iterable[Any] = session.execute(
        select(
            AuditEvent.chain,
            AuditEvent.sequence,
            AuditEvent.at,
            AuditEvent.action,
            AuditEvent.actor,
            AuditEvent.object_id,
            AuditEvent.detail,
            AuditEvent.salt,
            AuditEvent.commitment,
            AuditEvent.head,
        )
        .order_by(AuditEvent.chain, AuditEvent.sequence)
        .execution_options(yield_per=1000)
    )
    return (audit_check.Event(*row) for row in rows)


def verify(session: Session, heads: Path) -> list[str]:
    """What is wrong with the log, in words; empty when it is whole back to the last head that left."""
    ends = {
        chain: (sequence, head)
        for chain, sequence, head in session.execute(select(AuditChain.chain, AuditChain.sequence, AuditChain.head))
    }
    return audit_check.verify(events(session), ends, audit_check.read_heads(heads))


def guard(sessions: type[Session]) -> None:
    """Chain at commit, forget at rollback, write heads after commit, for every session of this class."""
    event.listen(sessions, "before_commit", _chain)
    event.listen(sessions, "after_commit", _publish)
    event.listen(sessions, "after_soft_rollback", _forget)


def _chain(session: Session) -> None:
    """Late, and in one order for everybody: chains are locked briefly and never crosswise."""
    if session.in_nested_transaction():
        return  # a savepoint's end is no commit
    by_chain: dict[str, list[_Pending]] = defaultdict(list)
    for pending in session.info.pop(_PENDING, ()):
        by_chain[pending.chain].append(pending)
    if not by_chain:
        return
    session.flush()
    session.info[_HEADS] = {chain: _append(session, chain, by_chain[chain]) for chain in sorted(by_chain)}


def _append(session: Session, chain: str, pending: list[_Pending]) -> tuple[int, bytes]:
    connection = session.connection()
    own = AuditChain.chain == chain
    sequence, head = connection.execute(select(AuditChain.sequence, AuditChain.head).where(own).with_for_update()).one()
    rows = []
    for each in pending:
        sequence += 1
        salt = secrets.token_bytes(16)
        commitment = audit_check.commitment(salt, each.actor, each.object_id, each.detail)
        head = audit_check.link(head, chain, sequence, each.at, each.action, commitment)
        rows.append(
            {
                "chain": chain,
                "sequence": sequence,
                "at": each.at,
                "action": each.action,
                "actor": each.actor,
                "object_id": each.object_id,
                "detail": each.detail,
                "salt": salt,
                "commitment": commitment,
                "head": head,
            }
        )
    connection.execute(insert(AuditEvent), rows)
    connection.execute(update(AuditChain).where(own).values(sequence=sequence, head=head))
    return sequence, head


def _publish(session: Session) -> None:
    folder: Path | None = session.info.get("audit.folder")
    heads: dict[str, tuple[int, bytes]] = session.info.pop(_HEADS, {})
    if folder is None or not heads:
        return
    try:
        for chain, (sequence, head) in heads.items():
            audit_check.write_head(folder, chain, sequence, head)
    except OSError:
        # The transaction stands; the next head covers this one.
        log.exception("audit heads could not be written to %s", folder)


def _forget(session: Session, ended: SessionTransaction) -> None:
    session.info.pop(_HEADS, None)
    if not ended.nested:
        session.info.pop(_PENDING, None)
        return
    pending: list[_Pending] = session.info.get(_PENDING, [])
    pending[:] = [each for each in pending if not _inside(each.savepoint, ended)]


def _inside(savepoint: SessionTransaction | None, outer: SessionTransaction) -> bool:
    while savepoint is not None:
        if savepoint is outer:
            return True
        savepoint = savepoint.parent
    return False


__all__ = ["PLATFORM", "erase", "events", "guard", "new_chain", "record", "verify"]
