"""The tables' history leads to the models, forwards and backwards, with rows in the tables, on both databases."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config

from counter import migrations
from counter.database import make_engine
from tests import databases

MOMENT = dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        (tmp_path / "empty.sqlite").touch()
        engine = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        yield engine
        engine.dispose()
        return
    server: databases.PostgreSQL = request.getfixturevalue("_postgresql")
    home = databases.Home(tmp_path, server.create("empty"))
    engine = make_engine(home.url)
    yield engine
    engine.dispose()
    server.drop(home)


def tables(engine: sa.Engine) -> list[sa.Table]:
    found = sa.MetaData()
    found.reflect(engine)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def counts(engine: sa.Engine) -> dict[str, int]:
    present = tables(engine)
    with engine.connect() as connection:
        return {table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in present}


def fill(engine: sa.Engine) -> None:
    """One row a table, each pointing at the row before it."""
    present = tables(engine)
    with engine.begin() as connection:
        for table in present:
            connection.execute(table.insert(), {column.name: value(column) for column in table.columns})


def value(column: sa.Column[Any]) -> Any:
    """The same for the same name and type, so that rows fit together."""
    if any(key.column.table is column.table for key in column.foreign_keys):
        return None
    match column.type:
        case sa.Boolean():
            return True
        case sa.Integer():
            return 1
        case sa.DateTime():
            return MOMENT if column.type.timezone else MOMENT.replace(tzinfo=None)
        case sa.LargeBinary():
            return b"x"
        case sa.JSON():
            return {"a": ["髙"]}
        case sa.Float() | sa.Numeric():
            return 1
        case sa.Date():
            return MOMENT.date()
        case _:
            return "x"


def test_the_history_leads_to_the_models(engine: sa.Engine) -> None:
    migrations.upgrade(engine)
    migrations.check(engine)


@pytest.mark.parametrize("revision", migrations.revisions())
def test_each_step_goes_forth_and_back_with_rows(engine: sa.Engine, revision: str) -> None:
    history = ["base", *migrations.revisions()]
    before = history[history.index(revision) - 1]
    if before != "base":
        migrations.upgrade(engine, before)
        fill(engine)
    kept = counts(engine)
    migrations.upgrade(engine, revision)
    assert counts(engine).items() >= kept.items(), "rows were lost"
    if before == "base":
        fill(engine)
        assert set(counts(engine).values()) == {1}
    migrations.downgrade(engine, before)
    assert counts(engine).items() >= kept.items(), "rows were lost on the way back"
    migrations.upgrade(engine)


def test_back_to_the_beginning_leaves_nothing(engine: sa.Engine) -> None:
    migrations.upgrade(engine)
    fill(engine)
    migrations.downgrade(engine, "base")
    assert tables(engine) == []


def test_a_step_that_fails_changes_nothing(engine: sa.Engine) -> None:
    migrations.upgrade(engine)
    fill(engine)
    before, last = counts(engine), tables(engine)[-1]

    def fail(config: Config) -> None:
        config.attributes["connection"].execute(last.delete())
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        migrations.run(engine, fail)
    assert counts(engine) == before


def test_upgrading_twice_changes_nothing(engine: sa.Engine) -> None:
    migrations.upgrade(engine)
    fill(engine)
    before = counts(engine)
    migrations.upgrade(engine)
    assert counts(engine) == before
