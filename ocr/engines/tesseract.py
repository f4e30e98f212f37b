"""Tesseract as the second reader, and as the first where nothing better runs: the one user of pytesseract."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np

from ocr.arrays import Gray
from ocr.decoding.charsets import is_japanese
from ocr.engines import Answer, EngineMissing
from ocr.posterior import Alphabet, Posterior, TextPosterior

SECONDS = 3.0
MEMORY = 1024 * 1024 * 1024
MOST_OUTPUT = 200_000
NUMERIC = frozenset({"postcode", "phone", "digits", "corporate_number", "invoice_number", "year", "month", "day"})
WHITELIST = "0123456789-"


NOTHING = Answer("", 0.0)


class TesseractReader:
    """Runs the program for one line at a time, in a process group of its own that is killed when time is up."""

    name = "tesseract"

    def __init__(self, program: str, seconds: float = SECONDS) -> None:
        self._program = program
        self._seconds = seconds
        self.alphabet = _japanese()

    def read(self, lines: Sequence[Gray], kinds: Sequence[str] = ()) -> list[Posterior]:
        answers = [self.read_text(*line) for line in zip(lines, kinds or ["text"] * len(lines), strict=True)]
        return [TextPosterior(self.alphabet, a.text, max(a.confidence, 0.05)) for a in answers]

    def read_text(self, line: Gray, kind: str) -> Answer:
        """One line by its kind: digits with a whitelist in English, all else in Japanese. Never raises."""
        options = ["-l", "eng", "-c", f"tessedit_char_whitelist={WHITELIST}"] if kind in NUMERIC else ["-l", "jpn"]
        ok, packed = cv2.imencode(".png", cv2.copyMakeBorder(line, 12, 12, 12, 12, cv2.BORDER_CONSTANT, value=255))
        if not ok:
            return NOTHING
        return parse(self._run(["stdin", "stdout", "--psm", "7", "--dpi", "200", *options, "tsv"], packed.tobytes()))

    def _run(self, arguments: Sequence[str], picture: bytes) -> str:
        """What the program printed; empty when it failed. The picture goes in by a pipe: nothing lies on a disk."""
        try:
            child = subprocess.Popen(
                [self._program, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )
        except OSError:
            return ""
        with contextlib.suppress(OSError, ValueError):
            resource.prlimit(child.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.prlimit(child.pid, resource.RLIMIT_CORE, (0, 0))
        try:
            output, _ = child.communicate(picture, timeout=self._seconds)
        except (subprocess.TimeoutExpired, OSError):
            _kill(child)
            return ""
        if child.returncode != 0:
            return ""
        return output[:MOST_OUTPUT].decode("utf-8", "replace")


def _kill(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(OSError, ValueError):
        child.communicate()


def parse(table: str) -> Answer:
    """Tesseract's TSV: the words of the line joined, the lowest confidence of them."""
    words: list[str] = []
    sure: list[float] = []
    for row in table.splitlines()[1:]:
        fields = row.split("\t")
        if len(fields) < 12 or fields[0] != "5" or not fields[11].strip():
            continue
        words.append(fields[11].strip())
        with contextlib.suppress(ValueError):
            sure.append(float(fields[10]))
    if not words or not sure:
        return NOTHING
    return Answer("".join(words), float(np.clip(min(sure) / 100, 0.0, 1.0)))


@cache
def _japanese() -> Alphabet:
    ranges = ((0x20, 0x7F), (0x3000, 0x3100), (0x4E00, 0x9FFF), (0xFF01, 0xFF60))
    found = [chr(code) for first, last in ranges for code in range(first, last) if is_japanese(chr(code))]
    return Alphabet(("", *found))


def available() -> str | None:
    """The program's path, or None."""
    try:
        from pytesseract import pytesseract
    except ImportError:
        return None
    return shutil.which(str(pytesseract.tesseract_cmd))


@cache
def shipped_reader() -> TesseractReader | None:
    """The reader over the program of this machine; None where there is none."""
    program = available()
    return TesseractReader(program) if program else None


def required() -> TesseractReader:
    reader = shipped_reader()
    if reader is None:
        raise EngineMissing("tesseract")
    return reader
