"""Documents looked at without a reader: what stands where is said by the test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from counter.extensions import Store
from counter.jobs.reader import Lost
from counter.jobs.screen import look
from counter.models.laid_document import LaidDocument, Look
from counter.services.blobs import Blobs

Box = tuple[int, int, int, int]


class Eyes:
    """Finds these boxes on pages of these sizes (width); ``lost``: how many times it hangs first."""

    def __init__(self, found: Mapping[int, tuple[Box, ...]] | None = None, *, lost: int = 0) -> None:
        self._found, self._lost = found or {}, lost

    def numbers(self, image: Any) -> tuple[Box, ...]:
        if self._lost:
            self._lost -= 1
            raise Lost("hung")
        return self._found.get(image.shape[1], ())


def look_at_all(store: Store, blobs: Blobs, eyes: Any = None) -> None:
    """Whatever waits, once."""
    with store.scope(write=False) as session:
        waiting = [row.blob for row in session.query(LaidDocument).where(LaidDocument.look == Look.WAITING)]
    for blob in waiting:
        look(store, blobs, blob, eyes or Eyes())
