"""A folder an office's own system reads: one folder a delivery with JSON and CSV, there whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from counter.services.delivery import Parcel
from forms import exports

FORMAT = 1
_SAFE = re.compile(r"[0-9A-Za-z-]{1,40}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class FileDrop:
    """``root/ward/office/delivery id/{application.json, application.csv}``, all of it on disk before it is seen."""

    inside = False

    def __init__(self, root: Path) -> None:
        self._root = root

    def send(self, parcel: Parcel, session: Session | None) -> str:
        for part in (parcel.ward, parcel.office, parcel.delivery_id):
            if not _SAFE.fullmatch(part):
                raise LookupError("a name that is no folder")
        office = self._root / parcel.ward / parcel.office
        office.mkdir(parents=True, exist_ok=True)
        final = office / parcel.delivery_id
        if final.exists():  # sent before, though the ledger did not hear of it
            return final.name
        unfinished = office / f".{parcel.delivery_id}.{os.getpid()}"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        _write(unfinished / "application.json", _json(parcel))
        _write(unfinished / "application.csv", _csv(parcel))
        _sync(unfinished)
        try:
            unfinished.rename(final)
        except OSError:
            shutil.rmtree(unfinished, ignore_errors=True)
            if not final.exists():
                raise
        _sync(office)
        return final.name


def _json(parcel: Parcel) -> bytes:
    return json.dumps(about(parcel) | {"record": parcel.record}, ensure_ascii=False, indent=1).encode()


def about(parcel: Parcel) -> dict[str, Any]:
    """What an office's system needs beside the record."""
    return {
        "format": FORMAT,
        "delivery_id": parcel.delivery_id,
        "subject": parcel.subject,
        "revision": parcel.revision,
        "ward": parcel.ward,
        "office": parcel.office,
        "application_id": parcel.application_id,
        "receipt": f"{parcel.number}-{parcel.line}",
        "procedure": parcel.procedure.code,
        "definition_digest": parcel.definition_digest,
        "channel": parcel.channel,
        "received_at": parcel.received_at.isoformat(),
        "arrived_at": parcel.arrived_at.isoformat() if parcel.arrived_at else None,
    }


def _csv(parcel: Parcel) -> bytes:
    facts = {name: "" if value is None else str(value) for name, value in about(parcel).items()}
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*facts, *(column.label for column in exports.columns(parcel.procedure))])
    writer.writerow([*facts.values(), *map(harmless, exports.row(parcel.procedure, parcel.record))])
    return text.getvalue().encode("utf-8-sig", "surrogatepass")


def harmless(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula, as text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
