"""Searching sent documents for 個人番号. Harmless to repeat; no transaction is open while a picture is looked at."""

from __future__ import annotations

import datetime as dt
import io
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from counter.extensions import Store
from counter.jobs import reader as readers
from counter.jobs.engine import Workplace, job
from counter.jobs.reader import NotAvailable, Reader
from counter.models.laid_document import Look
from counter.services import delivery, enclosing, pictures, screening
from counter.services.blobs import Blobs
from counter.services.screening import Waiting

if TYPE_CHECKING:
    from ocr.results import Box

log = logging.getLogger("counter.screen")


@job(screening.JOB)
def screen(workplace: Workplace, blob: str) -> None:
    instance = Path(workplace.app.config["INSTANCE"])
    with readers.of_worker(instance) as reader:
        look(workplace.store, Blobs(instance / "blobs" / "enclosures"), blob, reader)


def look(store: Store, blobs: Blobs, blob: str, reader: Reader) -> None:
    """One document, if it still waits: the copy with its numbers blanked takes its place, and its offices get it."""
    try:
        with store.scope(write=False) as session:
            waiting = screening.to_look(session, blobs, blob)
        if waiting is None:
            return
        copy = _looked_through(blobs, waiting, reader)
    except NotAvailable:
        log.warning("no reading process could be started: documents wait")
        with store.scope() as session:
            screening.put_off(session, blob)
        return
    except Exception as error:  # a reader that was lost, bytes that are gone: whatever it was, nobody sees the document
        log.warning("a document could not be looked at: %s", type(error).__name__)
        with store.scope() as session:
            if screening.failed(session, blob) is Look.GIVEN_UP:
                delivery.wake(session, screening.cases(session, blob), dt.datetime.now(dt.UTC))
        return
    with store.scope() as session:
        unneeded = screening.settle(session, copy)
        delivery.wake(session, screening.cases(session, blob), dt.datetime.now(dt.UTC))
    if unneeded is not None:  # a kill before this leaves it to the sweep
        blobs.drop(unneeded)


def _looked_through(blobs: Blobs, waiting: Waiting, reader: Reader) -> screening.Copy:
    made: list[bytes] = []
    for page in waiting.pages:
        pixels = np.asarray(Image.open(io.BytesIO(page)).convert("RGB"))
        boxes = reader.numbers(pixels)
        made.append(_blanked(pixels, boxes) if boxes else page)
    pages = tuple(made)
    return screening.put_down(blobs, waiting, pages if pages != waiting.pages else None, enclosing.preview(pages[0]))


def _blanked(pixels: Any, boxes: tuple[Box, ...]) -> bytes:
    return pictures.encode(pixels, boxes)[0]
