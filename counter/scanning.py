"""Asks clamd whether bytes carry a virus: its INSTREAM over a unix or a TCP socket. Knows settings, no database."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Mapping
from typing import Any

from counter.services.enclosing import Refused

log = logging.getLogger("counter.scanning")

SECONDS = 15.0
_PIECE = 1 << 16
_LONGEST_ANSWER = 4096


class Away(Exception):
    """The scanner did not answer, or not as clamd answers."""


def check(settings: Mapping[str, Any], data: bytes) -> bool:
    """Whether the bytes were scanned and found clean. Raises Refused for a virus, and where the scanner is away.

    COUNTER_CLAMAV names the scanner; without it nothing is scanned. COUNTER_CLAMAV_AWAY says what to do while it does
    not answer: ``refuse`` (nothing is taken until it does) or ``accept`` (taken, and marked as not scanned).
    """
    where = settings.get("CLAMAV") or ""
    if not where:
        return False
    try:
        found = scan(where, data)
    except Away as away:
        log.warning("virus scanner away: %s", away)
        if settings.get("CLAMAV_AWAY") == "accept":
            return False
        raise Refused("unscanned") from None
    if found:
        log.warning("virus refused: %s", "".join(c if c.isalnum() or c in ".-_" else "_" for c in found)[:80])
        raise Refused("virus")
    return True


def scan(where: str, data: bytes, seconds: float = SECONDS) -> str:
    """The name of what was found; empty for nothing. ``where``: ``unix:/path`` or ``host:port``. Raises Away."""
    until = time.monotonic() + seconds
    try:
        with _connect(where, seconds) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), _PIECE):
                piece = data[start : start + _PIECE]
                line.sendall(len(piece).to_bytes(4, "big") + piece)
            line.sendall((0).to_bytes(4, "big"))
            return _verdict(_answer(line, until))
    except (OSError, ValueError) as error:
        raise Away(type(error).__name__) from error


def _connect(where: str, seconds: float) -> socket.socket:
    if where.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(seconds)
        try:
            line.connect(where.removeprefix("unix:"))
        except OSError:
            line.close()
            raise
        return line
    host, _, port = where.rpartition(":")
    return socket.create_connection((host, int(port)), seconds)


def _answer(line: socket.socket, until: float) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
        line.settimeout(max(0.01, until - time.monotonic()))  # a byte a second is no answer either
        piece = line.recv(1024)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("ascii", "replace")


def _verdict(answer: str) -> str:
    """``stream: OK`` or ``stream: Name FOUND``; anything else is no verdict."""
    words = answer.removeprefix("stream:").strip()
    if words == "OK":
        return ""
    if words.endswith(" FOUND"):
        return words.removesuffix(" FOUND")
    raise ValueError("no verdict")
