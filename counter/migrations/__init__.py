"""The tables' history. `python -m counter.migrations "why"` writes the next chapter from what the models gained."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

_LOCK = 0x5EC  # one migration at a time on a PostgreSQL that several machines share


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    run(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: sa.Engine, revision: str) -> None:
    run(engine, lambda config: command.downgrade(config, revision))


def check(engine: sa.Engine) -> None:
    """Raise unless the models and the migrated tables are the same."""
    run(engine, command.check)


def revisions() -> list[str]:
    """Every revision, oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


def head() -> str | None:
    """The revision this version of the product wants."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config(**attributes: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes.update(attributes)
    return config


def run(engine: sa.Engine, action: Callable[[Config], Any]) -> None:
    """Let Alembic act on this database, in one transaction."""
    with _connection(engine) as connection:
        action(_config(connection=connection))


@contextmanager
def _connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction for the whole way. SQLite rebuilds tables, so its foreign keys are checked at the end instead."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                yield connection
            return
        connection.detach()  # closed afterwards: nobody else meets a connection without foreign keys
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")  # type: ignore[attr-defined]
        with connection.begin():
            yield connection
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                raise RuntimeError(f"rows that point nowhere: {broken[:5]}")
