"""The process that reads pages for a worker: whatever hangs, crashes or grows in it costs one page and nothing else."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ocr import wire
from ocr.loading import NICE

if TYPE_CHECKING:
    from ocr.fingerprints import Fingerprint
    from ocr.memory import Memory
    from ocr.template import Template
    from ocr.work import Readers

MEMORY = 1536 * 1024 * 1024
"""Bytes of private memory that may be asked for; more is a fault, and ends this process."""
_DIE_WITH_PARENT = 1


class Reading:
    """What stays between pages: forms by digest, and the memory of the ward whose page came last."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.forms: dict[str, Template] = {}
        self.chosen: tuple[tuple[str, ...], dict[str, Template]] = ((), {})
        self.memory: Memory | None = None

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        match asked["do"]:
            case "form":
                self._know(asked["digest"], asked["template"], asked["prints"])
            case "memory":
                self._remember(asked["lines"])
            case "page":
                return {"page": self._page(asked), "kilobytes": _resident()}
            case "blank":
                return {"page": self._blank(asked["image"]), "kilobytes": _resident()}
            case "numbers":
                return {"page": self._numbers(asked["image"]), "kilobytes": _resident()}
        return {}

    def _know(self, digest: str, template: Template, prints: tuple[bytes | None, ...]) -> None:
        from ocr import fingerprints

        fingerprints.tell(self._made)
        self.forms[digest] = template
        for number, kept in enumerate(prints, 1):
            if kept is not None:
                fingerprints.give(template, number, kept)

    def _made(self, template: Template, number: int, made: Fingerprint) -> None:
        """Files are the parent's business: this process writes none."""
        from ocr import fingerprints

        said = {"made": template.sheet.sheet_digest, "number": number, "print": fingerprints.packed(made)}
        wire.send(self.line, said)

    def _remember(self, lines: tuple[bytes, ...]) -> None:
        from ocr.memory import LineKeys, Memory

        self.memory = Memory.of(LineKeys.load(line) for line in lines)

    def _page(self, asked: Mapping[str, Any]) -> Any:
        from ocr import reading

        digests = tuple(asked["digests"])
        if self.chosen[0] != digests:  # the same mapping for the same forms: what is known about all of them is kept
            self.chosen = digests, {digest: self.forms[digest] for digest in digests}
        return reading.read_page(asked["image"], self.chosen[1], readers=self._readers(asked["memory"]))

    def _blank(self, image: Any) -> Any:
        from ocr.blank_scan import prepare_page
        from ocr.reading import shipped_readers

        return prepare_page(image, shipped_readers().first)

    def _numbers(self, image: Any) -> Any:
        from ocr.privacy import find_numbers

        return find_numbers(image)

    def _readers(self, with_memory: bool) -> Readers | None:
        from ocr.reading import Readers, shipped_readers

        shipped = shipped_readers()
        if not with_memory or self.memory is None or shipped.first is None:
            return None
        return Readers(self.memory.over(shipped.first), shipped.second)


def main() -> None:
    line = socket.socket(fileno=int(sys.argv[1]))
    _confine()
    from ocr.reading import prepare

    prepare()
    wire.send(line, {"ready": True})
    reading = Reading(line)
    with contextlib.suppress(wire.Closed):  # the parent has gone, and so do we
        while True:
            asked = wire.receive(line)
            try:
                answer = reading.answer(asked)
            except MemoryError:
                os._exit(3)  # half of what it holds may be broken: the parent starts a new one
            except Exception as error:  # a page that it stumbles over is typed by hand; what it says names places only
                places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)][-6:]
                answer = {"error": type(error).__name__, "at": " ".join(places)}
            del asked
            wire.send(line, answer)


def _confine() -> None:
    """Little memory, nothing written to a disk, a low place in the queue, and no life after the parent."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.nice(NICE)


def _resident() -> int:
    """kB that this process holds now."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no file, but a question to the kernel
        return int(file.read().split()[1]) * (resource.getpagesize() // 1024)


if __name__ == "__main__":
    main()
