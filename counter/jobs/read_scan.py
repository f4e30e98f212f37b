"""Reading an uploaded file, page by page. Harmless to repeat: pages that were read stay; no transaction is open while reading."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from counter import tenancy
from counter.jobs import reader as readers
from counter.jobs.engine import Workplace, job
from counter.jobs.reader import Here, Lost, Reader
from counter.printing import draw
from counter.services import intake, memory, sheets
from counter.services.blobs import Blobs
from ocr.loading import NICE

if TYPE_CHECKING:
    from counter.extensions import Store
    from ocr.results import PageReading
    from ocr.template import Template

log = logging.getLogger("counter.read")

REMEMBER_EVERY = 10
"""Pages after which it is asked anew what the ward has learnt meanwhile."""


@job(intake.JOB)
def read_file(workplace: Workplace, ward: str, file_id: str) -> None:
    instance = Path(workplace.app.config["INSTANCE"])
    try:
        draw.apart(instance)
        with readers.of_worker(instance) as reader:
            read(workplace.store, instance, ward, file_id, reader)
    except Exception:  # a full disk, a database that is away: what was read stays, the rest is tried again
        log.exception("reading a file stopped half way")
        with workplace.store.scope() as session, tenancy.tenant(session, ward):
            intake.put_off(session, file_id)


def read(store: Store, instance: Path, ward: str, file_id: str, reader: Reader | None = None) -> None:
    """Everything still to be read of one file, unless a clerk stops it."""
    from ocr.problems import Unreadable

    with store.scope() as session, tenancy.tenant(session, ward):
        original = intake.to_read(session, Blobs(instance / "blobs"), file_id)
    if original is None:
        return
    reading = _Reading(store, instance, ward, file_id, reader or Here())
    why = ""
    try:
        for position, image in _pages(original, reading.count):
            reading.page(position, image)
            if reading.stopped:
                return
    except Unreadable as unreadable:  # the pages before it stay; the rest waits for a hand
        why = unreadable.message.text()
    reading.end(why)


def _pages(original: intake.Original, tell: Callable[[int], None]) -> Iterator[tuple[int, Any]]:
    """The pages that were not read yet. What was opened is let go as soon as the decoder has it."""
    from ocr.loading import iter_pages

    first = next(number for number in range(len(original.done) + 1) if number not in original.done)
    pages = iter_pages(original.take(), original.name, tell=tell, first=first, nice=NICE)
    for position, image in enumerate(pages, first):
        if position not in original.done:
            yield position, image


class _Reading:
    """One file on its way: while the reader is busy with a page, the page before it is kept."""

    def __init__(self, store: Store, instance: Path, ward: str, file_id: str, reader: Reader) -> None:
        self.stopped = False
        self._store, self._ward, self._file_id, self._reader = store, ward, file_id, reader
        self._blobs = Blobs(instance / "blobs")
        self._asked: tuple[int, Any] | None = None
        self._turns = 0
        with self._session(write=False) as session:  # drawing the blank sheets may take seconds: no lock is held
            self._templates: Mapping[str, Template] = sheets.templates(session, instance)
            self._memory = memory.active(session)

    def count(self, pages: int) -> None:
        with self._session() as session:
            intake.counted(session, self._file_id, pages)

    def page(self, position: int, image: Any) -> None:
        before = self._answer()
        if self._turns % REMEMBER_EVERY == REMEMBER_EVERY - 1:
            with self._session(write=False) as session:
                self._memory = memory.active(session)
        self._turns += 1
        self._reader.submit(image, self._templates, self._memory)
        self._asked = position, image
        if before is not None and not self._keep(*before):
            self._answer()
            self.stopped = True

    def end(self, why: str) -> None:
        """``why``: what kept the rest of the file from being opened."""
        last = self._answer()
        if last is not None and not self._keep(*last):
            return
        with self._session() as session:
            if why:
                intake.failed(session, self._file_id, why)
            else:
                intake.finished(session, self._file_id, dt.datetime.now(dt.UTC))
                intake.purge(session, self._blobs)

    def _answer(self) -> tuple[int, Any, PageReading | None] | None:
        asked, self._asked = self._asked, None
        if asked is None:
            return None
        try:
            return *asked, self._reader.result()
        except Lost:  # a page that the reader hangs, crashes or stumbles over is typed by hand; the others go on
            return *asked, None

    def _keep(self, position: int, image: Any, seen: PageReading | None) -> bool:
        """Whether the file is to be read on."""
        with self._session(write=False) as session:
            ready = intake.prepare(session, seen, image, dt.datetime.now(dt.UTC))
        with self._session() as session:
            if not intake.wanted(session, self._file_id):
                return False
            intake.record_page(session, self._blobs, self._file_id, position, seen, ready)
            return intake.goes_on(session, self._file_id)

    @contextlib.contextmanager
    def _session(self, *, write: bool = True) -> Iterator[Session]:
        with self._store.scope(write=write) as session, tenancy.tenant(session, self._ward):
            yield session
