"""The virus scanner, spoken to over real sockets: clean, found, away, silent, babbling."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from counter import scanning
from counter.services.enclosing import Refused

# The test file that every scanner knows, put together here so that none takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.BaseRequestHandler):
    """Speaks clamd's INSTREAM: pieces with their length before them, an empty one at the end."""

    def handle(self) -> None:
        mood: str = self.server.mood  # type: ignore[attr-defined]
        if mood == "hangs up":
            return
        assert self._exactly(10) == b"zINSTREAM\0"
        data = b""
        while length := int.from_bytes(self._exactly(4), "big"):
            data += self._exactly(length)
        self.server.seen.append(data)  # type: ignore[attr-defined]
        answers = {
            "babbles": b"hello\0",
            "limit": b"INSTREAM size limit exceeded. ERROR\0",
            "silent": b"",
            "slow": b"stream: O",
        }
        found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
        self.request.sendall(answers.get(mood, found))
        if mood == "slow":
            self.server.over.wait(10)  # type: ignore[attr-defined]

    def _exactly(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            piece = self.request.recv(count - len(got))
            assert piece, "cut off"
            got += piece
        return got


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    mood = ""


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    mood = ""


@pytest.fixture(params=["tcp", "unix"])
def clamd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Any, str]]:
    """(server, where it listens)."""
    if request.param == "tcp":
        server: Any = _Tcp(("127.0.0.1", 0), Clamd)
        where = f"127.0.0.1:{server.server_address[1]}"
    else:
        server = _Unix(str(tmp_path / "clamd"), Clamd)
        where = f"unix:{tmp_path / 'clamd'}"
    server.seen, server.over = [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server, where
    server.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_clean_bytes_are_clean_and_arrive_whole(clamd: tuple[Any, str]) -> None:
    server, where = clamd
    data = bytes(range(256)) * 1000
    assert scanning.check({"CLAMAV": where}, data) is True
    assert server.seen == [data]


def test_a_virus_is_refused(clamd: tuple[Any, str]) -> None:
    _, where = clamd
    assert scanning.scan(where, b"before" + EICAR) == "Eicar-Test-Signature"
    with pytest.raises(Refused) as refused:
        scanning.check({"CLAMAV": where}, EICAR)
    assert refused.value.code == "virus" and not refused.value.later


@pytest.mark.parametrize("mood", ["hangs up", "babbles", "limit", "silent", "slow"])
def test_a_scanner_that_gives_no_verdict_is_away(
    clamd: tuple[Any, str], mood: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, where = clamd
    server.mood = mood
    with pytest.raises(scanning.Away):
        scanning.scan(where, b"x" * 300_000, seconds=0.3)


@pytest.mark.parametrize("where", ["127.0.0.1:1", "unix:/nowhere/clamd", "nonsense", "host:port"])
def test_without_a_scanner_files_wait_or_are_marked_as_the_setting_says(where: str) -> None:
    with pytest.raises(Refused) as refused:
        scanning.check({"CLAMAV": where}, b"x")
    assert refused.value.code == "unscanned" and refused.value.later
    assert scanning.check({"CLAMAV": where, "CLAMAV_AWAY": "accept"}, b"x") is False


def test_where_none_is_configured_nothing_is_scanned() -> None:
    assert scanning.check({}, EICAR) is False
