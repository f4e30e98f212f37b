"""The second reader: its answers, and that one which hangs, crashes or babbles does no harm."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ocr.decoding.by_kind import decoder
from ocr.decoding.hints import Hints
from ocr.engines import EngineMissing, tesseract
from ocr.engines.tesseract import NOTHING, TesseractReader, parse

LINE = np.full((40, 200), 255, np.uint8)
Maker = Callable[[str], str]
HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"


def test_words_and_the_lowest_confidence() -> None:
    row = "5\t1\t1\t1\t1\t%d\t0\t0\t9\t9\t%s\t%s"
    assert parse("\n".join([HEAD, row % (1, "91.5", "東京"), row % (2, "80", "都")])) == tesseract.Answer("東京都", 0.8)


@pytest.mark.parametrize("table", ["", HEAD, "nonsense", HEAD + "\n5\t1", HEAD + "\n5" + "\t0" * 9 + "\tx\tword"])
def test_nothing_found(table: str) -> None:
    assert parse(table) == NOTHING


def test_a_reader_that_hangs_is_killed_with_its_children(
    program: Maker, tmp_path_factory: pytest.TempPathFactory
) -> None:
    note = tmp_path_factory.mktemp("note") / "pid"
    reader = TesseractReader(program(f"sleep 60 & echo $! > {note}\nwait"), seconds=0.4)
    started = time.monotonic()
    assert reader.read_text(LINE, "name") == NOTHING
    assert time.monotonic() - started < 5
    child = int(note.read_text())
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _alive(child):
        os.sched_yield()
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(
    "lines",
    [
        "kill -SEGV $$",
        "exit 1",
        "head -c 100 /dev/urandom",
        "printf '\\377\\376\\000'",
        "cat > /dev/null; yes 5 | head -c 3000000",
    ],
)
def test_a_reader_that_crashes_or_babbles(program: Maker, lines: str) -> None:
    assert TesseractReader(program(lines)).read_text(LINE, "name") == NOTHING


def test_a_reader_that_is_not_there() -> None:
    assert TesseractReader("/nowhere/tesseract").read_text(LINE, "phone") == NOTHING


def test_no_program_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "shipped_reader", lambda: None)
    with pytest.raises(EngineMissing):
        tesseract.required()


def test_as_the_first_reader_its_text_can_be_decoded(program: Maker) -> None:
    row = "5\\t1\\t1\\t1\\t1\\t1\\t0\\t0\\t9\\t9\\t95\\t1350016"
    reader = TesseractReader(program(f"cat > /dev/null; printf 'head\\n{row}\\n'"))
    (posterior,) = reader.read([LINE])
    assert decoder("postcode")(posterior, Hints()).text == "1350016"
