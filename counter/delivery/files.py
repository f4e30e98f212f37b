"""A folder an office's own system reads: one folder a delivery with JSON and CSV, there whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from counter.models.laid_document import Look
from counter.printing import enclosure
from counter.services import attachments
from counter.services.attachments import Sent
from counter.services.blobs import Blobs
from counter.services.delivery import Parcel
from forms import characters, exports
from forms.file_names import ENDINGS
from forms.kinds.files import PDF

FORMAT = 1
_SAFE = re.compile(r"[0-9A-Za-z-]{1,40}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class FileDrop:
    """``root/ward/office/delivery id/{application.json, application.csv, file-01.pdf …}``, on disk before it is seen."""

    inside = False

    def __init__(self, root: Path, blobs: Blobs | None = None) -> None:
        self._root = root
        self._blobs = blobs

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
        for name, sent in _named(parcel):
            if sent.shown:
                _write(unfinished / name, self._content(sent))
        _sync(unfinished)
        try:
            unfinished.rename(final)
        except OSError:
            shutil.rmtree(unfinished, ignore_errors=True)
            if not final.exists():
                raise
        _sync(office)
        return final.name

    def _content(self, sent: Sent) -> bytes:
        pages = attachments.pages(self._blobs, sent) if self._blobs is not None else None
        if not pages:
            raise LookupError("a document's bytes are not there")
        return enclosure.to_pdf(pages) if sent.type == PDF else pages[0]


def _json(parcel: Parcel) -> bytes:
    told = about(parcel) | {"record": parcel.record, "files": _files(parcel)} | _substitutes(parcel)
    return json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


def file_names(parcel: Parcel) -> list[str]:
    """What documents are called in the folder: never what their senders called them."""
    return [f"file-{place:02}{ENDINGS[sent.type]}" for place, sent in enumerate(parcel.files, 1)]


def _files(parcel: Parcel) -> list[dict[str, Any]]:
    """``blanked``: a part was made unreadable; a document that could not be searched for 個人番号 has no ``file``."""
    return [
        sent.value
        | {
            "file": name if sent.shown else None,
            "pages": sent.pages,
            "sent": sent.way,
            "label": sent.label,
            "scanned": sent.scanned,
            "blanked": sent.look == Look.BLANKED,
        }
        for name, sent in _named(parcel)
    ]


def _named(parcel: Parcel) -> Iterator[tuple[str, Sent]]:
    return zip(file_names(parcel), parcel.files, strict=True)


def _substitutes(parcel: Parcel) -> dict[str, Any]:
    """Beside the record, which keeps every character: what the office's own system writes instead."""
    texts, changes = characters.of_record(parcel.characters, parcel.record)
    if not changes:
        return {}
    told = [{"from": one.original, "code": one.code, "to": one.substitute, "known": one.known} for one in changes]
    return {"characters": {"set": parcel.characters, "values": texts, "changes": told}}


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
    labels = [column.label for column in exports.columns(parcel.procedure)]
    cells = exports.row(parcel.procedure, parcel.record)
    if parcel.characters not in (None, characters.UNICODE):
        labels.append(exports.SUBSTITUTED)
        cells.append(exports.substituted(parcel.procedure, parcel.record, parcel.characters))
    writer.writerow([*facts, *labels])
    writer.writerow([*facts.values(), *map(harmless, cells)])
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
