"""Handing over: once each, again and again where an office is dead, given up in the end, sent again by a person."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import config, tenancy
from counter.delivery import Way
from counter.delivery.files import FileDrop, harmless
from counter.delivery.inbox import Inbox
from counter.extensions import Store
from counter.jobs import deliver, engine, reconcile
from counter.models.audit import AuditEvent
from counter.models.delivery import Delivery, InboxItem
from counter.models.event import Event
from counter.models.organisation import BackOffice
from counter.models.worker import Worker
from counter.services import delivery
from counter.services.delivery import BACKOFF, Parcel
from tests import moves
from tests.conftest import both_backends
from tests.databases import Home
from tests.integration.test_submit import NOW, submit


class Clock:
    """A clock the test turns."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


class Office:
    """A back office outside, with faults: whatever stands in ``faults`` is raised, one a try."""

    inside = False

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.taken: list[Parcel] = []

    def send(self, parcel: Parcel, session: Session | None) -> str:
        assert session is None
        if self.faults:
            raise self.faults.pop(0)
        self.taken.append(parcel)
        return "A-1"


def ways(**more: Way) -> dict[str, Way]:
    return {"inbox": Inbox(), **more}


def hands_over_by(store: Store, ward: str, office: str, way: str) -> None:
    with store.scope() as session:
        tenancy.tenant(session, ward)
        session.get_one(BackOffice, (ward, office)).way = way


def ledger(store: Store) -> list[Delivery]:
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads the ledger"):
        return list(session.scalars(sa.select(Delivery).order_by(Delivery.ward.desc(), Delivery.office, Delivery.id)))


def inbox(store: Store) -> list[str]:
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads every inbox"):
        return list(session.scalars(sa.select(InboxItem.delivery_id)))


def one_outside(store: Store) -> Delivery:
    """One application on its way to an office outside."""
    hands_over_by(store, moves.SHIBUYA, "resident-registry", "outside")
    with store.scope() as session:
        submit(session, codes=("move-out",))
    return ledger(store)[0]


@both_backends
def test_what_is_delivered_again_has_one_effect(store: Store) -> None:
    with store.scope() as session:
        submit(session)
    for _ in range(3):
        tried = [deliver.attempt(store, ways(), row.ward, row.id, now=Clock()) for row in ledger(store)]
    assert tried == [False] * 4
    assert sorted(inbox(store)) == sorted(row.id for row in ledger(store))
    assert {row.state for row in ledger(store)} == {"sent"}
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads history"):
        assert session.scalar(sa.select(sa.func.count()).where(Event.kind == "delivered")) == 4


@both_backends
def test_a_dead_office_is_tried_with_growing_waits_then_given_up_and_sent_again_by_a_person(store: Store) -> None:
    row = one_outside(store)
    clock, office = Clock(), Office(*[ConnectionError("nobody there")] * (len(BACKOFF) + 1))
    waits = []
    for _ in BACKOFF:
        assert not deliver.attempt(store, ways(outside=office), row.ward, row.id, now=clock)
        row = ledger(store)[0]
        assert row.next_attempt_at is not None and row.state == "waiting" and row.claimed_until is None
        assert not deliver.attempt(store, ways(outside=office), row.ward, row.id, now=clock)  # not due yet
        waits.append(row.next_attempt_at - clock.now)
        clock.now = row.next_attempt_at
    assert all(0.8 * base <= wait <= 1.2 * base for wait, base in zip(waits, BACKOFF, strict=True))
    assert not deliver.attempt(store, ways(outside=office), row.ward, row.id, now=clock)
    dead = ledger(store)[0]
    assert (dead.state, dead.attempts, dead.next_attempt_at) == ("dead", len(BACKOFF) + 1, None)
    assert dead.last_error == "ConnectionError"
    assert not deliver.attempt(store, ways(outside=office), row.ward, row.id, now=clock)

    with store.scope() as session, tenancy.tenant(session, row.ward):
        assert delivery.resend(session, row.ward, row.id, "7", clock.now)
    again = ledger(store)[0]
    assert (again.state, again.attempts) == ("waiting", 0)
    with store.session(write=False) as session:
        assert engine.unfinished(session, [again.job_id])
    assert deliver.attempt(store, ways(outside=office), row.ward, row.id, now=clock)
    assert [parcel.delivery_id for parcel in office.taken] == [row.id]
    with store.session() as session, tenancy.tenant(session, row.ward):
        assert not delivery.resend(session, row.ward, row.id, "7", clock.now)  # the office has it
        kinds = session.scalars(sa.select(Event.kind).order_by(Event.seq)).all()
        audited = session.scalars(sa.select(AuditEvent.actor).where(AuditEvent.action == "delivery.resent")).all()
    assert kinds == ["received", "undeliverable", "resent", "delivered"]
    assert audited == ["7"]


def test_each_failure_leaves_a_job_for_the_next_try(store: Store) -> None:
    row = one_outside(store)
    deliver.attempt(store, ways(outside=Office(TimeoutError())), row.ward, row.id, now=Clock())
    after = ledger(store)[0]
    assert after.job_id != row.job_id
    with store.session(write=False) as session:
        assert engine.unfinished(session, [row.job_id, after.job_id]) == {row.job_id, after.job_id}


def test_a_worker_that_died_while_sending_is_followed_by_another_after_its_lease(store: Store) -> None:
    row = one_outside(store)
    clock, office = Clock(), Office()
    with store.scope() as session, tenancy.tenant(session, row.ward):
        assert delivery.claim(session, row.ward, row.id, clock.now)  # and then it was killed
    assert not deliver.attempt(store, ways(outside=office), row.ward, row.id, now=clock)
    clock.now += delivery.LEASE
    assert deliver.attempt(store, ways(outside=office), row.ward, row.id, now=clock)
    assert ledger(store)[0].attempts == 2


def test_a_worker_whose_clock_is_slow_still_makes_the_first_try(store: Store) -> None:
    row = one_outside(store)
    clock = Clock()
    clock.now -= dt.timedelta(minutes=3)
    assert deliver.attempt(store, ways(outside=Office()), row.ward, row.id, now=clock)


def test_a_dead_office_does_not_stop_the_others(store: Store) -> None:
    hands_over_by(store, moves.KOTO, "child-support", "outside")
    with store.scope() as session:
        submit(session)
    office = Office(OSError(5, "Input/output error"))
    for row in ledger(store):
        deliver.attempt(store, ways(outside=office), row.ward, row.id, now=Clock())
    assert {row.office: row.state for row in ledger(store) if row.ward == moves.KOTO} == {
        "child-support": "waiting", "health-insurance": "sent", "resident-registry": "sent",
    }  # fmt: skip
    assert [row.last_error for row in ledger(store) if row.office == "child-support"] == ["OSError: Input/output error"]


def test_an_office_with_an_unknown_way_becomes_a_dead_letter_not_a_loss(store: Store) -> None:
    row = one_outside(store)
    deliver.attempt(store, ways(), row.ward, row.id, now=Clock())
    assert ledger(store)[0].last_error == "LookupError: no way called outside"


def test_each_outside_delivery_is_a_job_of_its_own(store: Store) -> None:
    hands_over_by(store, moves.KOTO, "child-support", "files")
    with store.scope() as session:
        submit(session)
    jobs = {(row.office, row.ward): row.job_id for row in ledger(store)}
    assert len(set(jobs.values())) == 2
    assert [place for place, job in jobs.items() if list(jobs.values()).count(job) == 1] == [
        ("child-support", moves.KOTO)
    ]


def test_reconciling_queues_what_no_job_will_try_and_nothing_else(store: Store) -> None:
    row = one_outside(store)
    later = NOW + 2 * reconcile.PATIENCE
    assert reconcile.reconcile(store, later) == 0  # its job still waits in the engine
    with store.scope() as session:
        tenancy.tenant(session, row.ward)
        session.get_one(Delivery, (row.ward, row.id)).job_id = "lost"
    assert reconcile.reconcile(store, NOW) == 0  # not overdue
    assert reconcile.reconcile(store, later) == 1
    assert reconcile.reconcile(store, later) == 0


class TestFileDrop:
    @pytest.fixture
    def parcel(self, store: Store) -> Iterator[Parcel]:
        row = one_outside(store)
        with store.session() as session, tenancy.tenant(session, row.ward):
            parcel = delivery.claim(session, row.ward, row.id, NOW)
        assert parcel is not None
        yield parcel

    def test_a_folder_a_delivery_with_record_and_row(self, parcel: Parcel, tmp_path: Path) -> None:
        drop = FileDrop(tmp_path)
        drop.send(parcel, None)
        folder = tmp_path / parcel.ward / parcel.office / parcel.delivery_id
        content = json.loads((folder / "application.json").read_text())
        assert content["record"] == parcel.record
        assert content["receipt"] == f"{parcel.number}-1"
        with (folder / "application.csv").open(encoding="utf-8-sig", newline="") as file:
            header, row = csv.reader(file)
        assert len(header) == len(row)
        assert dict(zip(header, row, strict=True))["delivery_id"] == parcel.delivery_id
        assert any("山田" in cell for cell in row)

    def test_sending_again_changes_nothing(self, parcel: Parcel, tmp_path: Path) -> None:
        drop = FileDrop(tmp_path)
        drop.send(parcel, None)
        before = sorted((str(path), path.stat().st_mtime_ns) for path in tmp_path.rglob("*"))
        drop.send(parcel, None)
        assert sorted((str(path), path.stat().st_mtime_ns) for path in tmp_path.rglob("*")) == before

    def test_it_is_on_disk_before_it_is_seen(
        self, parcel: Parcel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done: list[str] = []
        fsync, rename = os.fsync, Path.rename
        monkeypatch.setattr(
            os, "fsync", lambda number: (done.append(Path(f"/proc/self/fd/{number}").resolve().name), fsync(number))
        )
        monkeypatch.setattr(Path, "rename", lambda old, new: (done.append("rename"), rename(old, new))[1])
        FileDrop(tmp_path).send(parcel, None)
        assert done == [
            "application.json",
            "application.csv",
            f".{parcel.delivery_id}.{os.getpid()}",
            "rename",
            parcel.office,
        ]

    def test_what_is_left_of_a_crash_is_never_taken_for_a_delivery(self, parcel: Parcel, tmp_path: Path) -> None:
        office = tmp_path / parcel.ward / parcel.office
        (office / f".{parcel.delivery_id}.{os.getpid()}").mkdir(parents=True)
        (office / f".{parcel.delivery_id}.{os.getpid()}" / "application.json").write_text('{"half')
        FileDrop(tmp_path).send(parcel, None)
        assert [path.name for path in office.iterdir()] == [parcel.delivery_id]

    @pytest.mark.parametrize("cell", ["=1+1", "+81", "-1", "@x", "\tx", "＝x", "－x"])
    def test_no_cell_is_a_formula(self, cell: str) -> None:
        assert harmless(cell) == f"'{cell}"
        assert harmless("山田") == "山田"


@both_backends
def test_a_worker_delivers_what_was_queued_and_resumes_what_a_dead_one_had_begun(store: Store, home: Home) -> None:
    with store.scope() as session:
        for number in range(3):
            submit(session, f"n{number}")
    first = ledger(store)[0]
    workflows = engine._client(store.session())._sys_db.tables.workflow_status
    with store.engine.connect().execution_options(schema_translate_map=_schema(store)) as connection:
        claimed = sa.update(workflows).where(workflows.c.workflow_uuid == first.job_id)
        connection.execute(claimed.values(status="PENDING", executor_id="killed", owner_xid="x"))
        connection.commit()
    with store.scope() as session:
        session.add(Worker(executor="killed", started_at=NOW, beat_at=NOW))
        with tenancy.tenant(session, first.ward):
            assert delivery.claim(session, first.ward, first.id, NOW, "killed")
    beat = engine.start(SimpleNamespace(config=config.load(home.settings)), store)
    try:
        wait_until(lambda: {row.state for row in ledger(store)} == {"sent"})
    finally:
        beat.stop()
    assert sorted(inbox(store)) == sorted(row.id for row in ledger(store))
    with store.session(write=False) as session:
        assert engine.depth(session) == 0


def _schema(store: Store) -> dict[str | None, str | None]:
    from dbos._sys_db import SCHEMA_PLACEHOLDER

    return {SCHEMA_PLACEHOLDER: "dbos" if store.engine.dialect.name == "postgresql" else None}


def wait_until(holds: Any, seconds: float = 30) -> None:
    """Look every 50 ms: the worker is a process of its own making."""
    import threading
    import time

    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "this took too long"
        threading.Event().wait(0.05)
