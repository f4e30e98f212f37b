"""What every test may ask for: an installation of its own (SQLite; both with `both_backends`), an app, a session."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from counter import config, create_app, extensions
from counter.extensions import CounterSession, Store
from counter.vault import Vault
from tests import databases
from tests.databases import Home

both_backends = pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)


SLOW = ("/e2e/", "/test_kill", "/test_canary", "/unit/ocr/", "/test_printing", "/test_read_command", "/test_mutants")
"""Files that take long: they begin first, so that the processes end together."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the large runs too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not any(part in item.path.as_posix() for part in SLOW))
    if not config.getoption("--long"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="a large run: --long"))


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether this is a large run: more rounds, more seeds."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def _sqlite(tmp_path_factory: pytest.TempPathFactory) -> databases.SQLite:
    return databases.SQLite(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a private PostgreSQL server of this test process."""
    with databases.postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def _postgresql(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> databases.PostgreSQL:
    return databases.PostgreSQL(postgres, tmp_path_factory.mktemp("template"))


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> databases.SQLite | databases.PostgreSQL:
    """SQLite, unless the test says `@both_backends`."""
    name = getattr(request, "param", "sqlite")
    made: databases.SQLite | databases.PostgreSQL = request.getfixturevalue(f"_{name}")
    return made


@pytest.fixture
def home(backend: databases.SQLite | databases.PostgreSQL, tmp_path: Path) -> Iterator[Home]:
    """A fresh installation: master key, tables, wards, offices."""
    made = backend.fresh(tmp_path / "instance")
    yield made
    backend.drop(made)


@pytest.fixture
def settings() -> dict[str, Any]:
    """What a test module overrides in the app's configuration."""
    return {}


@pytest.fixture
def app(home: Home, settings: dict[str, Any]) -> Iterator[Flask]:
    app = create_app(
        {"TESTING": True, "RATELIMIT_ENABLED": False, "WTF_CSRF_ENABLED": False, **home.settings, **settings}
    )
    yield app
    app.extensions["store"].engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    """The installation's database without Flask, as jobs and commands use it."""
    made = extensions.connect(config.load(home.settings))
    yield made
    made.engine.dispose()


@pytest.fixture
def session(store: Store) -> Iterator[CounterSession]:
    """A writing session without a ward: say tenant() or all_wards() first."""
    with store.session() as session:
        yield session


@pytest.fixture
def vault(store: Store) -> Vault:
    assert store.vault is not None
    return store.vault
