"""Setting up, and refusing to start over a loss: the master key, the database and the folder must belong together."""

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.orm import Session

from counter import ids, tenancy
from counter.database import make_engine, sqlite_file
from counter.models.organisation import BackOffice, Installation, Ward
from counter.services import audit
from counter.vault import PLATFORM, Vault

MARKER = "installation"


class Refused(Exception):
    """Going on would hide a loss; the message says what is missing and what to do."""


def vault(settings: Mapping[str, Any]) -> Vault | None:
    """The vault of the master key file; None while there is none yet."""
    file: Path = settings["MASTER_KEY_FILE"]
    if not file.exists():
        return None
    text = file.read_text("ascii").strip()
    try:
        return Vault(bytes.fromhex(text))
    except ValueError as error:
        raise Refused(f"{file} holds no master key (64 hexadecimal digits).") from error


def check(settings: Mapping[str, Any], engine: sa.Engine, *, serving: bool = False) -> None:
    """Raise Refused unless all is there and belongs together, or all is new and nobody is served yet.

    A database that cannot be reached is not lost: that passes, and requests are answered 503.
    """
    marker: Path = settings["INSTANCE"] / MARKER
    key_file: Path = settings["MASTER_KEY_FILE"]
    expected = marker.read_text("ascii").strip() if marker.exists() else None
    if expected and _file_missing(engine):
        raise Refused(
            f"The database {sqlite_file(engine)} is missing, but this installation had one ({marker}). "
            "Restore a backup: flask --app wsgi restore FILE. No empty database is made over a lost one."
        )
    try:
        existing = found(engine)
    except exc.OperationalError:
        return
    if existing is None:
        if expected:
            raise Refused(
                f"The database is not the one of this installation ({marker}): it is empty. "
                "Restore a backup: flask --app wsgi restore FILE."
            )
        if serving:
            raise Refused("There is no installation yet. Make one: flask --app wsgi migrate")
        return
    if not key_file.exists():
        raise Refused(
            f"The master key {key_file} is missing, but the database exists. Without it nothing in it can "
            "be read. Put the key back (COUNTER_MASTER_KEY_FILE) or restore a backup."
        )
    opened = vault(settings)
    if opened is None or existing.master_fingerprint != opened.fingerprint:
        raise Refused(f"The master key {key_file} is not the one this database was made with.")
    if expected and existing.id != expected:
        raise Refused(f"The database belongs to another installation than {marker} says.")


def migrate(settings: Mapping[str, Any]) -> None:
    """A new installation where there is none, and this version's tables in any case. Raises Refused over a loss."""
    from counter import extensions
    from counter.services import sheets

    engine = make_engine(settings["DATABASE_URL"])
    try:
        check(settings, engine)
        opened = create_master_key(settings)
        create_file(settings)
        upgrade(engine)
    finally:
        engine.dispose()
    store = extensions.connect(settings)
    with store.scope() as session:
        settle(session, opened)
        sheets.remember_all(session)
        session.commit()
        mark(session, settings)
    store.engine.dispose()


def upgrade(engine: sa.Engine) -> None:
    """Bring our tables and the job engine's to this version."""
    from counter import migrations
    from counter.jobs import engine as jobs

    migrations.upgrade(engine)
    jobs.prepare(engine)


def create_master_key(settings: Mapping[str, Any]) -> Vault:
    """Make the master key, readable by its owner alone, or load the one that is there."""
    file: Path = settings["MASTER_KEY_FILE"]
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(secrets.token_hex(32) + "\n")
            handle.flush()
            os.fsync(handle.fileno())
    loaded = vault(settings)
    assert loaded is not None
    return loaded


def create_file(settings: Mapping[str, Any]) -> None:
    """For SQLite, the file that the engine will not make by itself."""
    url = sa.make_url(settings["DATABASE_URL"])
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        Path(url.database).touch(mode=0o600)


def settle(session: Session, opened: Vault) -> None:
    """The rows every installation has: itself, the wards, their offices, the root keys. Repeating changes nothing."""
    from forms.routing import OFFICES
    from forms.wards import WARDS

    if session.scalars(sa.select(Installation)).one_or_none() is None:
        session.add(Installation(id=ids.new_id(), master_fingerprint=opened.fingerprint))
        opened.new_root(session, PLATFORM)
        audit.new_chain(session, audit.PLATFORM)
    with tenancy.all_wards(session, "every ward is set up at once"):
        for ward in WARDS.values():
            if session.get(Ward, ward.code) is None:
                session.add(Ward(code=ward.code, name=ward.name, kana=ward.kana, romaji=ward.romaji))
                session.flush()
                opened.new_root(session, ward.code)
                audit.new_chain(session, ward.code)
            for code, name in OFFICES.items():
                if session.get(BackOffice, (ward.code, code)) is None:  # a name that the ward gave stays
                    session.add(BackOffice(ward=ward.code, code=code, name=name))
        session.flush()


def mark(session: Session, settings: Mapping[str, Any]) -> None:
    """Remember outside the database that there is one."""
    marker: Path = settings["INSTANCE"] / MARKER
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(session.scalars(sa.select(Installation.id)).one() + "\n", "ascii")


def found(engine: sa.Engine) -> Installation | None:
    if _file_missing(engine):
        return None
    with Session(engine) as session:
        if not sa.inspect(session.connection()).has_table("installation"):
            return None
        return session.scalars(sa.select(Installation)).one_or_none()


def _file_missing(engine: sa.Engine) -> bool:
    file = sqlite_file(engine)
    return file is not None and (not file.exists() or file.stat().st_size == 0)


def main() -> None:
    """What `flask --app wsgi migrate` does, without loading the web application: ./run starts sooner."""
    from counter import config

    try:
        migrate(config.load())
    except Refused as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()
