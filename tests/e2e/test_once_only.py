"""Signing in and once-only in Chromium, on a small telephone, with a real OpenID provider beside the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import databases, moves, signing
from tests.e2e.conftest import NewContext
from tests.e2e.looking import Visitor, picture
from tests.servers import Server

pytestmark = pytest.mark.browser

ELSEWHERE = re.compile(r"^https://")  # the provider's page asks the internet for its looks
SUBMIT = "#page-form .sc-actions button.sc-button--large"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """As every server of these tests, with signing in configured."""
    folder = tmp_path_factory.mktemp("e2e")
    with signing.running() as issuer:
        settings = {f"COUNTER_{name}": str(value) for name, value in signing.settings(issuer, folder).items()}
        with Server(databases.SQLite(folder).fresh(folder / "instance"), environment=settings) as server:
            yield server


def sign_in(visitor: Visitor) -> None:
    """From the header of any page, through the provider's own page, and back."""
    page = visitor.page
    visitor.press(".sc-header__link")
    picture(page, visitor.pictures, "my-sign-in")
    with page.expect_navigation():
        page.click("main a.sc-button--large")
    page.fill("input[name=sub]", "taro")
    with page.expect_navigation():
        page.click("button[type=submit] >> nth=0")


def begin(visitor: Visitor) -> None:
    visitor.open(f"/start/moving?old_address={moves.SHIBUYA}&new_address={moves.KOTO}")
    visitor.guide()
    visitor.choose(moves.MOVE)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_once_only_on_a_small_telephone(visit: NewContext, pictures: Path | None, language: str) -> None:
    visitor = Visitor(visit(320, 640).new_page(), moves.told(), axe=True)
    page, visitor.pictures = visitor.page, pictures
    page.route(ELSEWHERE, lambda route: route.fulfill(body="", content_type="text/css"))
    visitor.open(f"/?lang={language}")
    sign_in(visitor)
    expect(page).to_have_url(f"{page.url.partition('/my')[0]}/my/")
    visitor.open("/my/")
    if language == "ja":
        begin(visitor)
        visitor.press("a.sc-button--large")
        visitor.walk()
        page.check("input[name=keep]")
        picture(page, pictures, "my-keep")
        visitor.press(SUBMIT)
    begin(visitor)
    picture(page, pictures, f"my-offer-{language}")
    for box in page.locator("#reuse-form input[name=person]").all():
        box.check()
    visitor.press("#reuse-form button[name=yes]")
    picture(page, pictures, f"my-used-{language}")
    with page.expect_navigation():
        page.locator("main .sc-row a[href*='/q/people.']").first.click()
    visitor._look()
    picture(page, pictures, f"my-question-{language}")
    for address in ("/my/", "/my/kept", "/my/looks", "/my/erase", "/my/sign-in", "/my/callback"):
        visitor.open(address)
        picture(page, pictures, f"my{address.replace('/', '-')}-{language}")
    visitor.open("/my/kept")
    with page.expect_navigation():
        page.locator(".sc-answer__change a").nth(3).click()
    visitor._look()
    picture(page, pictures, f"my-correct-{language}")
    visitor.open("/my/")
    visitor.press("main form.sc-actions button")
    expect(page.locator("main a.sc-button")).to_be_visible()
    picture(page, pictures, f"my-signed-out-{language}")
    page.goto("/my/")
    assert "/my/sign-in" in page.url
