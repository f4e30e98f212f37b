"""Foreign bytes: what opens, what is refused and with which word, and that nothing hangs or eats the machine."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from ocr import loading
from ocr.loading import iter_pages, load_pages
from ocr.problems import Unreadable


def packed(kind: str, picture: Image.Image | None = None, **options: object) -> bytes:
    buffer = io.BytesIO()
    (picture or Image.new("RGB", (60, 80), (200, 100, 50))).save(buffer, kind, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def reason(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        load_pages(data, "x.png")
    assert refused.value.message.text()
    return refused.value.code


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "PDF"])
def test_every_kind_opens(kind: str) -> None:
    (page,) = load_pages(packed(kind), "whatever.txt")
    assert page.dtype == np.uint8 and page.shape[2] == 3
    assert page[10, 10, 0] > page[10, 10, 2], "red first"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F"])
def test_every_depth_opens(mode: str) -> None:
    grey = Image.new("L", (60, 80), 200)
    picture = Image.fromarray(np.full((80, 60), 200 * 257, np.uint16)) if mode == "I;16" else grey.convert(mode)
    (page,) = load_pages(packed("TIFF", picture))
    assert abs(int(page.mean()) - (255 if mode == "1" else 200)) < 60


def pdf(*sizes: tuple[float, float]) -> bytes:
    """Empty pages of these sizes in points."""
    document = pypdfium2.PdfDocument.new()
    for width, height in sizes:
        document.new_page(width, height)
    buffer = io.BytesIO()
    document.save(buffer)
    document.close()
    return buffer.getvalue()


def test_a_stack_comes_page_by_page() -> None:
    first, *others = [Image.new("RGB", (40 + n, 60), "white") for n in range(3)]
    stack = packed("TIFF", first, save_all=True, append_images=others)
    assert [page.shape[1] for page in iter_pages(stack)] == [40, 41, 42]
    assert len(load_pages(pdf((60, 80), (70, 90), (80, 100)))) == 3


def test_the_camera_was_held_sideways() -> None:
    picture = Image.new("RGB", (90, 40), "white")
    exif = Image.Exif()
    exif[0x0112] = 6
    (page,) = load_pages(packed("JPEG", picture, exif=exif))
    assert page.shape[:2] == (90, 40)


def test_large_pictures_shrink() -> None:
    (page,) = load_pages(packed("PNG", Image.new("L", (5000, 300), 255)))
    assert page.shape[1] == 3600


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"hello, this is no picture", "not-an-image"),
        (b"GIF89a" + b"\0" * 50, "not-an-image"),
        (packed("PNG")[:60], "truncated"),
        (packed("JPEG", Image.effect_noise((300, 300), 90))[:9000], "truncated"),
        (packed("TIFF", Image.effect_noise((300, 300), 90))[:900], "truncated"),
        (packed("PDF")[:300], "truncated"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 500, "broken"),
        (b"%PDF-1.7\n" + b"1 0 obj << >> endobj\n" * 5 + b"%%EOF", "broken"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, code: str) -> None:
    assert reason(data) == code


def test_encrypted() -> None:
    # a minimal PDF whose trailer names an encryption dictionary that no empty password opens
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"3 0 obj<</Filter/Standard/V 1/R 2/O(" + b"o" * 32 + b")/U(" + b"u" * 32 + b")/P -4>>endobj\n"
    )
    offsets = [body.index(b"%d 0 obj" % n) for n in (1, 2, 3)]
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    trailer = (
        b"trailer<</Size 4/Root 1 0 R/Encrypt 3 0 R/ID[(aaaaaaaaaaaaaaaa)(aaaaaaaaaaaaaaaa)]>>\nstartxref\n%d\n%%%%EOF"
    )
    assert reason(body + table + trailer % len(body)) == "encrypted"


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that would unpack to width × height pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    squeezed = zlib.compress(b"\0" * 4_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", squeezed) + chunk(b"IEND", b"")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    assert reason(bomb(20_000, 20_000)) == "too-many-pixels"


def test_too_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MOST_PAGES", 2)
    blank = Image.new("1", (40, 40), 1)
    assert reason(packed("TIFF", blank, save_all=True, append_images=[blank] * 3)) == "too-many-pages"
    assert reason(pdf(*[(50, 50)] * 3)) == "too-many-pages"


def test_too_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MOST_BYTES", 100)
    assert reason(packed("PNG")) == "too-large"


def test_a_huge_pdf_page_is_made_small() -> None:
    (page,) = load_pages(pdf((14_000, 10_000)))
    assert max(page.shape) <= 3601


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("import time; time.sleep(60)", "too-slow"),
        ("import os; os.abort()", "broken"),
        ("import sys; sys.exit(3)", "broken"),
        ("import sys; sys.stdout.write('00000020' + '{'); sys.stdout.flush()", "broken"),
    ],
)
def test_a_child_that_hangs_or_dies(
    code: str, wanted: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path_factory.mktemp("child") / "child.py"
    child.write_text(code)
    monkeypatch.setattr(loading, "CHILD", child)
    with pytest.raises(Unreadable) as refused:
        list(iter_pages(packed("PNG"), seconds=0.7))
    assert refused.value.code == wanted


def test_the_child_holds_itself_to_its_limits(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = loading.CHILD.read_text()
    greedy = source.replace("data = sys.stdin.buffer.read()", "data = bytes(3 * 1024**3)")
    assert greedy != source
    child = tmp_path_factory.mktemp("child") / "child.py"
    child.write_text(greedy)
    monkeypatch.setattr(loading, "CHILD", child)
    assert reason(packed("PNG")) == "broken"


def test_stopping_early_leaves_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    start: Callable[..., object] = loading._start
    monkeypatch.setattr(loading, "_start", lambda *args: started.append(start(*args)) or started[-1])
    blank = Image.new("1", (40, 40), 1)
    pages = iter_pages(packed("TIFF", blank, save_all=True, append_images=[blank] * 5))
    next(pages)
    pages.close()
    assert started[0].returncode is not None  # type: ignore[attr-defined]
