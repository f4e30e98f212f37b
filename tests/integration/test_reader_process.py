"""The process that reads: whatever becomes of it costs one page, and a killed worker leaves no page out and none twice."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from counter.extensions import Store
from counter.jobs import reader as readers
from counter.jobs.reader import Child, Either, Lost, NotAvailable
from counter.models.intake import FileState, ScanFile, ScanPage
from forms.kinds import Name
from forms.paper_geometry import Page, Sheet, Zone
from ocr import wire
from ocr.results import LineSeen, PageReading, Reading
from ocr.template import Template
from tests import hostile_reader as does
from tests.databases import Home
from tests.moves import KOTO
from tests.papers import Reader, picture, send
from tests.staff import rows

ROOT = Path(__file__).parents[2]


@pytest.fixture
def child() -> Iterator[Child]:
    made = Child(page_seconds=3.0, program=("-m", "tests.hostile_reader"))
    yield made
    made.end()


def page(what: int) -> Any:
    return np.full((40, 30, 3), what, np.uint8)


def test_a_page_that_hangs_crashes_or_eats_memory_costs_itself_alone(child: Child) -> None:
    served = []
    for what in (does.READS, does.HANGS, does.READS, does.CRASHES, does.EATS, does.STUMBLES, does.READS):
        child.submit(page(what), {}, None)
        if what == does.READS:
            read = child.result()
            assert read.straightened.shape == (40, 30, 3)
            served.append(read.serial)
        else:
            with pytest.raises(Lost):
                child.result()
    assert len(set(served)) == 3, "what hung or crashed was not replaced"
    before = child.pid
    child.submit(page(does.READS), {}, None)  # nobody fetches the answer: it is not taken for the next page's
    child.submit(page(does.READS), {}, None)
    assert child.result().serial == str(child.pid) != str(before)


def test_fingerprints_of_blanks_are_made_once_and_outlive_the_process(child: Child, tmp_path: Path) -> None:
    child.folder = tmp_path / "fingerprints"
    blank = np.full((400, 300), 255, np.uint8)
    for place in range(20, 380, 40):
        blank[place : place + place // 20, place // 2 : 250] = 0
    sheet = Sheet("x", "d", "s", tuple(Page(number, 210.0, 297.0, ()) for number in (1, 2)))
    known = {"s": Template(sheet, {}, [blank, 255 - blank])}
    seen = []
    for _ in range(2):
        child.submit(page(does.COMPARES), known, None)
        assert child.result().serial == str(child.pid)
        seen.append({file.name: file.stat().st_ino for file in child.folder.iterdir()})
        child.end()
    assert len(seen[0]) == 2
    assert seen[0] == seen[1], "made again"


def test_without_a_process_the_worker_reads_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Child(program=("-c", "raise SystemExit"))
    with pytest.raises(NotAvailable):
        broken.submit(page(1), {}, None)
    reader = Reader()
    monkeypatch.setattr("ocr.reading.read_page", reader)
    either = Either(broken)
    either.submit(page(1), {}, None)
    assert not either.result().found


def test_a_long_file_gives_way_at_each_page(monkeypatch: pytest.MonkeyPatch) -> None:
    class Quick:
        folder = None

        def submit(self, *_: object) -> None: ...

    def guest() -> None:
        with readers.of_worker():
            had.set()

    monkeypatch.setattr(readers, "_worker", Quick())
    had, other, until = threading.Event(), threading.Thread(target=guest), time.monotonic() + 20
    with readers.of_worker() as reading:
        other.start()
        while not had.is_set() and time.monotonic() < until:
            reading.submit(None, {}, None)
        assert had.is_set(), "one file kept the reader to its end"
    other.join()


def test_what_goes_over_the_line_comes_back_as_it_was() -> None:
    zone = Zone("applicant.name.family", "name", ((1.0, 2.0, 3.0, 4.0),), field="applicant.name", part="family")
    template = Template(
        Sheet("x", "d", "s", (Page(1, 210.0, 297.0, (zone,)),)), {"applicant.name": Name()}, [page(7)[:, :, 0]]
    )
    seen = Reading("a", {"family": "山"}, "山\ud800", 0.5, True, ("r",), ("丘",), (1, 2, 3, 4), (0.1,),
                   (LineSeen(np.ones((3, 120), np.float16), "abcd"),))  # fmt: skip
    said = PageReading(True, "p", "s", 1, None, 0.1, {"a": seen}, (), page(9), ((1, 2, 3, 4),), "own")
    parts: list[Any] = []
    back = wire.load(wire.dump(said, parts), [bytes(part) for part in parts])
    assert np.array_equal(back.straightened, said.straightened)
    assert (back.values, back.hidden, back.by) == (said.values, said.hidden, said.by)
    from counter.jobs.reader import _packed

    parts = []
    form = wire.load(wire.dump(_packed(template), parts), [bytes(part) for part in parts])
    assert (form.sheet, form.kinds) == (template.sheet, template.kinds)
    assert np.array_equal(form.blank(1), template.blank(1))
    with pytest.raises(TypeError):
        wire.dump(object(), [])
    with pytest.raises(KeyError):
        wire.load({"c": "Popen", "f": {}}, [])


WORKER = """
import sys, pathlib
import ocr.reading
from counter import config, extensions
from counter.services import intake, sheets
from counter.jobs.read_scan import read
from tests.papers import unknown

def slow(image, templates, **_):
    print("begun", flush=True)
    sys.stdin.readline()
    return unknown()

keep = intake.record_page
def kept(session, *rest):
    page = keep(session, *rest)
    session.commit()
    print("kept", page.position, flush=True)
    sys.stdin.readline()
    return page

ocr.reading.read_page, intake.record_page, sheets.templates = slow, kept, lambda *_: {}
read(extensions.connect(config.load()), pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3])
"""


def test_a_worker_killed_between_and_inside_pages_reads_each_page_once(
    desk: FlaskClient, store: Store, home: Home
) -> None:
    send(desk, ("a.tiff", picture(3)))
    (file,) = rows(store, KOTO, ScanFile)
    after = [1, 2, 100]  # answers given before the kill: it falls inside a page, or right after one was kept
    kept: list[str] = []
    for steps in after:
        with subprocess.Popen(
            [sys.executable, "-c", WORKER, str(home.instance), KOTO, file.id],
            cwd=ROOT, env=home.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as worker:  # fmt: skip
            assert worker.stdin
            assert worker.stdout
            for line in worker.stdout:
                if line.startswith("kept"):
                    kept.append(line.split()[1])
                steps -= 1
                if not steps:
                    worker.kill()
                    break
                worker.stdin.write("\n")
                worker.stdin.flush()
    (file,) = rows(store, KOTO, ScanFile)
    assert file.state == FileState.READ
    assert sorted(row.position for row in rows(store, KOTO, ScanPage)) == [0, 1, 2]
    assert kept == ["0", "1", "2"], "a page was read again although it was kept"
