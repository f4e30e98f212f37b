"""Files made to hurt: each becomes readable pages of our own or a form that waits for a hand; nothing of it is served."""

from __future__ import annotations

import io
import random
import resource
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from counter.extensions import Store
from counter.models.intake import Batch, FileState, FormState, PaperForm, ScanFile, ScanPage
from ocr import loading
from tests import hostile
from tests.integration.test_abuse_text import inert
from tests.moves import KOTO
from tests.pages import Page
from tests.papers import Reader, picture, read_all, send
from tests.staff import desk_clerk, rows


@pytest.fixture
def desk(app: Flask, store: Store) -> FlaskClient:
    return desk_clerk(store, app)


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    made = Reader()
    monkeypatch.setattr("ocr.reading.read_page", made)
    monkeypatch.setattr("counter.services.sheets.templates", lambda *_: {})
    return made


@pytest.fixture
def instance(app: Flask) -> Path:
    return Path(app.config["INSTANCE"])


def png(width: int, height: int, body: bytes, extra: bytes = b"") -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + _chunk(b"IDAT", zlib.compress(body, 9)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pdf(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    out = b"%PDF-1.7\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, text) for number, text in enumerate(objects, 1))
    return out + b"trailer<<" + trailer + b"/Size %d>>\n%%%%EOF" % (len(objects) + 1)


def tiff(pages: int) -> bytes:
    """So many white pages of 16 × 16, all with the same picture."""
    out = b"II*\x00\x28\x00\x00\x00" + b"\xff" * 32
    for number in range(pages):
        tags = [
            (256, 4, 16),
            (257, 4, 16),
            (258, 3, 1),
            (259, 3, 1),
            (262, 3, 1),
            (273, 4, 8),
            (278, 4, 16),
            (279, 4, 32),
        ]
        after = len(out) + 2 + 12 * len(tags) + 4 if number < pages - 1 else 0
        out += struct.pack("<H", len(tags)) + b"".join(
            struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags
        )
        out += struct.pack("<I", after)
    return out


CATALOG, PAGES = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
BOMB = zlib.compress(b"q " * 40_000_000, 9)
FILES = {
    "empty.pdf": b"",
    "a.pdf": b"%PDF-1.7",
    "no-pages.pdf": pdf(CATALOG, b"<</Type/Pages/Kids[]/Count 0>>"),
    "many.pdf": pdf(CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 99999999>>"),
    "loop.pdf": pdf(CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"),
    "huge-page.pdf": pdf(CATALOG, PAGES, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 1e9 1e9]>>"),
    "negative.pdf": pdf(CATALOG, PAGES, b"<</Type/Page/Parent 2 0 R/MediaBox[9 9 -9 -9]/UserUnit 1e30>>"),
    "stream-bomb.pdf": pdf(CATALOG, PAGES, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
                           b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(BOMB), BOMB)),
    "script.pdf": pdf(b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>/AA<</O<</S/Launch/F(/bin/sh)>>>>>>",
                      PAGES, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"),
    "400-megapixels.png": png(20_000, 20_000, b"\0" * (2501 * 20_000)),
    "lies.png": png(0x7FFFFFFF, 0x7FFFFFFF, b""),
    "flat.png": png(1_000_000, 8, b"\0" * (125_001 * 8)),
    "text-bomb.png": png(100, 100, b"\0" * 1400, _chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 50_000_000, 9))),
    "not-an-image.png": b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(5000),
    "page.html": b"<script>alert(1)</script>",
    "vector.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "archive.zip": b"PK\x03\x04" + b"\0" * 100,
    "program.exe": b"MZ" + b"\0" * 1000,
    "half.tiff": picture(3)[:700],
    "noise.tiff": b"II*\x00\x08\x00\x00\x00" + random.Random(2).randbytes(3000),
    "loop.tiff": b"II*\x00\x08\x00\x00\x00" + struct.pack("<HHHII", 1, 256, 3, 1, 10) + struct.pack("<I", 8),
    "noise.jpg": b"\xff\xd8\xff\xe0" + random.Random(3).randbytes(3000),
}  # fmt: skip


def test_every_hostile_file_waits_for_a_hand_and_harms_nothing(
    desk: FlaskClient, store: Store, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "PAGE_SECONDS", 5.0)
    answer = send(desk, *FILES.items())
    assert answer.status_code == 302
    forms = read_all(store, instance)
    files = {row.id: list(FILES)[row.position] for row in rows(store, KOTO, ScanFile)}
    states = {files[form.file_id]: form.state for form in forms}
    assert set(states) == set(FILES), "a file left no trace"
    readable = {"script.pdf", "huge-page.pdf", "text-bomb.png"}
    for row in rows(store, KOTO, ScanFile):
        if row.state == FileState.READ:
            assert files[row.id] in readable | {"flat.png", "negative.pdf", "stream-bomb.pdf"}, files[row.id]
        else:
            assert row.reason
    assert set(states.values()) == {FormState.MANUAL}
    page = Page(desk.get(answer.location))
    inert(page)
    for form in forms:
        inert(Page(desk.get(f"/desk/forms/{form.id}")))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_500_000, "the bombs went off here"


def test_a_stack_of_5000_pages_is_refused_before_its_first_page(
    desk: FlaskClient, store: Store, instance: Path
) -> None:
    send(desk, ("stack.tiff", tiff(5000)))
    (form,) = read_all(store, instance)
    assert form.state == FormState.MANUAL
    assert rows(store, KOTO, ScanPage) == []
    assert rows(store, KOTO, ScanFile)[0].state == FileState.FAILED


def test_the_good_pages_of_a_torn_stack_are_kept(desk: FlaskClient, store: Store, instance: Path) -> None:
    whole = picture(4)
    torn = bytearray(whole)
    second = struct.unpack_from("<I", whole, 4)[0]
    torn[second + 2 : second + 60] = random.Random(4).randbytes(58)
    send(desk, ("torn.tiff", bytes(torn)), ("whole.tiff", whole))
    forms = read_all(store, instance)
    assert len(rows(store, KOTO, ScanPage)) >= 4
    torn_file = min(rows(store, KOTO, ScanFile), key=lambda row: row.position)
    assert torn_file.state in (FileState.FAILED, FileState.READ)
    assert [form for form in forms if form.file_id == torn_file.id]


def test_a_long_stack_never_lies_in_memory_as_a_whole(
    desk: FlaskClient, store: Store, instance: Path, monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    alive: list[int] = []

    def pages(*_: Any, tell: Any, **__: Any) -> Any:
        import weakref

        import numpy as np

        tell(30)
        known: list[weakref.ref[Any]] = []
        for _ in range(30):
            image = np.full((300, 200, 3), 255, np.uint8)
            known.append(weakref.ref(image))
            yield image
            del image
            alive.append(sum(ref() is not None for ref in known))

    monkeypatch.setattr("ocr.loading.iter_pages", pages)
    send(desk, ("long.tiff", picture()))
    assert len(read_all(store, instance)) == 30
    assert max(alive) <= 2


def test_what_is_served_is_our_own_copy_without_the_cameras_memory(
    desk: FlaskClient, store: Store, instance: Path
) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x8825] = "GEHEIM <script>", {1: "N", 2: (35.0, 40.0, 0.0), 3: "E", 4: (139.0, 49.0, 0.0)}
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(out, "JPEG", exif=exif, comment=b"GEHEIM")
    polyglot = out.getvalue() + b"<html><script>alert(1)</script>PK\x03\x04GEHEIM"
    send(desk, ("photo.jpg", polyglot))
    (form,) = read_all(store, instance)
    (page,) = rows(store, KOTO, ScanPage)
    for address in (
        f"/desk/forms/{form.id}/pages/{page.id}.jpg",
        f"/desk/forms/{form.id}/pages/{page.id}/0-0-99-99.jpg",
    ):
        served = desk.get(address)
        assert served.mimetype == "image/jpeg"
        assert served.headers["X-Content-Type-Options"] == "nosniff"
        assert served.headers["Cache-Control"] == "no-store"
        assert b"GEHEIM" not in served.data
        assert b"<script" not in served.data
        assert not Image.open(io.BytesIO(served.data)).getexif()
    for box in ("999999999-999999999-999999999-999999999", "0-0-0-0", "5-5-99999999999999999999-1"):
        small = desk.get(f"/desk/forms/{form.id}/pages/{page.id}/{box}.jpg")
        assert small.status_code == 200
        assert max(Image.open(io.BytesIO(small.data)).size) <= 600


@pytest.mark.parametrize("name", [
    "a\r\nSet-Cookie: x=1.pdf", "../../../etc/passwd", "C:\\Users\\山田\\a.pdf", "\u202egpj.exe", "<img src=x onerror=alert(1)>.pdf",
    "a" * 5000 + ".pdf", "\x00.pdf", "山田太郎 様.pdf", "{{7*7}}.pdf", "\ud800.pdf".encode("utf-8", "surrogatepass").decode("latin-1"), ".",
])  # fmt: skip
def test_a_files_name_is_only_text(desk: FlaskClient, store: Store, instance: Path, name: str) -> None:
    before = {file for file in instance.parent.rglob("*") if instance not in file.parents}
    boundary = "x" * 20
    body = f'--{boundary}\r\nContent-Disposition: form-data; name="scans"; filename="{_escaped(name)}"\r\n\r\nnonsense\r\n--{boundary}--\r\n'
    answer = desk.post(
        "/desk/batches",
        data=body.encode("utf-8", "surrogatepass"),
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert answer.status_code == 302
    assert "x=1" not in str(answer.headers)
    (form,) = read_all(store, instance)
    inert(Page(desk.get(answer.location)))
    inert(Page(desk.get(f"/desk/forms/{form.id}")))
    assert {file for file in instance.parent.rglob("*") if instance not in file.parents} == before


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def test_many_files_at_once_and_too_many(desk: FlaskClient, store: Store) -> None:
    assert send(desk, *[(f"{number}.png", b"x") for number in range(200)]).status_code == 302
    assert len(rows(store, KOTO, ScanFile)) == 200
    refused = send(desk, *[(f"{number}.png", b"x") for number in range(301)])
    assert refused.status_code == 422
    assert "300" in refused.text
    assert len(rows(store, KOTO, Batch)) == 1
    assert rows(store, KOTO, PaperForm) == []


def test_an_upload_with_odd_fields_is_answered(desk: FlaskClient, store: Store) -> None:
    for name, text in hostile.TEXTS.items():
        if name == "lone surrogate":
            continue  # no client can be made to send it so
        answer = send(
            desk, ("a.png", b"x"), nonce=text[:3000].replace("\x00", "0"), counter_date=text[:3000].replace("\r\n", " ")
        )
        assert answer.status_code in (302, 422), name
        answer = send(desk, ("a.png", b"x"), nonce=text[:3000])
        assert answer.status_code == 302, name
