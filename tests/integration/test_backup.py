"""A backup holds everything, says when it was damaged, and comes back into either kind of database."""

import tarfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from counter import backup, config, extensions, tenancy
from counter.models.draft import Draft
from counter.models.organisation import BackOffice, Ward
from counter.services import audit
from counter.vault import Vault
from tests import databases
from tests.conftest import both_backends
from tests.databases import Home


def filled(home: Home) -> tuple[dict[str, object], str]:
    """An installation with a sealed draft, an audit event and a sealed file."""
    settings = config.load(home.settings)
    store = extensions.connect(settings)
    with store.scope() as session:
        assert store.vault is not None
        key = store.vault.new_key(session, "draft")
        draft = Draft(
            id="D" * 17,
            owner_hash=b"o" * 32,
            key_id=key,
            content=store.vault.seal(session, key, "draft:content:" + "D" * 17, {"name": "渋谷 花子"}),
            nonce="nonce",
            expires_at=backup.dt.datetime(2030, 1, 1, tzinfo=backup.dt.UTC),
        )
        session.add(draft)
        audit.record(session, "131083", "staff:1", "look", "X" * 17)
    store.engine.dispose()
    for folder in ("blobs", "blobs/enclosures"):
        blob = home.instance / folder / "AB" / "ABC"
        blob.parent.mkdir(parents=True)
        blob.write_bytes(b"sealed scan")
    return settings, key


def opened(settings: dict[str, object], key: str) -> object:
    store = extensions.connect(settings)
    with store.scope(write=False) as session:
        vault = store.vault
        assert isinstance(vault, Vault)
        draft = session.get_one(Draft, "D" * 17)
        value = vault.open(session, key, "draft:content:" + draft.id, draft.content)
    store.engine.dispose()
    return value


@both_backends
def test_what_was_backed_up_comes_back_on_an_empty_machine(home: Home, tmp_path: Path) -> None:
    settings, key = filled(home)
    file = tmp_path / "backup.tar"
    backup.write(settings, file)
    assert file.stat().st_mode & 0o077 == 0

    elsewhere = config.load({"INSTANCE": tmp_path / "elsewhere", "DATABASE_URL": ""})
    backup.restore(elsewhere, file)
    assert opened(elsewhere, key) == {"name": "渋谷 花子"}
    for folder in ("blobs", "blobs/enclosures"):
        assert (tmp_path / "elsewhere" / folder / "AB" / "ABC").read_bytes() == b"sealed scan"
    store = extensions.connect(elsewhere)
    with store.scope(write=False) as session:
        assert audit.verify(session, elsewhere["AUDIT_HEADS"]) == []
        assert session.scalar(sa.select(sa.func.count()).select_from(Ward)) == 23
    store.engine.dispose()


def test_a_backup_of_sqlite_comes_back_into_postgresql(
    home: Home, tmp_path: Path, _postgresql: databases.PostgreSQL
) -> None:
    settings, key = filled(home)
    file = tmp_path / "backup.tar"
    backup.write(settings, file)
    target = Home(tmp_path / "elsewhere", _postgresql.create("restored"))
    elsewhere = config.load(target.settings)
    backup.restore(elsewhere, file)
    assert opened(elsewhere, key) == {"name": "渋谷 花子"}
    _postgresql.drop(target)


def test_an_installation_is_not_overwritten_unless_forced(home: Home, tmp_path: Path) -> None:
    settings, _ = filled(home)
    file = tmp_path / "backup.tar"
    backup.write(settings, file)
    with pytest.raises(backup.NotEmpty):
        backup.restore(settings, file)
    backup.restore(settings, file, force=True)


@both_backends
def test_restoring_while_serving_takes_back_what_came_later(home: Home, client: FlaskClient, tmp_path: Path) -> None:
    settings, key = filled(home)
    file = tmp_path / "backup.tar"
    backup.write(settings, file)
    assert client.get("/healthz").status_code == 200
    store = extensions.connect(settings)
    with store.scope() as session:
        session.delete(session.get_one(Draft, "D" * 17))
        audit.record(session, "131083", "staff:1", "erase", "X" * 17)
    store.engine.dispose()

    backup.restore(settings, file, force=True)
    assert client.get("/healthz").status_code == 200
    assert opened(settings, key) == {"name": "渋谷 花子"}
    left = [folder for folder in home.instance.iterdir() if folder.name.startswith("audit-heads.replaced-")]
    assert len(left) == 1, "the heads that tell of the undone events are kept"
    store = extensions.connect(settings)
    with store.scope(write=False) as session:
        assert audit.verify(session, home.instance / "audit-heads") == []
        assert audit.verify(session, left[0]) != []
    store.engine.dispose()


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_a_damaged_backup_is_refused(home: Home, tmp_path: Path, where: float) -> None:
    settings, _ = filled(home)
    file = tmp_path / "backup.tar"
    backup.write(settings, file)
    content = bytearray(file.read_bytes())
    with tarfile.open(file) as archive:
        member = archive.getmember(backup.DATABASE)
        content[member.offset_data + int(member.size * where)] ^= 1
    file.write_bytes(content)
    with pytest.raises(backup.Damaged):
        backup.restore(config.load({"INSTANCE": tmp_path / "elsewhere"}), file)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("cut", [0, 100, 5000])
def test_a_cut_backup_is_refused(home: Home, tmp_path: Path, cut: int) -> None:
    settings, _ = filled(home)
    file = tmp_path / "backup.tar"
    backup.write(settings, file)
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(backup.Damaged):
        backup.verify(file)


def test_a_key_that_lies_apart_stays_apart(home: Home, tmp_path: Path) -> None:
    settings, key = filled(home)
    apart = tmp_path / "safe" / "master.key"
    apart.parent.mkdir()
    (home.instance / "master.key").rename(apart)
    settings = config.load({**home.settings, "MASTER_KEY_FILE": apart})
    file = tmp_path / "backup.tar"
    assert "master.key" not in backup.write(settings, file)["files"]

    elsewhere = {"INSTANCE": tmp_path / "elsewhere", "DATABASE_URL": ""}
    with pytest.raises(backup.Damaged, match="without its master key"):
        backup.restore(config.load(elsewhere), file)
    backup.restore(config.load({**elsewhere, "MASTER_KEY_FILE": apart}), file, force=True)
    assert opened(config.load({**elsewhere, "MASTER_KEY_FILE": apart}), key) == {"name": "渋谷 花子"}


def test_every_ward_is_there_with_its_offices(home: Home) -> None:
    store = extensions.connect(config.load(home.settings))
    with store.scope(write=False) as session, tenancy.all_wards(session, "test"):
        wards = set(session.scalars(sa.select(BackOffice.ward).distinct()))
    store.engine.dispose()
    assert len(wards) == 23
