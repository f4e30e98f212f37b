"""A batch in Chromium: empty, half read, with everything a clerk is asked about, and 200 sheets long."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from counter import create_app, tenancy
from counter.models.intake import FileState, ScanFile
from tests.e2e.looking import check, picture
from tests.integration.conftest import _NoTemplate
from tests.moves import KOTO
from tests.papers import Reader, read_all, send, unknown
from tests.servers import Server
from tests.staff import PASSWORD, desk_clerk

pytestmark = pytest.mark.browser
RECORD: dict[str, Any] = {"applicant": {"name": {"family": "山田", "given": "太郎"}}}


@pytest.fixture
def app(server: Server) -> Flask:
    return create_app({"TESTING": True, "RATELIMIT_ENABLED": False, "WTF_CSRF_ENABLED": False, **server.home.settings})


def test_a_batch_is_looked_at_while_it_is_read_and_when_it_was(
    server: Server,
    app: Flask,
    visit: Callable[..., BrowserContext],
    monkeypatch: pytest.MonkeyPatch,
    pictures: Path | None,
) -> None:
    reader = Reader()
    monkeypatch.setattr("ocr.reading.read_page", reader)
    monkeypatch.setattr("counter.services.sheets._template", lambda *_: _NoTemplate())
    monkeypatch.setattr("counter.services.sheets._templates", {})
    store, instance = app.extensions["store"], Path(app.config["INSTANCE"])
    desk = desk_clerk(store, app, name="batches")
    page = visit().new_page()
    page.goto("/staff/sign-in")
    page.fill("[name=email]", f"{KOTO}-batches@example.jp")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.goto("/desk")
    _both(page, pictures, "batches-none")
    serial = reader.write(RECORD)
    reader.write(RECORD, serial=serial)
    for _ in range(40):
        reader.write(RECORD)
        reader.pages.pop()
    reader.pages[4:4] = [unknown(), unknown()]
    same = scan(2)
    send(desk, ("a.tiff", same))
    place = send(desk, ("b.tiff", scan(8)), ("c.pdf", b"%PDF-1.7 nothing"), *_stacks(), ("again.tiff", same)).location
    page.goto(place)
    _both(page, pictures, "batch-waiting")
    read_all(store, instance)
    with store.scope() as session, tenancy.tenant(session, KOTO):
        half = session.scalars(sa.select(ScanFile).where(ScanFile.pages == 8)).one()
        half.state, half.pages = FileState.WAITING, 30
        session.flush()
    page.goto(place)
    _both(page, pictures, "batch-half")
    expect(page.locator("#progress-text")).to_contain_text("枚を読み取りました")
    with store.scope() as session, tenancy.tenant(session, KOTO):
        session.execute(sa.update(ScanFile).where(ScanFile.pages == 30).values(state=FileState.READ, pages=8))
    expect(page.locator("#progress-text")).to_contain_text("読み取りが終わりました")  # nobody pressed anything
    _both(page, pictures, "batch-read")
    page.get_by_role("link", name=re.compile("分からない紙を分ける")).click()
    _both(page, pictures, "batch-unknown")


def _stacks() -> list[tuple[str, bytes]]:
    return [(f"{number}.tiff", scan(6, number)) for number in range(14)]


def scan(pages: int, number: int = 99) -> bytes:
    """Small as a fax; the number is in the picture."""
    frames = [Image.new("1", (80 + page, 100 + number), 1) for page in range(pages)]
    out = io.BytesIO()
    frames[0].save(out, "TIFF", compression="group4", save_all=True, append_images=frames[1:])
    return out.getvalue()


def _both(page: Page, pictures: Path | None, name: str) -> None:
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        check(page, axe=width == 1280)
        picture(page, pictures, f"{name}-{width}")
