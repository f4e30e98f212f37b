"""The watched folder: FOLDER/<ward code>/ is where scanners write. What is taken lies in done/, what cannot be in failed/."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from counter import tenancy
from counter.extensions import Store
from counter.locales import JST
from counter.services import watched
from counter.services.blobs import Blobs
from forms.wards import WARDS

log = logging.getLogger("counter.watch")

EVERY = 5.0
SETTLED = 4.0
"""Seconds that nothing was written to a file before it is taken."""
PATIENCE = 120.0
"""Seconds that a file without an end, or without anything, is waited for: its writer may have paused."""
AFTER_A_FAULT = 60.0
MOST_BYTES = 200 * 1024 * 1024
DONE, FAILED = "done", "failed"
BEING_WRITTEN = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".lock")

NOT_A_FILE = "ふつうのファイルではないため、取り込みませんでした（リンクなど）。"
NOT_OURS = "フォルダーの持ち主と違う人のファイル、またはほかの場所にもある（リンクされた）ファイルのため、取り込みませんでした。"
TOO_LARGE = f"ファイルが大きすぎます（上限{MOST_BYTES // (1024 * 1024)}MB）。分けて読み取ってください。"
EMPTY = "ファイルが空でした。もう一度読み取ってください。"
CLOSED = "ファイルを開く権限がないため、取り込めませんでした。"


@dataclass(frozen=True, slots=True)
class _Mark:
    """What tells a file from another of its name, and an unfinished one from itself later."""

    device: int
    inode: int
    size: int
    written: int

    @classmethod
    def of(cls, found: os.stat_result) -> _Mark:
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


class _Refused(Exception):
    """This file is not taken, for a reason that somebody at the scanner understands."""


class _Later(Exception):
    """Somebody is still writing it."""


class Watch:
    """One look after the other; what it remembers in between only saves work, never decides."""

    def __init__(self, store: Store, instance: Path, folder: Path, *, keep_days: int = 7) -> None:
        self._store, self._blobs, self._folder = store, Blobs(instance / "blobs"), folder
        self._keep = dt.timedelta(days=keep_days)
        self._seen: dict[tuple[str, str], _Mark] = {}
        self._not_before: dict[tuple[str, str], float] = {}
        self._swept = 0.0

    def look(self, now: dt.datetime | None = None) -> int:
        """Take what is ready in every ward's folder; returns how many files were taken."""
        now = now or dt.datetime.now(dt.UTC)
        taken = 0
        for ward in WARDS:
            with _opened(self._folder / ward) as place:
                if place is not None:
                    taken += self._ward(ward, place, now)
        if time.monotonic() - self._swept > 3600:
            self._swept = time.monotonic()
            self._sweep(now)
        return taken

    def _ward(self, ward: str, place: int, now: dt.datetime) -> int:
        taken, names = 0, [name for name in sorted(os.listdir(place)) if _may_be_a_scan(name)]
        for name in names:
            if self._not_before.get((ward, name), 0.0) > time.monotonic():
                continue
            try:
                taken += self._file(ward, place, name, now)
            except _Later:
                continue
            except _Refused as refused:
                log.warning("a file in the folder of ward %s was not taken", ward)
                self._away(ward, place, name, FAILED, str(refused))
            except FileNotFoundError:
                continue  # another worker was faster
            except Exception as error:  # a full disk, a database that is away: the file stays, and is tried again
                log.error("a file in the folder of ward %s could not be taken: %s", ward, type(error).__name__)
                self._not_before[ward, name] = time.monotonic() + AFTER_A_FAULT
        gone = [key for key in self._seen if key[0] == ward and key[1] not in names]
        for key in gone:
            self._seen.pop(key)
            self._not_before.pop(key, None)
        return taken

    def _file(self, ward: str, place: int, name: str, now: dt.datetime) -> bool:
        found = os.stat(name, dir_fd=place, follow_symlinks=False)
        if stat.S_ISDIR(found.st_mode):
            raise _Later
        _check(found, os.fstat(place))
        mark, age = _Mark.of(found), now.timestamp() - found.st_mtime
        before, self._seen[ward, name] = self._seen.get((ward, name)), mark
        if before != mark or age < SETTLED:
            raise _Later
        data = _read(place, name, mark, patient=age < PATIENCE)
        arrived = dt.datetime.fromtimestamp(min(found.st_ctime, now.timestamp()), JST).date()
        taken = False
        identity = f"{mark.device}:{mark.inode}:{mark.size}:{mark.written}:{name}"
        with (
            contextlib.suppress(IntegrityError),  # another worker takes the same file at this moment
            self._store.scope() as session,
            tenancy.tenant(session, ward),
        ):
            taken = watched.take(
                session,
                self._blobs,
                ward=ward,
                name=name,
                data=data,
                identity=identity,
                counter_date=arrived,
                now=now,
            )
        self._away(ward, place, name, DONE)
        return taken

    def _away(self, ward: str, place: int, name: str, where: str, why: str = "") -> None:
        """Out of the way, under a name that is free there; with a note where somebody should know why."""
        try:
            with contextlib.suppress(FileExistsError):
                os.mkdir(where, 0o700, dir_fd=place)
            there = os.open(where, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=place)
            try:
                free = _free(there, name)
                os.rename(name, free, src_dir_fd=place, dst_dir_fd=there)
                if why:
                    note = os.open(f"{free}.txt", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=there)
                    with os.fdopen(note, "w", encoding="utf-8") as file:
                        file.write(f"{why}\n")
                os.fsync(there)
                os.fsync(place)
            finally:
                os.close(there)
        except OSError as error:  # it was taken; that it still lies there only means it is asked about again
            log.error("a file in the folder of ward %s cannot be moved: %s", ward, type(error).__name__)
            self._not_before[ward, name] = time.monotonic() + AFTER_A_FAULT

    def _sweep(self, now: dt.datetime) -> None:
        """Copies of what was taken do not stay: they are people's papers in the clear."""
        for ward in WARDS:
            with _opened(self._folder / ward / DONE) as place:
                for name in [] if place is None else os.listdir(place):  # noqa: PTH208 - by its handle
                    found = os.stat(name, dir_fd=place, follow_symlinks=False)
                    old = dt.datetime.fromtimestamp(found.st_ctime, dt.UTC) < now - self._keep
                    if old and not stat.S_ISDIR(found.st_mode):
                        os.unlink(name, dir_fd=place)


def _may_be_a_scan(name: str) -> bool:
    return name not in (DONE, FAILED) and not name.startswith((".", "~")) and not name.lower().endswith(BEING_WRITTEN)


def _check(found: os.stat_result, folder: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _Refused(NOT_A_FILE)
    if found.st_uid not in (folder.st_uid, os.geteuid()) or found.st_nlink > 1:
        raise _Refused(NOT_OURS)
    if found.st_size > MOST_BYTES:
        raise _Refused(TOO_LARGE)


def _read(place: int, name: str, mark: _Mark, *, patient: bool) -> bytes:
    """The whole file, if it is still the one that was looked at and nobody wrote to it meanwhile."""
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=place)
    except PermissionError as closed:
        raise _Refused(CLOSED) from closed
    with os.fdopen(handle, "rb") as file:
        if _Mark.of(os.fstat(handle)) != mark:
            raise _Later
        data = file.read(mark.size + 1)
        if len(data) != mark.size or _Mark.of(os.fstat(handle)) != mark:
            raise _Later
    if not _has_an_end(data):
        if patient:
            raise _Later
        if not data:
            raise _Refused(EMPTY)
    return data


def _has_an_end(data: bytes) -> bool:
    if data.startswith(b"%PDF"):
        return b"%%EOF" in data[-2048:]
    if data.startswith(b"\xff\xd8"):
        return b"\xff\xd9" in data[-2048:]
    return bool(data)


def _free(there: int, name: str) -> str:
    taken = set(os.listdir(there))
    stem, dot, suffix = name.rpartition(".")
    stem, suffix = (stem, dot + suffix) if stem else (name, "")
    stem = stem.encode()[:180].decode("utf-8", "ignore")
    number, free = 1, f"{stem}{suffix[:20]}"
    while free in taken or f"{free}.txt" in taken:
        number += 1
        free = f"{stem}-{number}{suffix[:20]}"
    return free


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int | None]:
    """A folder by its handle, so that nobody can put another in its place; None where there is none of ours."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        yield None
        return
    try:
        yield handle
    finally:
        os.close(handle)


def start(store: Store, instance: Path, folder: str, keep_days: int, over: threading.Event) -> None:
    """Look every few seconds, in a thread of its own, until `over` is set."""
    watch = Watch(store, instance, Path(folder), keep_days=keep_days)

    def run() -> None:
        while not over.wait(EVERY):
            try:
                watch.look()
            except Exception as error:  # whatever one look stumbles over, the next may find well again
                log.error("looking into the watched folder failed: %s", type(error).__name__)

    threading.Thread(target=run, name="watch", daemon=True).start()
