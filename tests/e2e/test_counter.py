"""At the counter in Chromium: 次の方へ leaves nothing to Back, caches, storage or cookies; drafts save and meet while typed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from counter import create_app
from tests import databases
from tests.e2e.conftest import NewContext
from tests.e2e.looking import FORWARD, check, picture
from tests.residents import Resident, with_finished_drafts
from tests.servers import Server
from tests.staff import PASSWORD, hire

pytestmark = pytest.mark.browser

FIRST = "カナリア"


@pytest.fixture(scope="module")
def people() -> list[Resident]:
    return []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, people: list[Resident]) -> Iterator[Server]:
    """A clerk at the desk, and residents who have written everything at home."""
    folder = tmp_path_factory.mktemp("counter")
    home = databases.SQLite(folder).fresh(folder / "instance")
    app = create_app(home.settings)
    store = app.extensions["store"]
    hire(store, app, "desk@example.jp", role="desk")
    people += with_finished_drafts(store, 3, canary=FIRST)
    store.engine.dispose()
    with Server(home) as server:
        yield server


def at_home(visit: NewContext, server: Server, resident: Resident, width: int = 1280) -> Page:
    context = visit(width)
    context.add_cookies([{"name": "owner", "value": resident.owner, "url": server.url}])
    return context.new_page()


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.click(selector)


def back(page: Page) -> None:
    """Where a page was the answer to a form, the browser itself refuses to show it again, and shows nothing."""
    try:
        page.go_back(wait_until="load")
    except Error as refused:
        assert "ERR_CACHE_MISS" in str(refused)


def shown(page: Page) -> str:
    """What stands on the page; one that came back from memory loads itself anew first."""
    for _ in range(5):
        try:
            return page.content() + "".join(one.input_value() for one in page.query_selector_all("input") if one)
        except Error:
            page.wait_for_load_state("load")
    raise AssertionError(f"{page.url} does not come to rest")


def clerk_at(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/staff/sign-in")
    page.fill("#email", "desk@example.jp")
    page.fill("#password", PASSWORD)
    press(page, "form.sc-card button")
    page.goto("/desk/assisted")
    return page


def look(page: Page, name: str) -> None:
    """axe and sideways scrolling, wide and narrow; pictures when somebody asks for them."""
    folder = Path(os.environ["COUNTER_PICTURES"]) if "COUNTER_PICTURES" in os.environ else None
    size = page.viewport_size
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        check(page, axe=width == 1280)
        picture(page, folder, f"{name}-{width}")
    if size:
        page.set_viewport_size(size)


def test_the_next_person_finds_nothing_of_the_one_before(
    visit: NewContext, server: Server, people: list[Resident]
) -> None:
    mine, theirs = people[0], people[1]
    codes = []
    for one in (mine, theirs):
        home = at_home(visit, server, one)
        home.goto(f"/apply/{one.draft.id}/take-away")
        look(home, "take-away")
        press(home, "main form >> nth=0 >> button")
        look(home, "take-away-code")
        codes.append(home.locator("#code").inner_text())
    counter = visit()
    page = clerk_at(counter)
    look(page, "counter-begin")
    press(page, "main form button")
    look(page, "counter-home")
    page.fill("#code", f"{server.url}/apply/resume#{codes[0]}")  # as a scanner types it
    press(page, "form:has(#code) button")
    visited = []
    for place in ("", "people", "q/move", "check"):
        page.goto(f"/apply/{mine.draft.id}/{place}")
        visited.append(page.url)
        assert FIRST in page.content() or place == "q/move"
    look(page, "counter-check")
    page.evaluate("localStorage.setItem('left', 'behind'); sessionStorage.setItem('left', 'behind')")
    page.evaluate("caches.open('left').then(cache => cache.put('/left', new Response('behind')))")
    press(page, "form[action$='/screen'] button")
    look(page, "counter-screen")
    tablet = visit(800).new_page()
    tablet.goto(f"/second/#{page.locator('.sc-number').inner_text()}")
    look(tablet, "second-ask")
    press(tablet, FORWARD)
    expect(tablet.locator("main")).to_contain_text(FIRST)
    look(tablet, "second-show")
    home = at_home(visit, server, mine)
    home.goto(f"/apply/{mine.draft.id}/")
    expect(home.locator("h1")).to_have_text("窓口で続けています")
    look(home, "at-counter")

    press(page, ".sc-serving__next")
    expect(page.locator(".sc-flash")).to_contain_text("すべて消しました")
    for _ in range(8):
        back(page)
        assert FIRST not in shown(page), page.url
    for address in visited:
        answer = page.goto(address)
        assert answer is not None and answer.status == 404
        assert FIRST not in page.content()
    page.goto("/desk/assisted")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.evaluate("caches.keys()") == []
    assert {one["name"] for one in counter.cookies()} <= {"counter"}, "the clerk's sign-in alone"
    expect(tablet.locator("h1")).to_have_text("次の方をお待ちください", timeout=15_000)
    back(tablet)
    assert FIRST not in shown(tablet)

    press(page, "main form button")
    page.fill("#code", codes[1])
    press(page, "form:has(#code) button")
    page.goto(f"/apply/{theirs.draft.id}/check")
    assert f"{FIRST}00001" in page.content()
    assert f"{FIRST}00000" not in page.content()
    press(page, ".sc-serving__next")
    home.goto(f"/apply/{mine.draft.id}/check")
    assert f"{FIRST}00000" in home.content(), "what was written at home went home"


def test_what_is_typed_is_saved_and_two_tabs_meet(visit: NewContext, server: Server, people: list[Resident]) -> None:
    mine = people[2]
    page = at_home(visit, server, mine)
    page.goto(f"/apply/{mine.draft.id}/q/move")
    number = '[name="move.new_address.number"]'
    page.fill(number, "4-5-6")
    expect(page.locator("[data-saved]")).to_contain_text("保存しました", timeout=15_000)
    look(page, "saved")
    other = page.context.new_page()
    other.goto(f"/apply/{mine.draft.id}/q/move")
    assert other.input_value(number) == "4-5-6"
    other.fill(number, "7-7-7")
    press(other, FORWARD)
    page.fill(number, "8-8-8")
    expect(page.locator("[data-saved]")).to_contain_text("別のタブ", timeout=15_000)
    press(page, FORWARD)
    expect(page.locator("h1")).to_have_text("どちらの答えを残しますか")
    look(page, "conflict")
    page.check('[value="mine"]')
    press(page, "#page-form .sc-actions button")
    other.goto(f"/apply/{mine.draft.id}/q/move")
    assert other.input_value(number) == "8-8-8"
    other.goto(f"/apply/{mine.draft.id}/")
    look(other, "tasks")
    press(other, "form:has([name=shared]) button")
    look(other, "tasks-shared")
    other.goto(f"/apply/{mine.draft.id}/q/move")
    look(other, "page-shared")
    for address, name in (("/apply/resume", "resume"), ("/apply/away", "away")):
        other.goto(address)
        look(other, name)
    other.goto("/apply/resume")
    other.fill("#code", "0000")
    press(other, FORWARD)
    look(other, "resume-wrong")
