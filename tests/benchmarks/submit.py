"""What a submission costs: the whole POST and the door alone, against a bare Flask view that writes the same rows by Core.

python -m tests.benchmarks.submit [--url postgresql://…] [--rounds 200]
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import json
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask
import sqlalchemy as sa
from sqlalchemy import Table

from counter import config, create_app, ids, installation
from counter.extensions import Store
from counter.models.base import Base
from counter.models.bundle import Channel
from counter.services.applications import submit_bundle
from tests import moves
from tests.residents import with_finished_drafts

CODES = ("move-in", "health-insurance", "child-allowance")
Rows = list[tuple[Table, list[dict[str, Any]]]]


def main() -> None:
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="", help="a database that may be filled; default: a new SQLite file")
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = {"INSTANCE": Path(folder), "DATABASE_URL": asked.url, "RATELIMIT_ENABLED": False}
        installation.migrate(config.load(settings))
        app = create_app({**settings, "WTF_CSRF_ENABLED": False})
        store: Store = app.extensions["store"]
        figures = {
            "database": store.engine.dialect.name,
            "procedures": len(CODES),
            "rounds": asked.rounds,
            **_compare(app, store, asked.rounds),
        }
        store.engine.dispose()
    print(json.dumps(figures, indent=1))


def _compare(app: flask.Flask, store: Store, rounds: int) -> dict[str, Any]:
    residents = with_finished_drafts(store, rounds + 10, codes=CODES)
    client = app.test_client()
    bare = _bare_app(store)
    queue = iter(residents)

    def ours() -> None:
        resident = next(queue)
        client.set_cookie("owner", resident.owner)
        answer = client.post(f"/apply/{resident.draft.id}/submit")
        assert answer.status_code == 303, answer.status_code

    def door() -> None:
        with store.scope() as session:
            submit_bundle(
                session, procedures=moves.procedures(*CODES), answers=moves.answers(), channel=Channel.ONLINE,
                nonce=ids.new_id(), language="ja", received_at=dt.datetime.now(dt.UTC),
            )  # fmt: skip

    other = bare.test_client()

    def same_rows() -> None:
        assert other.post("/").status_code == 200

    measured = _interleaved({"post": ours, "door": door, "bare": same_rows}, rounds)
    return {
        "cpu_ms": {name: round(cpu * 1000, 2) for name, (cpu, _) in measured.items()},
        "wall_ms": {name: round(wall * 1000, 2) for name, (_, wall) in measured.items()},
        "ratio_post_to_bare": round(measured["post"][0] / measured["bare"][0], 2),
        "ratio_door_to_bare": round(measured["door"][0] / measured["bare"][0], 2),
    }


def _interleaved(works: dict[str, Callable[[], None]], rounds: int) -> dict[str, tuple[float, float]]:
    """(CPU, wall) seconds a call; turn by turn, so that a noisy machine disturbs all alike."""
    spent = {name: [0.0, 0.0] for name in works}
    for number in range(-5, rounds):  # the first rounds only warm up
        for name, work in works.items():
            cpu, wall = time.process_time(), time.perf_counter()
            work()
            if number >= 0:
                spent[name][0] += time.process_time() - cpu
                spent[name][1] += time.perf_counter() - wall
    return {name: (cpu / rounds, wall / rounds) for name, (cpu, wall) in spent.items()}


def _bare_app(store: Store) -> flask.Flask:
    """Flask and the rows of one submission, with nothing asked, checked, sealed or chained."""
    app = flask.Flask("bare")
    fresh = _copies(_rows_of_one(store))

    @app.post("/")
    def write() -> str:
        with store.engine.begin() as connection:
            for table, rows in next(fresh):
                connection.execute(sa.insert(table), rows)
        return "ok"

    return app


def _rows_of_one(store: Store) -> Rows:
    with store.scope() as session:
        receipt = submit_bundle(
            session, procedures=moves.procedures(*CODES), answers=moves.answers(), channel=Channel.ONLINE,
            nonce="template", language="ja", received_at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
    applications = [line.application_id for line in receipt.lines]
    schema = "dbos" if store.engine.dialect.name == "postgresql" else None
    with store.engine.connect() as connection:
        tables = {name: Base.metadata.tables[name] for name in
                  ("bundle", "vault_key", "application", "event", "search_token", "delivery", "audit_event")}  # fmt: skip
        for name in ("workflow_status", "workflow_input"):
            tables[name] = Table(name, sa.MetaData(), schema=schema, autoload_with=connection)

        def rows(name: str, column: str, values: list[Any]) -> list[dict[str, Any]]:
            table = tables[name]
            return [
                dict(row) for row in connection.execute(sa.select(table).where(table.c[column].in_(values))).mappings()
            ]

        filed = rows("application", "id", applications)
        delivered = rows("delivery", "application_id", applications)
        jobs = sorted({row["job_id"] for row in delivered})
        found = {
            "bundle": rows("bundle", "id", [receipt.bundle_id]),
            "vault_key": rows("vault_key", "id", [row["key_id"] for row in filed]),
            "application": filed,
            "event": rows("event", "application_id", applications),
            "search_token": rows("search_token", "application_id", applications),
            "delivery": delivered,
            "workflow_status": rows("workflow_status", "workflow_uuid", jobs),
            "workflow_input": rows("workflow_input", "workflow_uuid", jobs),
            "audit_event": rows("audit_event", "object_id", applications),
        }
    return [(tables[name], content) for name, content in found.items()]


def _copies(template: Rows) -> Iterator[Rows]:
    """The same rows over and over, each time with ids of their own."""
    named = {
        row[name] for _, rows in template for row in rows for name in ("id", "workflow_uuid", "nonce") if row.get(name)
    }
    for number in itertools.count(1):
        new = {old: ids.new_id() for old in named}
        yield [(table, [_copy(row, new, number) for row in rows]) for table, rows in template]


def _copy(row: dict[str, Any], new: dict[Any, str], number: int) -> dict[str, Any]:
    copied = {name: new.get(value, value) if isinstance(value, str) else value for name, value in row.items()}
    if "sequence" in copied:
        copied["sequence"] += 1_000_000 + number * 10
    return copied


if __name__ == "__main__":
    main()
