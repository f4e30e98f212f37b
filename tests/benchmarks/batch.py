"""A stack from a document scanner, as the whole product reads it: a real server and worker, one upload, a web that is used.

    python -m tests.benchmarks.batch [--pages 200] [--distinct 24] [--kind pdf] [--url postgresql://…]

The stack is made of a few dozen sheets of the dev hands; each sheet of it has a serial of its own and was scanned on
its own. Told: seconds from the end of the upload to the last page, pages a second, how long the web took meanwhile to
answer (p50, p95; one page after the other, and before the reading for comparison), and resident MB of each process.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import io
import json
import os
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from counter import create_app
from counter.ids import from_bits
from counter.printing import draw, render_sheet
from forms.paper import needed_rows, sheet
from forms.paper_fill import written
from forms.procedures import CATALOGUE
from tests import databases
from tests.databases import Home
from tests.scans import camera, writer
from tests.scans.hands import hands
from tests.scans.people import Household
from tests.servers import Server
from tests.staff import PASSWORD, hire

CODES = ("child-allowance", "move-in", "health-insurance", "resident-record", "move-out", "childcare")
WEB = ("/", "/desk", "/desk/forms", "/procedures", "/healthz")
WARD = "131083"
MARGIN_MM = 4.0
MOST_SECONDS = 1800


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--distinct", type=int, default=24)
    parser.add_argument("--kind", choices=("pdf", "tiff", "jpeg"), default="pdf")
    parser.add_argument("--url", default="", help="an empty PostgreSQL database; default: SQLite")
    asked = parser.parse_args()
    pages = list(stack(asked.pages, asked.distinct))
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        home = Home(instance, asked.url or f"sqlite:///{instance / 'counter.sqlite'}")
        databases.make(home)
        figures = measure(home, pages, asked.kind)
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")


# -- the stack ----------------------------------------------------------------------------------------------------


def stack(pages: int, distinct: int) -> Iterator[bytes]:
    """So many scans as JPEG; whole sheets, the last one cut where the stack ends."""
    rng = np.random.default_rng(20261122)
    sheets, known = [], 0
    names = [hand.name for hand in hands("dev")]
    for number, code in enumerate(_for_ever([code for code in CODES if code in CATALOGUE])):
        made = _filled(code, names[number % len(names)], rng)
        sheets.append(made)
        known += len(made[2])
        if known >= distinct:
            break
    count = 0
    for definition, made_sheet, filled in _for_ever(sheets):
        serial = from_bits(int.from_bytes(rng.bytes(10), "big"))
        fresh = writer.printed(render_sheet(made_sheet, definition, serials=[serial]))
        for picture, print_, page in zip(filled, fresh, made_sheet.pages, strict=True):
            yield camera.scan(_with_code(picture, print_, page), rng).data
            count += 1
            if count == pages:
                return


def _for_ever(things: Any) -> Iterator[Any]:
    while True:
        yield from things


def _filled(code: str, hand: str, rng: np.random.Generator) -> tuple[Any, Any, list[Any]]:
    from tests.scans.hands import HANDS

    definition = CATALOGUE[code]
    record = Household(rng, WARD, 1, HANDS[hand].split).fill(definition)
    made = sheet(definition, needed_rows(definition, record))
    words = written(made, definition, record, by_hand=True)
    pages = writer.printed(render_sheet(made, definition, serials=[from_bits(1)]))
    how = writer.habits(HANDS[hand], rng, writer.seal_name(words, made))
    filled = [
        writer.fill(image, page, words, HANDS[hand], how, rng) for image, page in zip(pages, made.pages, strict=True)
    ]
    return definition, made, filled


def _with_code(picture: Any, print_: Any, page: Any) -> Any:
    """The filled page with the code of another print: the same writing on a sheet of its own."""
    scale = picture.shape[1] / page.width_mm
    x, y, size = page.qr
    box = [round((number) * scale) for number in (x - MARGIN_MM, y - MARGIN_MM, size + 2 * MARGIN_MM)]
    left, top, side = max(0, box[0]), max(0, box[1]), box[2]
    made = picture.copy()
    made[top : top + side, left : left + side] = print_[top : top + side, left : left + side]
    return made


def as_files(pages: list[bytes], kind: str) -> list[tuple[str, bytes]]:
    if kind == "jpeg":
        return [(f"{number:03d}.jpg", page) for number, page in enumerate(pages, 1)]
    pictures = [Image.open(io.BytesIO(page)) for page in pages]
    out = io.BytesIO()
    options = {"resolution": 200} if kind == "pdf" else {"compression": "jpeg"}
    pictures[0].save(out, kind.upper(), save_all=True, append_images=pictures[1:], **options)
    return [(f"stack.{kind}", out.getvalue())]


# -- the run ------------------------------------------------------------------------------------------------------


class Clerk:
    """A browser without a window."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())).open

    def get(self, path: str) -> str:
        with self._open(self._url + path, timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, fields: dict[str, str], files: list[tuple[str, bytes]] = []) -> str:  # noqa: B006
        """Returns the address it was sent on to."""
        data, kind = _multipart(fields, files) if files else (urllib.parse.urlencode(fields).encode(), "")
        request = urllib.request.Request(self._url + path, data, {"Content-Type": kind} if kind else {})
        with self._open(request, timeout=300) as answer:
            answer.read()
            return str(answer.url)


def _multipart(fields: dict[str, str], files: list[tuple[str, bytes]]) -> tuple[bytes, str]:
    border = uuid.uuid4().hex
    parts = [
        f'--{border}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()
    ]
    for name, data in files:
        head = f'--{border}\r\nContent-Disposition: form-data; name="scans"; filename="{name}"\r\n\r\n'
        parts += [head.encode(), data, b"\r\n"]
    return b"".join([*parts, f"--{border}--\r\n".encode()]), f"multipart/form-data; boundary={border}"


def measure(home: Home, pages: list[bytes], kind: str) -> dict[str, Any]:
    app = create_app(dict(home.settings))
    hire(app.extensions["store"], app, "desk@example.jp", role="desk", ward=WARD)
    app.extensions["store"].engine.dispose()
    files = as_files(pages, kind)
    begun = time.monotonic()
    draw.apart(home.instance)  # what an installation does once, before its first page
    drawn = time.monotonic() - begun
    with Server(home, processes=2, threads=4, workers=1, app="tests.open_wsgi:app") as server:
        clerk = Clerk(server.url)
        clerk.post("/staff/sign-in", {"email": "desk@example.jp", "password": PASSWORD})
        alone = latencies(clerk, until=lambda count: count >= 40)
        started = time.monotonic()
        place = urllib.parse.urlsplit(clerk.post("/desk/batches", {}, files)).path
        uploaded = time.monotonic()
        over = threading.Event()
        meanwhile: dict[str, Any] = {}
        watching = threading.Thread(target=lambda: meanwhile.update(latencies(clerk, until=lambda _: over.is_set())))
        memory = Memory(server)
        watching.start()
        estimates = []
        while (
            time.monotonic() - uploaded < MOST_SECONDS
            and not (now := json.loads(clerk.get(f"{place}/progress")))["finished"]
        ):
            estimates.append(f"{time.monotonic() - uploaded:.0f}s: {now['text']}")
            memory.look()
            time.sleep(0.5)
        ended = time.monotonic()
        over.set()
        watching.join()
        said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", clerk.get(place)))
    seconds = ended - uploaded
    return {
        "pages": len(pages),
        "files_mb": round(sum(len(data) for _, data in files) / 1e6, 1),
        "drawing_blanks_once_s": round(drawn, 1),
        "upload_s": round(uploaded - started, 2),
        "reading_s": round(seconds, 1),
        "seconds_a_page": round(seconds / len(pages), 2),
        "pages_a_second": round(len(pages) / seconds, 2),
        "web_alone_ms": alone,
        "web_meanwhile_ms": meanwhile,
        "most_resident_mb": memory.most,
        "said": estimates[:: max(1, len(estimates) // 8)],
        "summary": said[said.find("申請書 ") :][:160],
    }


def latencies(clerk: Clerk, until: Callable[[int], bool]) -> dict[str, float]:
    taken: list[float] = []
    for path in _for_ever(WEB):
        if until(len(taken)):
            break
        started = time.monotonic()
        clerk.get(path)
        taken.append((time.monotonic() - started) * 1000)
        time.sleep(0.05)
    several = statistics.quantiles(taken, n=20)
    return {
        "requests": len(taken),
        "p50": round(several[9], 1),
        "p95": round(several[18], 1),
        "most": round(max(taken), 1),
    }


class Memory:
    """Resident MB of the worker, of the processes it started, and of the web; the most of each that was seen."""

    def __init__(self, server: Server) -> None:
        self._web, self._worker = (process.pid for process in server._running)
        self.most: dict[str, int] = {}

    def look(self) -> None:
        children = _children()
        reader = [pid for pid in _below(self._worker, children) if "ocr.reader_child" in _words(pid)]
        others = [pid for pid in _below(self._worker, children) if pid not in reader]
        now = {
            "worker": _resident([self._worker]),
            "reader": _resident(reader),
            "decoder_and_tesseract": _resident(others),
            "worker_and_children": _resident([self._worker, *reader, *others]),
            "web": _resident([self._web, *_below(self._web, children)]),
        }
        self.most = {name: max(size, self.most.get(name, 0)) for name, size in now.items()}


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            found.setdefault(parent, []).append(int(folder.name))
    return found


def _below(pid: int, children: dict[int, list[int]]) -> list[int]:
    return [each for child in children.get(pid, []) for each in (child, *_below(child, children))]


def _words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def _resident(pids: list[int]) -> int:
    """Shared pages are counted once a process: an upper bound."""
    total = 0
    for pid in pids:
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue
    return total // 1_000_000


if __name__ == "__main__":
    main()
