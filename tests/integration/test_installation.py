"""The counter refuses to start over a loss, in words that say what to do."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from counter import config, create_app, extensions, installation
from counter.installation import Refused
from counter.models.organisation import Installation
from tests.conftest import both_backends
from tests.databases import Home


def start(home: Home, **settings: Any) -> None:
    app = create_app({"TESTING": True, **home.settings, **settings})
    app.extensions["store"].engine.dispose()


@both_backends
def test_a_whole_installation_starts(home: Home) -> None:
    start(home)


@both_backends
def test_a_lost_master_key_stops_it(home: Home) -> None:
    (home.instance / "master.key").unlink()
    with pytest.raises(Refused, match=r"master key .* is missing, but the database exists"):
        start(home)
    with pytest.raises(Refused, match="master key"):
        installation.migrate(config.load(home.settings))
    assert not (home.instance / "master.key").exists(), "no new key was made over the lost one"


@both_backends
def test_another_master_key_stops_it(home: Home) -> None:
    (home.instance / "master.key").write_text("ab" * 32)
    with pytest.raises(Refused, match="not the one this database was made with"):
        start(home)


@pytest.mark.parametrize("content", ["", "ab" * 31, "zz" * 32, "ab" * 33])
def test_a_damaged_master_key_stops_it(home: Home, content: str) -> None:
    (home.instance / "master.key").write_text(content)
    with pytest.raises(Refused, match="holds no master key"):
        start(home)


@pytest.mark.parametrize("how", ["removed", "emptied"])
def test_a_lost_database_stops_it_and_none_is_made(home: Home, how: str) -> None:
    file = home.instance / "counter.sqlite"
    file.unlink() if how == "removed" else file.write_bytes(b"")
    for act in (lambda: start(home), lambda: installation.migrate(config.load(home.settings))):
        with pytest.raises(Refused, match="is missing, but this installation had one"):
            act()
    assert not file.exists() or file.stat().st_size == 0


def test_another_installations_database_stops_it(home: Home) -> None:
    store = extensions.connect(config.load(home.settings))
    with store.scope() as session:
        session.execute(sa.update(Installation).values(id="ANOTHER"))
    store.engine.dispose()
    with pytest.raises(Refused, match="another installation"):
        start(home)


def test_nothing_there_yet_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="flask --app wsgi migrate"):
        create_app({"INSTANCE": tmp_path / "new"})
    assert not (tmp_path / "new").exists()


def test_migrating_again_changes_nothing(home: Home) -> None:
    before = (home.instance / "master.key").read_bytes(), (home.instance / "installation").read_bytes()
    installation.migrate(config.load(home.settings))
    assert before == ((home.instance / "master.key").read_bytes(), (home.instance / "installation").read_bytes())


def test_secrets_are_readable_by_their_owner_alone(home: Home) -> None:
    for name in ("master.key", "counter.sqlite"):
        assert (home.instance / name).stat().st_mode & 0o077 == 0


def test_sessions_are_signed_with_a_key_of_their_own(home: Home) -> None:
    app = create_app({"TESTING": True, **home.settings})
    app.extensions["store"].engine.dispose()
    assert app.config["SECRET_KEY"] != bytes.fromhex((home.instance / "master.key").read_text())
    assert len(app.config["SECRET_KEY"]) == 32


def test_the_database_is_durable(home: Home) -> None:
    store = extensions.connect(config.load(home.settings))
    with store.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    store.engine.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}


@pytest.mark.parametrize(
    ("settings", "demo"),
    [
        ({}, True),
        ({"DATABASE_URL": "postgresql://db/counter"}, False),
        ({"TRUSTED_HOSTS": ["counter.example.jp"]}, False),
        ({"TRUSTED_HOSTS": ["localhost", "counter.example.jp"]}, False),
        ({"TRUSTED_HOSTS": []}, False),
        ({"BIND": "0.0.0.0:8000"}, False),
        ({"BIND": "[::]:8000"}, False),
        ({"BIND": ":8000"}, False),
        ({"BIND": "[::1]:8000"}, True),
    ],
)
def test_the_demo_exists_only_embedded_on_loopback(settings: dict[str, Any], demo: bool) -> None:
    assert config.load(settings)["DEMO"] is demo


def test_https_makes_cookies_strict() -> None:
    secure = config.load({"HTTPS": True})
    assert (secure["SESSION_COOKIE_NAME"], secure["SESSION_COOKIE_SECURE"]) == ("__Host-counter", True)
    assert config.load({})["SESSION_COOKIE_NAME"] == "counter"


def test_a_copy_of_the_folder_is_the_same_installation(home: Home, tmp_path: Path) -> None:
    shutil.copytree(home.instance, tmp_path / "copy")
    start(Home(tmp_path / "copy", f"sqlite:///{tmp_path / 'copy' / 'counter.sqlite'}"))
