"""Chromium over a server of its own; every page that a test looks at is checked by axe and for sideways scrolling."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, sync_playwright

from tests import databases
from tests.e2e.looking import ARGUMENTS, CHROMIUM
from tests.servers import Server

pytestmark = pytest.mark.browser

NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One a module: Playwright's event loop runs while it lives, and DBOS refuses to start beside one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real thing over a fresh installation, without a worker: nothing here waits for a delivery."""
    folder = tmp_path_factory.mktemp("e2e")
    with Server(databases.SQLite(folder).fresh(folder / "instance")) as server:
        yield server


def _said(message: ConsoleMessage) -> str:
    return f"{message.text} (at {message.location.get('url', '')})"


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[NewContext]:
    """A new visitor: `visit(width=320, java_script_enabled=False, …)`. Complaints of the browser fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def new(width: int = 1280, height: int = 800, **kwargs: Any) -> BrowserContext:
        context = browser.new_context(
            base_url=server.url, viewport={"width": width, "height": height}, locale="ja-JP", **kwargs
        )
        context.set_default_timeout(15_000)
        context.on("console", lambda message: complaints.append(_said(message)) if message.type == "error" else None)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        contexts.append(context)
        return context

    yield new
    for context in contexts:
        context.close()
    assert [text for text in complaints if "the server responded with a status of 4" not in text] == []


@pytest.fixture
def pictures() -> Path | None:
    """Where pictures for the README go, when somebody asks for them."""
    folder = os.environ.get("COUNTER_PICTURES")
    return Path(folder) if folder else None
