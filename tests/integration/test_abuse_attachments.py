"""Hostile documents of residents: bombs, liars and thousands; each is refused in words or becomes pages of our own."""

from __future__ import annotations

import io
import threading
import time
from pathlib import Path

import pypdfium2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from counter.extensions import Store
from counter.models.attachment import DraftFile
from counter.services import drafts, enclosing
from counter.services.enclosing import Refused, enclose, pack, unpack
from ocr import loading
from tests.enclosures import pdf, photo, png
from tests.integration.test_abuse_uploads import FILES, tiff

CODE = "health-insurance-leaving"
PATH = "health-insurance-leaving.new_paper"


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_hostile_file_is_refused_or_flattened(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosing, "PAGE_SECONDS", 5.0)
    begun = time.monotonic()
    try:
        found = enclose(FILES[name], name)
    except Refused as refused:
        assert refused.code in enclosing.REASONS
        assert enclosing.reason(refused.code).text()
    else:
        assert name in {"huge-page.pdf", "text-bomb.png", "flat.png", "negative.pdf", "stream-bomb.pdf"}
        assert all(page.startswith(b"\xff\xd8\xff") and len(page) < 5_000_000 for page in found.pages)
        assert max(Image.open(io.BytesIO(found.pages[0])).size) <= 2600
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (tiff(3), "kind"), (photo() + b"x" * enclosing.MOST_BYTES, "too-large"), (FILES["script.pdf"], "scripted"),
        (FILES["400-megapixels.png"], "too-many-pixels"), (pdf(enclosing.MOST_PAGES + 1), "too-many-pages"),
        (b"\x00\x00\x00\x1cftypmif1" + b"\0" * 40, "heic"), (b"RIFF\0\0\0\0WEBP", "kind"),
    ],
)  # fmt: skip
def test_each_has_its_own_words(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        enclose(data, "a")
    assert refused.value.code == code


def test_a_locked_pdf_says_that_its_password_must_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF 1.4 whose standard handler wants a password that nobody has."""
    locked = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\n"
        b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<01><01>]/Size 5>>\n%%EOF"
    )
    with pytest.raises(Refused) as refused:
        enclose(locked, "a.pdf")
    assert refused.value.code == "encrypted"


def test_what_hides_behind_a_picture_is_gone() -> None:
    script = b"<script>alert(1)</script>"
    for data in (photo() + script, photo() + b"PK\x03\x04" + script, png() + script):
        found = enclose(data, "a.jpg")
        assert script not in pack(found.pages) + found.preview


def test_a_typed_form_keeps_what_was_typed() -> None:
    """Somebody fills in a form on a computer and sends it: the words in its fields are on the page that we keep."""
    appearance = (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 400 200]/Length 25>>stream\n0 0 0 rg 0 0 400 200 re f\nendstream"
    )
    parts = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Annots[4 0 R]>>",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(x)/F 4/Rect[0 0 400 200]/AP<</N 5 0 R>>>>", appearance,
    ]  # fmt: skip
    from tests.enclosures import _objects

    [page] = enclose(_objects(*parts), "a.pdf").pages
    picture = Image.open(io.BytesIO(page)).convert("L")
    assert picture.getpixel((picture.width // 2, picture.height * 3 // 4)) < 60


def test_pages_are_packed_and_unpacked() -> None:
    for pages in [(b"a",), (b"", b"xyz", b"\0" * 1000)]:
        assert unpack(pack(pages)) == pages


def test_only_a_few_are_opened_at_once_and_the_rest_are_asked_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    go, inside = threading.Event(), threading.Semaphore(0)

    def slow(data: bytes, **_: object) -> object:
        inside.release()
        go.wait(10)
        return iter([__import__("numpy").zeros((20, 20, 3), "uint8")])

    monkeypatch.setattr(loading, "iter_pages", slow)
    monkeypatch.setattr(enclosing, "PATIENCE", 0.05)
    busy = [threading.Thread(target=enclose, args=(photo(), "a.jpg")) for _ in range(enclosing.AT_ONCE)]
    for thread in busy:
        thread.start()
        inside.acquire()
    with pytest.raises(Refused, match="busy"):
        enclose(photo(), "b.jpg")
    go.set()
    for thread in busy:
        thread.join()
    assert enclose(photo(), "c.jpg")


def test_thousands_in_one_request_are_a_few_files_and_words(client: FlaskClient, store: Store, app: Flask) -> None:
    owner = drafts.new_token()
    with store.scope() as session:
        draft = drafts.begin(session, owner, [CODE])
    client.set_cookie("owner", owner)
    files = [(io.BytesIO(b"\xff\xd8\xff"), f"{number}.jpg") for number in range(2000)]
    begun = time.monotonic()
    answer = client.post(f"/apply/{draft.id}/q/{CODE}", data={f"{PATH}.file": files})
    assert answer.status_code < 500 and time.monotonic() - begun < 30
    with store.scope(write=False) as session:
        assert session.scalars(sa.select(DraftFile)).all() == []
    blobs = Path(app.config["INSTANCE"]) / "blobs" / "enclosures"
    assert not [path for path in blobs.rglob("*") if path.is_file()]


def test_our_pdf_of_a_document_is_pictures_and_nothing_else() -> None:
    from counter.printing.enclosure import to_pdf

    made = to_pdf(enclose(pdf(2), "a.pdf").pages)
    assert len(pypdfium2.PdfDocument(made)) == 2
    assert not any(word in made for word in (b"/JavaScript", b"/OpenAction", b"/AcroForm", b"/EmbeddedFile"))
