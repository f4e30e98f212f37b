"""A minute of 安否 registrations over HTTP, as after an earthquake: how many a minute, and how long each waits.

python -m tests.benchmarks.spike [--seconds 60] [--people 32] [--processes 2] [--url postgresql://…]
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import statistics
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

import sqlalchemy as sa

from counter import config, extensions, installation
from counter.models.disaster import SafetyRecord
from tests.databases import Home
from tests.servers import Server

_TOKEN = re.compile(r'name="token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="token"')
_FORM = {
    "safety.ward": "131083",
    "safety.name.family": "山田",
    "safety.name.given": "太郎",
    "safety.state": "well",
    "safety.place": "東陽小学校の体育館",
    "safety.hide_from_family": "no",
    "safety.hide_from_friends": "no",
    "safety.publish": "no",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--people", type=int, default=32, help="who register at the same time, each again and again")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--url", default="", help="a database that may be filled; default: a new SQLite file")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder), asked.url or f"sqlite:///{folder}/counter.sqlite")
        installation.migrate(config.load(home.settings))
        with Server(home, processes=asked.processes, threads=16, app="tests.open_wsgi:app") as server:
            crowd = Crowd(server.port, asked.people)
            crowd.register_for(asked.seconds)
        store = extensions.connect(config.load(home.settings))
        with store.session(write=False) as session:
            kept = session.scalar(sa.select(sa.func.count()).select_from(SafetyRecord)) or 0
        store.engine.dispose()
    print(json.dumps(crowd.figures(asked.seconds, kept) | {"processes": asked.processes}, indent=1))


class Crowd:
    """People on keep-alive connections: each fetches the page once in a while, then posts with a token of its own."""

    def __init__(self, port: int, people: int) -> None:
        self._port = port
        self._people = people
        self._seconds: list[float] = []
        self._refused = 0
        self._lock = threading.Lock()

    def register_for(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        crowd = [threading.Thread(target=self._one, args=(ends,)) for _ in range(self._people)]
        for person in crowd:
            person.start()
        for person in crowd:
            person.join()

    def figures(self, seconds: float, kept: int) -> dict[str, object]:
        waits = sorted(self._seconds) or [0.0]
        return {
            "registrations_a_minute": round(len(self._seconds) / seconds * 60),
            "accepted": len(self._seconds),
            "kept": kept,
            "refused": self._refused,
            "p50_ms": round(statistics.median(waits) * 1000),
            "p99_ms": round(waits[min(len(waits) - 1, int(len(waits) * 0.99))] * 1000),
            "worst_ms": round(waits[-1] * 1000),
        }

    def _one(self, ends: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        while time.monotonic() < ends:
            page = self._ask(connection, "GET", "")[1]
            found = _TOKEN.search(page)
            assert found, page[:2000]
            form = urllib.parse.urlencode({**_FORM, "token": found[1] or found[2]})
            began = time.monotonic()
            status, page = self._ask(connection, "POST", form)
            waited = time.monotonic() - began
            accepted = status == 200 and "safety.state" not in page  # the form again would mean it was not taken
            with self._lock:
                if accepted:
                    self._seconds.append(waited)
                else:
                    self._refused += 1
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection, method: str, form: str) -> tuple[int, str]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        connection.request(method, "/safety/", form or None, headers)
        response = connection.getresponse()
        return response.status, response.read().decode()


if __name__ == "__main__":
    main()
