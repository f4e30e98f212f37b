"""Sealed files beside the database: on disk for good before a row may name them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from counter import ids


@dataclass(frozen=True, slots=True)
class Blobs:
    """A folder of files under random names. What is put here must already be sealed."""

    folder: Path

    def put(self, sealed: bytes) -> str:
        """Write, and return the name once file and folder are fsynced."""
        name = ids.new_id()
        place = self._place(name)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        for folder in (place.parent, self.folder):
            _sync(folder)
        return name

    def get(self, name: str) -> bytes:
        return self._place(name).read_bytes()

    def drop(self, name: str) -> None:
        self._place(name).unlink(missing_ok=True)

    def older_than(self, moment: dt.datetime) -> Iterator[str]:
        """Names of files that were written before."""
        for place in self.folder.glob("??/*"):
            if ids.normalise(place.name) == place.name and place.stat().st_mtime < moment.timestamp():
                yield place.name

    def _place(self, name: str) -> Path:
        if ids.normalise(name) != name:
            raise ValueError("not a name of ours")
        return self.folder / name[:2] / name


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
