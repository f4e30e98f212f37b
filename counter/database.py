"""The engine: how a database of either kind is opened."""

from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import sqlalchemy as sa

from counter import turns

READER = "reader"
_PATIENCE = 15  # seconds that a writer waits for another


def make_engine(url: str) -> sa.Engine:
    """SQLite is opened, never created: a file that is not there is an error at the first statement."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        return sa.create_engine(parsed, pool_pre_ping=True, pool_size=10, hide_parameters=True)
    engine = sa.create_engine(
        parsed.set(database=f"file:{quote(str(parsed.database))}", query={"mode": "rw", "uri": "true"}),
        pool_size=10,
        hide_parameters=True,  # an error in the log names the statement, never what somebody typed
        connect_args={"timeout": _PATIENCE},
    )
    sa.event.listen(engine, "connect", _on_connect)
    turns.take_turns(engine, Path(str(parsed.database)).absolute(), reader=READER)  # before we begin
    sa.event.listen(engine, "begin", _on_begin)
    return engine


def sqlite_file(engine: sa.Engine) -> Path | None:
    """The file of an engine made here; None for a server."""
    if engine.dialect.name != "sqlite":
        return None
    return Path(unquote(str(engine.url.database).removeprefix("file:")))


def _on_connect(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (f"busy_timeout={_PATIENCE * 1000}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: sa.Connection) -> None:
    """A writer takes the lock at once: one that began by reading could be refused half way, without a wait."""
    reader = connection.get_execution_options().get(READER)
    connection.exec_driver_sql("BEGIN" if reader else "BEGIN IMMEDIATE")
