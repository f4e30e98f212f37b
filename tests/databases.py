"""Databases for tests: a fresh installation a test, copied from a template that is made once a process."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from counter import config, installation
from counter.database import make_engine


@dataclass(frozen=True, slots=True)
class Home:
    """An installation: its folder and where its database is."""

    instance: Path
    url: str

    @property
    def settings(self) -> dict[str, object]:
        return {"INSTANCE": self.instance, "DATABASE_URL": self.url}

    @property
    def environment(self) -> dict[str, str]:
        """For a process of its own: gunicorn, a worker, a command."""
        return {**os.environ, "COUNTER_INSTANCE": str(self.instance), "COUNTER_DATABASE_URL": self.url}


def make(home: Home) -> Home:
    """A new installation, migrated and settled."""
    installation.migrate(config.load(home.settings))
    return home


class SQLite:
    """Copies of one file."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._template = make(Home(folder / "sqlite", f"sqlite:///{folder / 'sqlite' / 'counter.sqlite'}"))

    def fresh(self, instance: Path) -> Home:
        shutil.copytree(self._template.instance, instance, dirs_exist_ok=True)
        return Home(instance, f"sqlite:///{instance / 'counter.sqlite'}")

    def drop(self, home: Home) -> None:
        """The file goes with the test's folder."""


class PostgreSQL:
    """Databases made from one template, on a server of our own."""

    name = "postgresql"

    def __init__(self, server: str, folder: Path) -> None:
        self._server = server
        self._made = 0
        self._prefix = f"w{os.getpid()}"
        self.create("template")
        self._template = make(Home(folder / "postgresql", self.url("template")))

    def url(self, name: str) -> str:
        return self._server.replace("/postgres?", f"/{self._prefix}_{name}?")

    def create(self, name: str, template: str = "template0") -> str:
        self._run(f'CREATE DATABASE "{self._prefix}_{name}" TEMPLATE "{template}"')
        return self.url(name)

    def fresh(self, instance: Path) -> Home:
        self._made += 1
        name = f"t{self._made}"
        shutil.copytree(self._template.instance, instance, dirs_exist_ok=True)
        return Home(instance, self.create(name, f"{self._prefix}_template"))

    def drop(self, home: Home) -> None:
        self._run(f'DROP DATABASE "{sa.make_url(home.url).database}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        engine = make_engine(self._server)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


@contextmanager
def postgres_server() -> Iterator[str]:
    """A private server on a socket in a folder of its own; gives the URL of its first database.

    PostgreSQL refuses to run as root, so root hands it to the account that Debian's package makes.
    """
    folder = Path(tempfile.mkdtemp(prefix="counter-pg-"))
    programs = _programs()
    prefix: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]

    def run(*command: str) -> None:
        done = subprocess.run([*prefix, *command], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")

    data = str(folder / "data")
    run(f"{programs}/initdb", "-D", data, "-U", "counter", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=60"
    # pg_ctl leaves the server holding whatever it inherited, so its output goes to a file and never to a pipe.
    run(f"{programs}/pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://counter@/postgres?host={folder}"
    finally:
        run(f"{programs}/pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[4]))
    if not found:
        raise RuntimeError("PostgreSQL is not installed: ./test installs it (Debian package postgresql)")
    return found[-1].parent
