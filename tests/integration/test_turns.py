"""Many writers of one SQLite file: all get their turn, none waits for ever, and a killed one holds up nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from counter import turns
from counter.database import make_engine
from counter.extensions import Store
from counter.models.worker import Worker
from tests.databases import Home
from tests.integration.test_submit import NOW


def test_nobody_starves_among_many_writers(store: Store) -> None:
    waits: list[float] = []

    def write(name: int) -> None:
        for number in range(15):
            began = time.monotonic()
            with store.scope() as session:
                session.add(Worker(executor=f"{name}.{number}", started_at=NOW, beat_at=NOW))
            waits.append(time.monotonic() - began)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.session(write=False) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Worker)) == 180
    assert max(waits) < 40 * sum(waits) / len(waits)


def test_a_writer_that_fails_gives_its_turn_back(store: Store) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), store.scope() as session:
            session.add(Worker(executor="x", started_at=NOW, beat_at=NOW))
            session.flush()
            raise ZeroDivisionError
    with pytest.raises(sa.exc.IntegrityError), store.scope() as session:
        session.execute(sa.insert(Worker), [{"executor": "x", "started_at": NOW, "beat_at": NOW}] * 2)
    with store.scope() as session:
        session.add(Worker(executor="x", started_at=NOW, beat_at=NOW))


def test_a_turn_that_does_not_come_in_time_leaves_the_decision_to_sqlite(
    store: Store, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    other = make_engine(home.url)
    sa.event.listen(other, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50"))
    with store.engine.connect() as first:
        first.execute(sa.delete(Worker))
        with other.connect() as second, pytest.raises(sa.exc.OperationalError, match="locked"):
            second.execute(sa.delete(Worker))
    other.dispose()


def test_a_killed_writer_holds_up_nobody(store: Store, home: Home, tmp_path: Path) -> None:
    holding = (
        "import sys, time; from counter.database import make_engine\n"
        "connection = make_engine(sys.argv[1]).connect(); connection.exec_driver_sql('DELETE FROM worker')\n"
        "print('holding', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", holding, home.url], stdout=subprocess.PIPE, env=os.environ) as process:
        assert process.stdout is not None and process.stdout.readline() == b"holding\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    began = time.monotonic()
    with store.scope() as session:
        session.add(Worker(executor="x", started_at=NOW, beat_at=NOW))
    assert time.monotonic() - began < 5
