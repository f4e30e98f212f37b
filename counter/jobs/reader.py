"""Who reads a page for a worker: a process of its own that may hang, crash or grow; without one, this process itself."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from counter.services.memory import ActiveMemory
    from ocr.prepared import Prepared
    from ocr.results import Box, PageReading
    from ocr.template import Template

log = logging.getLogger("counter.read")

START_SECONDS = 60.0
PAGE_SECONDS = 45.0
"""A page takes about one second; this is what a hang costs."""
MOST_KILOBYTES = 850_000
"""A child that holds more is replaced after its page."""
ROOT = Path(__file__).resolve().parents[2]
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


class Lost(Exception):
    """The reader hung, crashed or stumbled over this page; the page is typed by hand."""


class NotAvailable(Exception):
    """No reading process can be started on this machine now."""


class Reader(Protocol):
    """Reads one page while its caller does something else."""

    def submit(self, image: Any, templates: Mapping[str, Template], memory: ActiveMemory | None) -> None: ...

    def result(self) -> PageReading:
        """What the page that was submitted says. Raises Lost."""

    def blank(self, image: Any) -> Prepared:
        """A page of a blank scan made ready for drawing. Raises Lost."""

    def numbers(self, image: Any) -> tuple[Box, ...]:
        """Where a 個人番号 stands on any picture, in its pixels. Raises Lost."""


class Here:
    """Reads in this process: for tests, and where no other can be started."""

    def __init__(self) -> None:
        self._asked: tuple[Any, ...] = ()

    def submit(self, image: Any, templates: Mapping[str, Template], memory: ActiveMemory | None) -> None:
        self._asked = image, templates, memory

    def result(self) -> PageReading:
        (image, templates, memory), self._asked = self._asked, ()
        try:
            from ocr.reading import read_page

            more = {"readers": _readers(memory)} if memory is not None else {}
            return read_page(image, templates, **more)
        except Exception as error:
            log.exception("the reader failed on a page")
            raise Lost from error

    def blank(self, image: Any) -> Prepared:
        from ocr.blank_scan import prepare_page
        from ocr.reading import shipped_readers

        try:
            return prepare_page(image, shipped_readers().first)
        except Exception as error:
            log.exception("the reader failed on a blank page")
            raise Lost from error

    def numbers(self, image: Any) -> tuple[Box, ...]:
        from ocr.privacy import find_numbers

        try:
            return find_numbers(image)
        except Exception as error:
            log.exception("the reader failed on a document")
            raise Lost from error


def _readers(memory: ActiveMemory) -> Any:
    from ocr.memory import LineKeys, Memory
    from ocr.reading import Readers, shipped_readers

    shipped = shipped_readers()
    if shipped.first is None:
        return shipped
    return Readers(Memory.of(LineKeys.load(line) for line in memory.lines).over(shipped.first), shipped.second)


class Child:
    """Reads in a process that lives as long as this one, and is replaced when a page was too much for it."""

    def __init__(
        self, *, page_seconds: float = PAGE_SECONDS, program: Sequence[str] = ("-m", "ocr.reader_child")
    ) -> None:
        self.folder: Path | None = None
        """where fingerprints of blanks are kept from one process to the next"""
        self._page_seconds = page_seconds
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._forms: dict[str, Template] = {}
        self._missing: set[tuple[str, int]] = set()
        """digest and page of blanks that no fingerprint was kept of"""
        self._memory: str | None = None
        self._deadline = 0.0
        self._asked = False
        self._lost = ""

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def submit(self, image: Any, templates: Mapping[str, Template], memory: ActiveMemory | None) -> None:
        """Raises NotAvailable. A child that dies of the page says so at ``result``."""
        from ocr import wire

        if self._asked or self._process is None or self._process.poll() is not None:
            self._start()  # also where an answer was never fetched: it would be taken for this page's
        self._lost = ""
        key = memory.key if memory is not None else None
        try:
            for digest, template in templates.items():
                if self._forms.get(digest) is not template:
                    self._introduce(digest, template)
            if memory is not None and key != self._memory:
                self._tell({"do": "memory", "lines": memory.lines})
                self._memory = key
            self._deadline, self._asked = time.monotonic() + self._page_seconds, True
            assert self._line is not None
            self._line.settimeout(self._page_seconds)
            wire.send(self._line, {"do": "page", "image": image, "digests": sorted(templates), "memory": bool(key)})
        except (wire.Closed, TimeoutError, OSError) as gone:
            self._lost = f"asking: {type(gone).__name__}"
            self.end()

    def blank(self, image: Any) -> Prepared:
        """Raises Lost or NotAvailable."""
        from ocr.prepared import Prepared

        page = self._ask("blank", image)
        if not isinstance(page, Prepared):
            raise Lost("stumbled")
        return page

    def numbers(self, image: Any) -> tuple[Box, ...]:
        """Raises Lost or NotAvailable."""
        boxes = self._ask("numbers", image)
        if not isinstance(boxes, tuple):
            raise Lost("stumbled")
        return boxes

    def _ask(self, what: str, image: Any) -> Any:
        from ocr import wire

        if self._asked or self._process is None or self._process.poll() is not None:
            self._start()
        assert self._line is not None
        self._deadline, self._asked = time.monotonic() + self._page_seconds, True
        try:
            self._line.settimeout(self._page_seconds)
            wire.send(self._line, {"do": what, "image": image})
        except (wire.Closed, TimeoutError, OSError) as gone:
            self.end()
            raise Lost("asking") from gone
        return self._result()

    def result(self) -> PageReading:
        from ocr.results import PageReading

        page = self._result()
        if not isinstance(page, PageReading):
            raise Lost("stumbled")
        return page

    def _result(self) -> Any:
        from ocr import wire

        if self._line is None:
            raise Lost(self._lost)
        try:
            answer = self._heard()
            while "made" in answer:
                self._keep(answer["made"], answer["number"], answer["print"])
                self._deadline = time.monotonic() + self._page_seconds  # once an installation: not the page's fault
                answer = self._heard()
            self._asked = False
        except (wire.Closed, TimeoutError) as gone:
            said = "hung" if isinstance(gone, TimeoutError) else "crashed"
            self.end()
            log.warning("the reader %s on a page and was replaced", said)
            raise Lost(said) from gone
        page = answer.get("page")
        if page is None:
            log.error("the reader failed on a page: %s at %s", answer.get("error"), answer.get("at"))
            raise Lost("stumbled")
        if int(answer.get("kilobytes", 0)) > MOST_KILOBYTES:
            log.info("the reader has grown and is replaced")
            self.end()
        return page

    def _heard(self) -> Any:
        from ocr import wire

        assert self._line is not None
        self._line.settimeout(max(0.1, self._deadline - time.monotonic()))
        return wire.receive(self._line)

    def _introduce(self, digest: str, template: Template) -> None:
        """A form the child did not know, with the fingerprints that were kept of it."""
        from ocr import kept_prints

        known = _packed(template)
        prints = tuple(kept_prints.fetch(self.folder, blank) for blank in known.blanks.packed)
        self._tell({"do": "form", "digest": digest, "template": known, "prints": prints})
        self._forms[digest] = template
        self._missing.update((digest, number) for number, kept in enumerate(prints, 1) if kept is None)

    def _keep(self, digest: Any, number: Any, made: Any) -> None:
        """A fingerprint that the child had to make. Raises Closed for one that was not missing: it would never end."""
        from ocr import kept_prints, wire

        if (digest, number) not in self._missing or not isinstance(made, bytes):
            raise wire.Closed
        self._missing.remove((digest, number))
        kept_prints.keep(self.folder, _packed(self._forms[digest]).blanks.packed[number - 1], made)

    def end(self) -> None:
        """Kill it and whatever it started in its group; the next page begins a new one."""
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        self._forms, self._memory, self._asked, self._missing = {}, None, False, set()

    def _tell(self, said: dict[str, Any]) -> None:
        from ocr import wire

        assert self._line is not None
        self._line.settimeout(START_SECONDS)
        wire.send(self._line, said)
        if wire.receive(self._line):
            raise wire.Closed

    def _start(self) -> None:
        from ocr import wire

        self.end()
        ours, theirs = socket.socketpair()
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        try:
            self._process = subprocess.Popen(
                [sys.executable, *self._program, str(theirs.fileno())],
                cwd=ROOT,
                env={**environment, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # what a library prints about a page is about a person
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
            self._line = ours
            theirs.close()
            ours.settimeout(START_SECONDS)
            if not wire.receive(ours).get("ready"):
                raise wire.Closed
        except (OSError, wire.Closed) as broken:
            theirs.close()
            ours.close()
            self.end()
            raise NotAvailable from broken


def _packed(template: Template) -> Any:
    """With its blank pages as PNG: what goes over the line, and what the child keeps."""
    from ocr.template import Blanks, Template

    return Template(template.sheet, template.kinds, Blanks.of(template.blanks))


class Either:
    """The child; this process where none can be started. ``between``: what is done before each page."""

    def __init__(self, child: Child, between: Callable[[], None] = lambda: None) -> None:
        self._child, self._here = child, Here()
        self._now: Reader = child
        self._between = between

    def submit(self, image: Any, templates: Mapping[str, Template], memory: ActiveMemory | None) -> None:
        self._between()
        try:
            self._child.submit(image, templates, memory)
            self._now = self._child
        except NotAvailable:
            log.warning("no reading process could be started: reading in the worker itself")
            self._now = self._here
            self._here.submit(image, templates, memory)

    def result(self) -> PageReading:
        return self._now.result()

    def blank(self, image: Any) -> Prepared:
        try:
            return self._child.blank(image)
        except NotAvailable:
            log.warning("no reading process could be started: looking at a blank page in the worker itself")
            return self._here.blank(image)

    def numbers(self, image: Any) -> tuple[Box, ...]:
        """Raises NotAvailable: pictures from outside wait until a process can be started."""
        return self._child.numbers(image)


_worker: Child | None = None
_turn, _next = threading.Lock(), threading.Lock()


@contextlib.contextmanager
def of_worker(instance: Path | None = None) -> Any:
    """The one reader of this worker, for one file at a time, which gives way at each page to whoever waits.

    What it finds out about blanks is kept in the instance.
    """
    global _worker
    _take_turn()
    try:
        if _worker is None:
            _worker = Child()
        _worker.folder = instance / "fingerprints" if instance is not None else _worker.folder
        yield Either(_worker, _give_way)
    finally:
        _turn.release()


def _take_turn() -> None:
    with _next:  # who is next holds this while waiting, so that nobody who just had the turn takes it again
        _turn.acquire()


def _give_way() -> None:
    _turn.release()
    _take_turn()
