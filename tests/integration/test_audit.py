"""Whoever changes the log afterwards is found out, back to the last head that left the database."""

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from counter import audit_check
from counter.audit_check import Event
from counter.extensions import CounterSession, Store
from counter.models.audit import AuditChain, AuditEvent
from counter.services import audit
from tests.conftest import both_backends
from tests.databases import Home

KOTO, SHIBUYA = "131083", "131130"
PERSON = "X" * 17


def write(store: Store, count: int, chain: str = KOTO) -> None:
    for number in range(count):
        with store.scope() as session:
            audit.record(session, chain, "staff:1", "look", f"{PERSON}{number}", {"n": number})


def findings(store: Store, home: Home) -> list[str]:
    with store.scope(write=False) as session:
        return audit.verify(session, home.instance / "audit-heads")


@both_backends
def test_chains_are_whole_and_apart(store: Store, home: Home) -> None:
    write(store, 3)
    write(store, 2, SHIBUYA)
    with store.scope() as session:
        audit.record(session, audit.PLATFORM, "resident", "submit", PERSON)
        audit.record(session, KOTO, "resident", "submit", PERSON)
    assert findings(store, home) == []
    with store.session() as session:
        grown = sa.select(AuditChain.chain, AuditChain.sequence).where(AuditChain.sequence > 0)
        ends = dict(session.execute(grown).all())
    assert ends == {KOTO: 4, SHIBUYA: 2, "platform": 1}


def test_what_is_rolled_back_is_not_audited(store: Store, home: Home) -> None:
    with store.session() as session:
        audit.record(session, KOTO, "staff:1", "undone", PERSON)
        session.execute(sa.select(1))
        session.rollback()
        audit.record(session, KOTO, "staff:1", "done", PERSON)
        with session.begin_nested() as savepoint:
            audit.record(session, KOTO, "staff:1", "undone", PERSON)
            with session.begin_nested():
                audit.record(session, KOTO, "staff:1", "undone", PERSON)
            savepoint.rollback()
        with session.begin_nested():
            audit.record(session, KOTO, "staff:1", "done too", PERSON)
        session.commit()
        assert session.scalars(sa.select(AuditEvent.action)).all() == ["done", "done too"]
    assert findings(store, home) == []


def test_a_head_leaves_only_after_the_commit(store: Store, home: Home) -> None:
    with store.session() as session:
        audit.record(session, KOTO, "staff:1", "look", PERSON)
        assert audit_check.read_heads(home.instance / "audit-heads") == {}
        session.commit()
    assert set(audit_check.read_heads(home.instance / "audit-heads")[KOTO]) == {1}


def test_a_full_disk_for_heads_does_not_undo_the_work(store: Store, home: Home) -> None:
    (home.instance / "audit-heads").write_text("not a folder")
    write(store, 1)
    with store.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 1


def test_erasing_leaves_the_chain_whole(store: Store, home: Home) -> None:
    write(store, 3)
    with store.scope() as session:
        assert audit.erase(session, f"{PERSON}1") == 1
    assert findings(store, home) == []
    with store.session() as session:
        row = session.get_one(AuditEvent, (KOTO, 2))
        assert (row.actor, row.object_id, row.detail, row.salt) == (None, None, None, None)


def _set(**values: Any) -> Callable[[CounterSession], Any]:
    return lambda session: session.execute(
        sa.update(AuditEvent)
        .where(AuditEvent.sequence == 3)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _delete(*sequences: int) -> Callable[[CounterSession], Any]:
    return lambda session: session.execute(
        sa.delete(AuditEvent).where(AuditEvent.sequence.in_(sequences)).execution_options(synchronize_session=False)
    )


def _swap(session: CounterSession) -> None:
    for before, after in ((3, 99), (4, 3), (99, 4)):
        session.execute(
            sa.update(AuditEvent)
            .where(AuditEvent.sequence == before)
            .values(sequence=after)
            .execution_options(synchronize_session=False)
        )


def _truncate(session: CounterSession) -> None:
    """The clever way: the end of the chain is put back too."""
    _delete(4, 5)(session)
    head = session.scalar(sa.select(AuditEvent.head).where(AuditEvent.sequence == 3))
    session.execute(
        sa.update(AuditChain)
        .where(AuditChain.chain == KOTO)
        .values(sequence=3, head=head)
        .execution_options(synchronize_session=False)
    )


def _rewrite(session: CounterSession) -> None:
    """The cleverest way: every hash from the changed event on is made anew."""
    rows = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.sequence)).all()
    rows[2].actor = "staff:2"
    head = audit_check.START
    for row in rows:
        row.commitment = audit_check.commitment(row.salt, row.actor, row.object_id, row.detail)
        head = row.head = audit_check.link(head, row.chain, row.sequence, row.at, row.action, row.commitment)
    session.execute(
        sa.update(AuditChain)
        .where(AuditChain.chain == KOTO)
        .values(head=head)
        .execution_options(synchronize_session=False)
    )


TAMPERINGS: dict[str, Callable[[CounterSession], Any]] = {
    "actor": _set(actor="staff:2"),
    "object": _set(object_id="Y"),
    "detail": _set(detail="{}"),
    "action": _set(action="submit"),
    "moment": _set(at="2020-01-01T00:00:00.000000+00:00"),
    "salt": _set(salt=bytes(16)),
    "commitment": _set(commitment=bytes(32)),
    "head": _set(head=bytes(32)),
    "chain": _set(chain=SHIBUYA),
    "erased in part": _set(actor=None),
    "one deleted": _delete(3),
    "first deleted": _delete(1),
    "last deleted": _delete(5),
    "all deleted": _delete(1, 2, 3, 4, 5),
    "swapped": _swap,
    "truncated": _truncate,
    "rewritten": _rewrite,
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found(store: Store, home: Home, name: str) -> None:
    write(store, 5)
    with store.scope() as session:
        TAMPERINGS[name](session)
    assert findings(store, home)


def test_a_database_rolled_back_is_found(store: Store, home: Home, tmp_path: Path) -> None:
    write(store, 2)
    store.engine.dispose()
    early = (home.instance / "counter.sqlite").read_bytes()
    write(store, 2)
    store.engine.dispose()
    (home.instance / "counter.sqlite").write_bytes(early)
    assert findings(store, home) == [f"chain {KOTO}: ends at event 2, but the head of event 4 left the database"]


def _events(count: int) -> list[Event]:
    events, head = [], audit_check.START
    for sequence in range(1, count + 1):
        salt, actor, thing, detail = bytes([sequence % 256]) * 16, f"staff:{sequence % 7}", f"o{sequence % 11}", "{}"
        committed = audit_check.commitment(salt, actor, thing, detail)
        head = audit_check.link(head, KOTO, sequence, f"t{sequence}", "look", committed)
        events.append(Event(KOTO, sequence, f"t{sequence}", "look", actor, thing, detail, salt, committed, head))
    return events


def test_random_tampering_is_found(long: bool) -> None:
    """Edits, swaps, cuts, copies and rewrites at random places; erasure is the one change that passes."""
    chance = random.Random(2)
    whole = _events(12)
    ends = {KOTO: (12, whole[-1].head)}
    heads = {KOTO: {event.sequence: event.head.hex() for event in whole}}
    assert audit_check.verify(whole, ends, heads) == []
    for _ in range(10_000 if long else 1_500):
        events = list(whole)
        at, other = chance.sample(range(12), 2)
        match chance.randrange(5):
            case 0:
                events[at] = _edited(events[at], chance)
            case 1:
                events[at], events[other] = events[other], events[at]
            case 2:
                del events[at : at + chance.randint(1, 12)]
            case 3:
                events.insert(at, events[other])
            case 4:
                events = [*events[:at], *_events(24)[at + 12 :]]
        assert audit_check.verify(events, ends, heads)


def _edited(event: Event, chance: random.Random) -> Event:
    name = chance.choice([name for name in Event.__slots__ if name != "sequence"])
    value = getattr(event, name)
    changed = bytes([value[0] ^ 1]) + value[1:] if isinstance(value, bytes) else value + "x"
    return Event(**{**{slot: getattr(event, slot) for slot in Event.__slots__}, name: changed})


def test_an_auditor_needs_only_python(store: Store, home: Home) -> None:
    write(store, 3)
    store.engine.dispose()

    def verify() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                sys.executable,
                "-I",
                audit_check.__file__,
                home.instance / "counter.sqlite",
                home.instance / "audit-heads",
            ],
            capture_output=True,
            text=True,
            check=False,
        )

    assert (verify().returncode, verify().stdout) == (0, "whole: 24 chains\n")
    with store.scope() as session:
        TAMPERINGS["actor"](session)
    store.engine.dispose()
    assert verify().returncode == 1
    assert "does not fit its commitment" in verify().stdout


@both_backends
def test_writers_at_the_same_time_make_one_chain(store: Store, home: Home) -> None:
    import threading

    threads = [threading.Thread(target=write, args=(store, 5, chain)) for chain in (KOTO, KOTO, SHIBUYA)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert findings(store, home) == []
    with store.session() as session:
        assert session.get_one(AuditChain, KOTO).sequence == 10
