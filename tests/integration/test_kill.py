"""kill -9 of web server and worker at random moments: nothing acknowledged is missing, nothing is delivered twice."""

from __future__ import annotations

import collections
import http.client
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from counter import tenancy
from counter.extensions import Store
from counter.models.application import Application
from counter.models.bundle import Bundle
from counter.models.delivery import Delivery, InboxItem
from counter.models.event import Event
from counter.models.organisation import BackOffice
from counter.services import audit
from tests import moves
from tests.databases import Home
from tests.residents import Resident, with_finished_drafts
from tests.servers import Server

KILLS = 10


@pytest.fixture
def server(home: Home) -> Iterator[Server]:
    server = Server(home, threads=8, workers=1, app="tests.open_wsgi:app")
    yield server
    server.kill()


def test_kill_9_at_ten_random_moments_loses_nothing_and_delivers_nothing_twice(
    store: Store, server: Server, home: Home, long: bool
) -> None:
    rng = random.Random(20261121)
    with store.scope() as session:
        tenancy.tenant(session, moves.KOTO)
        session.get_one(BackOffice, (moves.KOTO, "child-support")).way = "files"
    residents = with_finished_drafts(store, 1500 if long else 100)
    waiting = collections.deque(residents)
    rounds, unanswered = 60 if long else KILLS, 0
    for left in range(rounds, 0, -1):
        server.start()
        share = [waiting.popleft() for _ in range(len(waiting) // left)]
        share += rng.sample([r for r in residents if r.acknowledged], k=min(3, sum(r.acknowledged for r in residents)))
        killer = Killer(server, after=rng.randrange(len(share)), delay=rng.uniform(0, 0.03))
        with ThreadPoolExecutor(4) as clicks:
            done = list(clicks.map(partial(_submits, port=server.port, answered=killer.answered), share))
        killer.join()
        waiting.extend(resident for resident, well in zip(share, done, strict=True) if not well)
        unanswered += done.count(False)
    promised = [resident for resident in residents if resident.acknowledged]
    _nothing_promised_is_missing(store, promised)

    server.start()
    for resident in waiting:  # whoever got no answer presses again
        resident.submit(server.port)
    _wait_until_delivered(store)
    server.stop()
    _everything_is_there_once(store, residents, home)
    assert promised and unanswered, "the kills came too late or too early to prove anything"


class Killer(threading.Thread):
    """kill -9 of everything a moment after so many answers, however fast the machine is."""

    def __init__(self, server: Server, *, after: int, delay: float) -> None:
        super().__init__()
        self._server, self._delay = server, delay
        self._left, self._now = after, threading.Event()
        self.start()
        self.answered(0)

    def answered(self, count: int = 1) -> None:
        self._left -= count
        if self._left <= 0:
            self._now.set()

    def run(self) -> None:
        self._now.wait(timeout=60)
        threading.Event().wait(self._delay)
        self._server.kill()


def _submits(resident: Resident, port: int, answered: Callable[[], None]) -> bool:
    try:
        resident.submit(port)
    except (OSError, http.client.HTTPException):
        return False
    answered()
    return True


def _nothing_promised_is_missing(store: Store, promised: list[Resident]) -> None:
    with store.session(write=False) as session:
        nonces = set(session.scalars(sa.select(Bundle.nonce)))
    assert {resident.draft.nonce for resident in promised} <= nonces


def _wait_until_delivered(store: Store) -> None:
    waiting = sa.select(sa.func.count()).where(Delivery.state != "sent")
    for _ in range(1200):
        with store.session(write=False) as session, tenancy.all_wards(session, "the test waits for every delivery"):
            if not session.scalar(waiting):
                return
        threading.Event().wait(0.1)
    pytest.fail("deliveries were left behind")


def _everything_is_there_once(store: Store, residents: list[Resident], home: Home) -> None:
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads everything"):
        bundles = {row.nonce: row for row in session.scalars(sa.select(Bundle))}
        applications = list(session.scalars(sa.select(Application)))
        deliveries = list(session.scalars(sa.select(Delivery)))
        inbox = list(session.scalars(sa.select(InboxItem.application_id)))
        delivered = list(session.scalars(sa.select(Event.application_id).where(Event.kind == "delivered")))
        findings = audit.verify(session, home.instance / "audit-heads")
    assert set(bundles) == {resident.draft.nonce for resident in residents}
    for resident in residents:
        assert len(resident.numbers) == 1, "a resend showed another receipt"
        assert resident.numbers == {_grouped(bundles[resident.draft.nonce].id)}
    assert {*collections.Counter(row.bundle_id for row in applications).values()} == {len(moves.MOVE)}
    assert sorted(row.application_id for row in deliveries) == sorted(row.id for row in applications)
    outside = [row.name for row in Path(home.instance / "offices" / moves.KOTO / "child-support").iterdir()]
    outside = [name for name in outside if not name.startswith(".")]
    assert sorted(outside) == sorted(row.id for row in deliveries if row.way == "files")
    assert sorted(inbox) == sorted(row.application_id for row in deliveries if row.way == "inbox")
    assert sorted(delivered) == sorted(row.id for row in applications)
    assert findings == []


def _grouped(number: str) -> str:
    from counter import ids

    return ids.grouped(number)
