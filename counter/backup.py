"""One file that holds an installation: a snapshot of the database, the sealed files, the audit heads, the master key.

The database inside is always SQLite, wherever it came from, so a backup of either kind restores into either kind.
"""

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from counter import audit_check, extensions, installation, models
from counter.config import VERSION
from counter.database import make_engine, sqlite_file
from counter.models.audit import AuditChain
from counter.models.base import Base
from counter.models.organisation import Installation
from counter.services import audit

FORMAT = 1
DATABASE = "database.sqlite"
MANIFEST = "manifest.json"
HEADS = "audit-heads"
FOLDERS = ("blobs", "offices")
_BATCH = 2_000


class Damaged(Exception):
    """The file is no backup of ours, or it was changed; nothing was restored."""


class NotEmpty(Exception):
    """There is an installation here already; restoring would overwrite it."""


def write(settings: Mapping[str, Any], target: Path) -> dict[str, Any]:
    """Back up while serving. The file appears whole and verified, or not at all. Returns its manifest."""
    part = target.with_name(target.name + ".part")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        snapshot = Path(folder) / DATABASE
        _snapshot(settings, snapshot)
        # After the snapshot: a sealed file is on disk before a row names it, so every named one is here.
        with part.open("xb") as handle:
            part.chmod(0o600)
            with tarfile.open(fileobj=handle, mode="w") as archive:
                manifest = _pack(archive, settings, snapshot)
            handle.flush()
            os.fsync(handle.fileno())
    try:
        verify(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def verify(file: Path) -> dict[str, Any]:
    """Every member against its digest; raises Damaged. Returns the manifest."""
    try:
        with tarfile.open(file, "r:") as archive:
            found = {member.name: _digest(archive.extractfile(member)) for member in archive if member.isfile()}
            manifest: dict[str, Any] = json.load(archive.extractfile(MANIFEST))  # type: ignore[arg-type]
    except (tarfile.TarError, KeyError, ValueError, OSError) as error:
        raise Damaged(f"{file} is no backup: {error}") from error
    found.pop(MANIFEST)
    if manifest.get("format") != FORMAT or found != manifest["files"]:
        wrong = sorted(name for name in {*found, *manifest["files"]} if found.get(name) != manifest["files"].get(name))
        raise Damaged(f"{file} was changed or cut: {', '.join(wrong[:5]) or 'an unknown format'}")
    return manifest


def restore(settings: Mapping[str, Any], file: Path, *, force: bool = False) -> dict[str, Any]:
    """Put an installation back, verified before and after. The database changes in one transaction, even while serving."""
    manifest = verify(file)
    instance: Path = settings["INSTANCE"]
    if not force and not _empty(settings):
        raise NotEmpty(f"{instance} holds an installation already. To overwrite it: restore --force")
    instance.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=instance, prefix=".restore-") as folder:
        unpacked = Path(folder)
        with tarfile.open(file, "r:") as archive:
            _unpack(archive, unpacked)
        snapshot = _engine(unpacked / DATABASE)
        installation.upgrade(snapshot)
        _place_key(settings, unpacked, manifest)
        for name in FOLDERS:
            if (unpacked / name).exists():
                shutil.copytree(unpacked / name, instance / name, dirs_exist_ok=True)
        _fill(settings, snapshot, unpacked / DATABASE)
        snapshot.dispose()
        _place_heads(unpacked / HEADS, settings["AUDIT_HEADS"])
    _conclude(settings, manifest)
    return manifest


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Plain files, inside ``folder`` only. Debian 12's Python has no extraction filters."""
    for member in archive:
        target = (folder / member.name).resolve()
        content = archive.extractfile(member) if member.isreg() else None
        if content is None or not target.is_relative_to(folder.resolve()):
            raise Damaged(f"{member.name} has no place in a backup")
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            shutil.copyfileobj(content, file)


def _snapshot(settings: Mapping[str, Any], target: Path) -> None:
    engine = make_engine(settings["DATABASE_URL"])
    try:
        file = sqlite_file(engine)
        if file is not None:
            with (
                closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as live,
                closing(sqlite3.connect(target)) as copy,
            ):
                live.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
        else:
            target.touch()
            copied = _engine(target)
            installation.upgrade(copied)
            _copy(engine, copied)
            copied.dispose()
    finally:
        engine.dispose()


def _pack(archive: tarfile.TarFile, settings: Mapping[str, Any], snapshot: Path) -> dict[str, Any]:
    engine = _engine(snapshot)
    with engine.connect() as connection:
        rows = _counts(connection)
        identity, fingerprint = connection.execute(sa.select(Installation.id, Installation.master_fingerprint)).one()
        ends = dict(connection.execute(sa.select(AuditChain.chain, AuditChain.sequence)).all())
    engine.dispose()
    files: dict[str, str] = {}
    for path, name in _members(settings, snapshot, ends):
        try:
            archive.add(path, name, recursive=False)
        except FileNotFoundError:
            continue  # erased meanwhile
        with path.open("rb") as handle:
            files[name] = _digest(handle)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "installation": identity,
        "master_fingerprint": fingerprint,
        "rows": rows,
        "files": files,
    }
    content = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))
    return manifest


def _members(settings: Mapping[str, Any], snapshot: Path, ends: Mapping[str, int]) -> Iterator[tuple[Path, str]]:
    yield snapshot, DATABASE
    key: Path = settings["MASTER_KEY_FILE"]
    if key.resolve().is_relative_to(settings["INSTANCE"]):
        yield key, "master.key"
    # Heads that left after the snapshot are not the snapshot's.
    heads = snapshot.parent / HEADS
    for chain, left in audit_check.read_heads(settings["AUDIT_HEADS"]).items():
        for sequence, head in left.items():
            if sequence <= ends.get(chain, 0):
                audit_check.write_head(heads, chain, sequence, bytes.fromhex(head))
    for name, folder in ((HEADS, heads), *((name, settings["INSTANCE"] / name) for name in FOLDERS)):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path, f"{name}/{path.relative_to(folder)}"


def _fill(settings: Mapping[str, Any], snapshot: sa.Engine, file: Path) -> None:
    """The snapshot's rows into the installation's database, all or nothing; counted afterwards."""
    installation.create_file(settings)
    engine = make_engine(settings["DATABASE_URL"])
    try:
        with snapshot.connect() as connection:
            wanted = _counts(connection)
        live_file = sqlite_file(engine)
        if live_file is not None:
            with closing(sqlite3.connect(file)) as copy, closing(sqlite3.connect(live_file, timeout=60)) as live:
                copy.backup(live)
        else:
            installation.upgrade(engine)
            _copy(snapshot, engine)
        with engine.connect() as connection:
            if _counts(connection) != wanted:
                raise Damaged("the restored database does not have the rows of the backup")
    finally:
        engine.dispose()


def _copy(source: sa.Engine, target: sa.Engine) -> None:
    """Every row of our tables, as one moment saw them; what the target held before is gone."""
    tables = _tables()
    with source.connect() as reading, target.begin() as writing:
        if source.dialect.name == "postgresql":
            reading = reading.execution_options(isolation_level="REPEATABLE READ")
        for table in reversed(tables):
            writing.execute(table.delete())
        for table in tables:
            rows = reading.execution_options(yield_per=_BATCH).execute(table.select().order_by(*_parents_first(table)))
            for batch in rows.mappings().partitions():
                writing.execute(table.insert(), [dict(row) for row in batch])
        if target.dialect.name == "postgresql":
            _continue_sequences(writing, tables)


def _parents_first(table: sa.Table) -> list[sa.ColumnElement[Any]]:
    """A table that points into itself (keys under their root) is filled from its roots."""
    own = [key.parent for key in table.foreign_keys if key.column.table is table]
    return [column.is_not(None) for column in own] + list(table.primary_key)


def _continue_sequences(connection: sa.Connection, tables: list[sa.Table]) -> None:
    for table in tables:
        column = table.autoincrement_column
        if column is not None:
            highest = connection.scalar(sa.select(sa.func.max(column)))
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(sa.select(sa.func.setval(sequence, highest or 1, highest is not None)))


def _counts(connection: sa.Connection) -> dict[str, int]:
    return {table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in _tables()}


def _tables() -> list[sa.Table]:
    models.load_all()
    return list(Base.metadata.sorted_tables)


def _place_key(settings: Mapping[str, Any], unpacked: Path, manifest: dict[str, Any]) -> None:
    key: Path = settings["MASTER_KEY_FILE"]
    packed = unpacked / "master.key"
    if packed.exists():
        key.parent.mkdir(parents=True, exist_ok=True)
        packed.chmod(0o600)
        shutil.move(packed, key)
    opened = installation.vault(settings)
    if opened is None or opened.fingerprint != manifest["master_fingerprint"]:
        raise Damaged(f"this backup was made without its master key; put that key at {key} first")


def _place_heads(source: Path, target: Path) -> None:
    """The heads that were here stay beside the restored ones: they tell what the restore undid."""
    if target.exists() and any(target.iterdir()):
        target.rename(target.with_name(f"{target.name}.replaced-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}"))
    if source.exists():
        shutil.copytree(source, target, dirs_exist_ok=True)


def _conclude(settings: Mapping[str, Any], manifest: dict[str, Any]) -> None:
    store = extensions.connect(settings)
    with store.scope() as session:
        audit.record(
            session,
            audit.PLATFORM,
            "operator",
            "restore",
            manifest["installation"],
            {"made_at": manifest["made_at"], "database": manifest["files"][DATABASE]},
        )
        session.commit()
        installation.mark(session, settings)
    store.engine.dispose()


def _empty(settings: Mapping[str, Any]) -> bool:
    if (settings["INSTANCE"] / installation.MARKER).exists() or settings["MASTER_KEY_FILE"].exists():
        return False
    engine = make_engine(settings["DATABASE_URL"])
    try:
        return installation.found(engine) is None
    finally:
        engine.dispose()


def _engine(file: Path) -> sa.Engine:
    return make_engine(f"sqlite:///{file}")


def _digest(handle: Any) -> str:
    return hashlib.file_digest(handle, "sha256").hexdigest()
