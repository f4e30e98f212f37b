"""Files that a scanner lays into a ward's folder are taken once, whole, and only if they are what they seem."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from counter.extensions import Store
from counter.jobs import watch
from counter.jobs.watch import Watch
from counter.models.intake import Batch, FileState, ScanFile
from tests.conftest import both_backends
from tests.moves import KOTO, SHIBUYA
from tests.papers import Reader, picture, read_all
from tests.staff import rows

LATER = dt.timedelta(seconds=10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "scanner" / KOTO
    made.mkdir(parents=True)
    return made


@pytest.fixture
def watching(store: Store, instance: Path, folder: Path) -> Watch:
    return Watch(store, instance, folder.parent)


def look(watching: Watch, *, after: dt.timedelta = LATER) -> int:
    """Twice, for a file is taken when it has not changed since it was last looked at."""
    now = dt.datetime.now(dt.UTC) + after
    return watching.look(now) + watching.look(now)


@both_backends
def test_what_a_scanner_writes_becomes_one_batch_of_that_day(
    watching: Watch, folder: Path, store: Store, reader: Reader, instance: Path, desk: FlaskClient
) -> None:
    for number in range(3):
        (folder / f"{number}.tiff").write_bytes(picture())
    (folder / "writing.tiff.part").write_bytes(b"II*")
    assert look(watching) == 3
    assert look(watching) == 0
    (batch,) = rows(store, KOTO, Batch)
    assert (batch.source, batch.created_by) == ("folder", "folder")
    assert batch.counter_date == dt.datetime.now(watch.JST).date()
    assert sorted(file.name for file in (folder / "done").iterdir()) == ["0.tiff", "1.tiff", "2.tiff"]
    assert [file.name for file in folder.iterdir() if file.is_file()] == ["writing.tiff.part"]
    (folder / "0.tiff").write_bytes(picture())
    assert look(watching) == 1, "the next joins the batch, whatever its name"
    assert len(rows(store, KOTO, Batch)) == 1
    assert len(read_all(store, instance)) == 4
    assert "スキャナーのフォルダーから" in desk.get(f"/desk/batches/{batch.id}").text
    assert (folder / "done" / "0-2.tiff").exists()


def test_a_crash_between_taking_and_moving_takes_nothing_twice(
    watching: Watch, folder: Path, store: Store, reader: Reader, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = picture()
    (folder / "a.tiff").write_bytes(data)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as crash:
        crash.setattr(watch.os, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            look(watching)
    assert look(Watch(store, instance, folder.parent)) == 0
    assert len(rows(store, KOTO, ScanFile)) == 1
    assert (folder / "done" / "a.tiff").exists()
    (folder / "b.tiff").write_bytes(data)  # the same paper once more: told to a clerk, not dropped
    assert look(watching) == 1
    assert sorted(file.state for file in rows(store, KOTO, ScanFile)) == [FileState.HELD, FileState.WAITING]


def test_what_is_no_plain_file_of_the_folder_is_put_aside_with_a_reason(
    watching: Watch, folder: Path, tmp_path: Path, store: Store, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"%PDF-1.7 secret %%EOF")
    (folder / "link.pdf").symlink_to(secret)
    os.link(secret, folder / "hard.pdf")
    os.mkfifo(folder / "pipe.pdf")
    (folder / "empty.pdf").touch()
    (folder / "large.tiff").write_bytes(picture(2))
    monkeypatch.setattr(watch, "MOST_BYTES", 20_000)
    assert look(watching, after=dt.timedelta(seconds=watch.PATIENCE + 1)) == 0
    reasons = {file.name: file.read_text("utf-8").strip() for file in (folder / "failed").glob("*.txt")}
    assert reasons == {
        "link.pdf.txt": watch.NOT_A_FILE, "pipe.pdf.txt": watch.NOT_A_FILE, "hard.pdf.txt": watch.NOT_OURS,
        "empty.pdf.txt": watch.EMPTY, "large.tiff.txt": watch.TOO_LARGE,
    }  # fmt: skip
    assert secret.read_bytes().startswith(b"%PDF")
    assert rows(store, KOTO, ScanFile) == []


def test_a_file_is_taken_when_its_writer_is_done(watching: Watch, folder: Path, store: Store, reader: Reader) -> None:
    now = dt.datetime.now(dt.UTC)
    growing = folder / "a.pdf"
    growing.write_bytes(b"%PDF-1.7 half")
    assert watching.look(now + LATER) == 0
    assert watching.look(now + LATER) == 0, "a PDF without its end is still being written"
    with growing.open("ab") as file:
        file.write(b" whole %%EOF")
    assert watching.look(now + LATER) == 0, "it has just changed"
    assert watching.look(now + LATER) == 1


def test_folders_of_other_wards_and_strange_ones_are_kept_apart(
    watching: Watch, folder: Path, tmp_path: Path, store: Store, reader: Reader
) -> None:
    (folder.parent / "000000").mkdir()
    (folder.parent / "000000" / "a.tiff").write_bytes(picture())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.tiff").write_bytes(picture())
    (folder.parent / SHIBUYA).symlink_to(elsewhere)
    assert look(watching) == 0
    assert rows(store, SHIBUYA, ScanFile) == []
    (folder / "done").symlink_to(elsewhere)
    (folder / "b.tiff").write_bytes(picture())
    assert look(watching) == 1
    assert [file.name for file in elsewhere.iterdir()] == ["a.tiff"], "moved out of the folder through a link"


def test_a_full_disk_leaves_the_file_where_it_is(
    watching: Watch, folder: Path, store: Store, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.tiff").write_bytes(picture())
    with monkeypatch.context() as full:
        full.setattr("counter.services.blobs.os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
        assert look(watching) == 0
    assert (folder / "a.tiff").exists()
    assert rows(store, KOTO, ScanFile) == []
    watching._not_before.clear()
    assert look(watching) == 1


def test_copies_of_what_was_taken_do_not_stay(watching: Watch, folder: Path, reader: Reader) -> None:
    (folder / "a.tiff").write_bytes(picture())
    look(watching)
    watching._swept = 0.0
    watching.look(dt.datetime.now(dt.UTC) + dt.timedelta(days=8))
    assert list((folder / "done").iterdir()) == []
