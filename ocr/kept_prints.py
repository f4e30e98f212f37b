"""Fingerprints of blanks as files: made once an installation by a process that reads, handed to all that come after it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

VERSION = "5"
"""Of how fingerprints are made and written: files of another are not looked at."""
MOST = 1 << 20
"""Bytes of one; a whole page takes a quarter of it."""


def fetch(folder: Path | None, blank: bytes) -> bytes | None:
    """The fingerprint kept of a blank page (its PNG); None where there is none yet."""
    if folder is not None:
        with contextlib.suppress(OSError):
            return _file(folder, blank).read_bytes()
    return None


def keep(folder: Path | None, blank: bytes, made: bytes) -> None:
    """Whole files only, whoever else is writing them. A full disk costs time only: it is made again."""
    if folder is None or len(made) > MOST:
        return
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as part:
                part.write(made)
            Path(name).replace(_file(folder, blank))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _file(folder: Path, blank: bytes) -> Path:
    return folder / f"{hashlib.sha256(blank).hexdigest()[:32]}-{VERSION}"
