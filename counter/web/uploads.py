"""Files out of a request: scanned and opened before anything is locked, or the reason why not."""

from __future__ import annotations

import flask
from werkzeug.datastructures import FileStorage

from counter import scanning
from counter.services import enclosing
from counter.services.blobs import Blobs
from counter.services.enclosing import Enclosure, Refused


def folder() -> Blobs:
    """Where the bytes of sent documents lie, enclosed."""
    return Blobs(flask.current_app.config["INSTANCE"] / "blobs" / "enclosures")


def opened(file: FileStorage) -> Enclosure:
    """The document of one uploaded file. Takes its time: no transaction may be open. Raises Refused."""
    data = file.stream.read(enclosing.MOST_BYTES + 1)
    if len(data) > enclosing.MOST_BYTES:
        raise Refused("too-large")
    return enclosing.enclose(data, file.filename or "", scanned=scanning.check(flask.current_app.config, data))
