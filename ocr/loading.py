"""Foreign bytes to page pictures: decoded in a child with limits, so that a bomb or a crash stays there."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ocr.arrays import Colour
from ocr.problems import FILE_REASONS, Unreadable

MOST_BYTES = 200 * 1024 * 1024
MOST_PAGES = 400
PAGE_SECONDS = 20.0
NICE = 10
"""For readers of stacks: the web goes first."""
CHILD = Path(__file__).with_name("loading_child.py")
KINDS = {b"%PDF": "pdf", b"II*\x00": "tiff", b"MM\x00*": "tiff", b"\xff\xd8\xff": "jpeg", b"\x89PNG": "png"}


def load_pages(data: bytes, name: str = "") -> list[Colour]:
    """All pages of a PDF, TIFF, JPEG or PNG as height × width × 3 (red, green, blue), upright by EXIF, at most 3600
    pixels long. What the file is, is told by its bytes, never by ``name``. Raises Unreadable."""
    return list(iter_pages(data, name))


def iter_pages(
    data: bytes,
    name: str = "",
    *,
    seconds: float = PAGE_SECONDS,
    tell: Callable[[int], None] | None = None,
    most: int = 0,
    strict: bool = False,
    first: int = 0,
    nice: int = 0,
) -> Iterator[Colour]:
    """The pages one after the other: a stack of 200 sheets never lies in memory as a whole. A page may take
    ``seconds``; ``tell`` hears how many there are before the first; ``strict`` refuses PDFs that run something;
    pages before ``first`` are left out; ``nice`` lets others go before. Raises Unreadable, also after pages that came
    out well."""
    kind = sniff(data)
    child = _start(data, kind, most or MOST_PAGES, strict, first)
    data = b""  # the child has it: a stack lies in memory once
    if nice:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, child.pid, nice)
    try:
        while True:
            head = _header(child, time.monotonic() + seconds)
            if "error" in head:
                raise _unreadable(head)
            if head.get("end"):
                return
            if "pages" in head:
                if tell is not None:
                    tell(int(head["pages"]))
                continue
            height, width = int(head["height"]), int(head["width"])
            raw = _exactly(child, height * width * 3, time.monotonic() + seconds)
            yield np.frombuffer(raw, np.uint8).reshape(height, width, 3)
    finally:
        _end(child)


def sniff(data: bytes) -> str:
    """pdf, tiff, jpeg or png by the first bytes; raises Unreadable for anything else, and for what is empty or too long."""
    if not data:
        raise Unreadable("empty")
    if len(data) > MOST_BYTES:
        raise Unreadable("too-large", limit=MOST_BYTES // (1024 * 1024))
    for magic, kind in KINDS.items():
        if data.startswith(magic):
            return kind
    if b"%PDF-" in data[:1024]:
        return "pdf"
    raise Unreadable("not-an-image")


def _start(data: bytes, kind: str, most: int, strict: bool, first: int = 0) -> subprocess.Popen[bytes]:
    """The file goes over as an unnamed file in memory: nothing personal on a disk or in a process list."""
    handle = os.memfd_create("scan")
    try:
        with os.fdopen(os.dup(handle), "wb") as file:
            file.write(data)
        os.lseek(handle, 0, os.SEEK_SET)
        return subprocess.Popen(
            [sys.executable, "-I", str(CHILD), kind, str(most), str(first), *(["strict"] if strict else [])],
            stdin=handle,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            start_new_session=True,
        )
    finally:
        os.close(handle)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.stdout is not None:
        child.stdout.close()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _header(child: subprocess.Popen[bytes], deadline: float) -> dict[str, Any]:
    length = _exactly(child, 8, deadline)
    parsed: dict[str, Any] = json.loads(_exactly(child, int(length), deadline))
    return parsed


def _exactly(child: subprocess.Popen[bytes], count: int, deadline: float) -> bytes:
    assert child.stdout is not None
    handle = child.stdout.fileno()
    pieces = bytearray()
    while len(pieces) < count:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([handle], [], [], left)[0]:
            raise Unreadable("too-slow")
        piece = os.read(handle, min(count - len(pieces), 1 << 20))
        if not piece:
            raise Unreadable("broken")  # the child died: memory, processor time or a crash of the decoder
        pieces += piece
    return bytes(pieces)


def _unreadable(head: dict[str, Any]) -> Unreadable:
    code = str(head["error"])
    if code not in FILE_REASONS:
        code = "broken"
    return Unreadable(code, **({"limit": head["limit"]} if "limit" in head else {}))
