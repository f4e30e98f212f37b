"""Writers of one SQLite file take turns. SQLite alone lets them poll with growing sleeps, and some starve for seconds."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

PATIENCE = 15.0  # seconds; after it SQLite itself decides
_POLL = 0.001
_IN_A_ROW = 8  # turns one process may take while another waits
_HELD = "turn"

_known: dict[Path, Turns] = {}
_knowing = threading.Lock()


class Turns:
    """A line within the process, whose first in line alone waits for other processes; a killed one lets go by itself."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._here = threading.Lock()
        self._opened: tuple[int, int] | None = None  # (process, descriptor): a fork must not share a lock
        self._taken = 0
        self._given_at = 0.0

    def take(self) -> bool:
        """Wait for one's turn; False when it did not come in time, or the file cannot be locked at all."""
        ends = time.monotonic() + PATIENCE
        if not self._here.acquire(timeout=PATIENCE):
            return False
        self._taken = self._taken + 1 if time.monotonic() - self._given_at < _POLL else 0
        if self._taken >= _IN_A_ROW:
            self._taken = 0
            time.sleep(2 * _POLL)
        try:
            descriptor = self._descriptor()
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return True
                except BlockingIOError:
                    if time.monotonic() > ends:
                        break
                    time.sleep(_POLL)
        except OSError:
            pass
        self._here.release()
        return False

    def give(self) -> None:
        if self._opened is not None and self._opened[0] == os.getpid():
            fcntl.flock(self._opened[1], fcntl.LOCK_UN)
        self._given_at = time.monotonic()
        self._here.release()

    def _descriptor(self) -> int:
        if self._opened is None or self._opened[0] != os.getpid():
            self._opened = os.getpid(), os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._opened[1]


def of(file: Path) -> Turns:
    """The line at a database file; one a process."""
    with _knowing:
        return _known.setdefault(file, Turns(file.with_name(file.name + "-turn")))


def take_turns(engine: sa.Engine, file: Path, *, reader: str) -> None:
    """Make every transaction of this engine wait for its turn, but for those whose option ``reader`` is set."""

    def begin(connection: sa.Connection) -> None:
        info = connection.info
        if not connection.get_execution_options().get(reader) and not info.get(_HELD) and of(file).take():
            info[_HELD] = True

    def commit(connection: sa.Connection) -> None:
        """Commit now, so that the next in line finds the file free; SQLAlchemy's own commit then reports a failure."""
        if connection.info.get(_HELD):
            try:
                driver: Any = connection.connection.dbapi_connection
                driver.commit()
            except sqlite3.Error:
                return
            give(connection.info)

    def rollback(connection: sa.Connection) -> None:
        give(connection.info)

    def checkin(_: Any, record: Any) -> None:
        give(record.info)

    def give(info: dict[Any, Any]) -> None:
        if info.pop(_HELD, False):
            of(file).give()

    sa.event.listen(engine, "begin", begin)
    sa.event.listen(engine, "commit", commit)
    sa.event.listen(engine, "rollback", rollback)
    sa.event.listen(engine, "checkin", checkin)
