"""One office that hangs costs the others nothing that anybody would notice."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from counter import config, delivery, tenancy
from counter.extensions import Store
from counter.jobs import deliver, engine
from counter.services.delivery import Parcel
from tests import moves
from tests.databases import Home
from tests.integration.test_delivery import Office, hands_over_by, ledger, wait_until
from tests.integration.test_submit import submit


class Hanging:
    """Takes the connection and says nothing until the test is over."""

    inside = False

    def __init__(self) -> None:
        self.over = threading.Event()
        self.asked = 0

    def send(self, parcel: Parcel, session: Session | None) -> str:
        self.asked += 1
        self.over.wait(60)
        raise TimeoutError


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    office = Hanging()
    yield office
    office.over.set()


def test_a_hanging_office_holds_up_only_itself(
    store: Store, home: Home, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands_over_by(store, moves.KOTO, "child-support", "hanging")
    hands_over_by(store, moves.KOTO, "health-insurance", "outside")
    known = delivery.ways(config.load(home.settings)) | {"hanging": hanging, "outside": Office()}
    monkeypatch.setattr(deliver, "ways", lambda _: known)
    with store.scope() as session:
        for number in range(12):
            submit(session, f"n{number}")
    began = time.monotonic()
    beat = engine.start(SimpleNamespace(config=config.load(home.settings)), store)
    try:
        wait_until(lambda: all(row.state == "sent" for row in ledger(store) if row.way != "hanging"))
        assert time.monotonic() - began < 25
        assert 0 < hanging.asked <= engine.QUEUES[engine.OUTSIDE]["partition_worker_concurrency"]
        assert {row.state for row in ledger(store) if row.way == "hanging"} == {"waiting"}
    finally:
        hanging.over.set()
        beat.stop()
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads the ledger"):
        assert all(row.attempts <= 1 for row in ledger(store))
