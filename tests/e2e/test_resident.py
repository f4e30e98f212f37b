"""The resident's pages in Chromium: the whole move, small screens, no scripts, the keyboard, every language."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import moves
from tests.e2e.conftest import NewContext
from tests.e2e.looking import FORWARD, Visitor, check, picture

pytestmark = pytest.mark.browser

GUIDE = f"/start/moving?old_address={moves.SHIBUYA}&new_address={moves.KOTO}"
OUTSIDE = (
    "/",
    "/start/moving",
    "/start/moving?old_address=&new_address=131083",
    GUIDE,
    "/procedures",
    "/procedures?q=zzz",
    "/help",
    "/privacy",
    "/accessibility",
    "/status/",
    "/safety/",
    "/suppliers/",
    "/nothing-here",
)


def begin(page: Page) -> None:
    """As far as the task list of a move."""
    visitor = Visitor(page, moves.told(), axe=False)
    visitor.open(GUIDE)
    visitor.guide()
    visitor.choose(moves.MOVE)


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.click(selector)


def submit_and_look_up(visitor: Visitor, folder: Path | None = None) -> None:
    """From the check page to the status page with the numbers of the receipt."""
    page = visitor.page
    visitor.press("button.sc-button--large")
    expect(page.locator(".sc-receipt h1")).to_be_visible()
    assert page.locator("ol.sc-rows > li").count() == 4
    picture(page, folder, "resident-receipt")
    number, secret = (page.locator(f"#{name}").inner_text().strip() for name in ("number", "secret"))
    visitor.open("/status/")
    page.fill("#number", number)
    page.fill("#secret", "AAAA-AAAA-AAAA")
    visitor.press("main form button.sc-button")
    expect(page.locator("#error-summary")).to_be_visible()
    page.fill("#number", number)
    page.fill("#secret", secret)
    visitor.press("main form button.sc-button")
    assert page.locator(".sc-now").count() == 4
    picture(page, folder, "resident-status")


def test_a_move_with_scripts_on_a_desktop(visit: NewContext, pictures: Path | None) -> None:
    visitor = Visitor(visit().new_page(), moves.told())
    visitor.pictures = pictures
    for address in OUTSIDE:
        visitor.open(address)
    visitor.open("/")
    picture(visitor.page, pictures, "resident-front")
    visitor.press("a.sc-event--main")
    visitor.guide()
    picture(visitor.page, pictures, "resident-follow")
    visitor.choose(moves.MOVE)
    picture(visitor.page, pictures, "resident-tasks")
    visitor.press("a.sc-button--large")
    visitor.walk()
    submit_and_look_up(visitor, pictures)


def test_a_move_without_scripts_on_a_small_telephone(visit: NewContext) -> None:
    visitor = Visitor(visit(320, 640, java_script_enabled=False).new_page(), moves.told(), axe=False, scripts=False)
    visitor.open(GUIDE)
    visitor.guide()
    visitor.choose(moves.MOVE)
    visitor.press("a.sc-button--large")
    visitor.walk()
    submit_and_look_up(visitor)


@pytest.mark.parametrize("language", ["ja-easy", "en"])
def test_every_page_in_every_language_on_a_small_telephone(
    visit: NewContext, language: str, pictures: Path | None
) -> None:
    visitor = Visitor(visit(320, 640).new_page(), moves.told())
    visitor.open(f"/?lang={language}")
    for address in OUTSIDE:
        visitor.open(address)
    visitor.open(GUIDE)
    visitor.guide()
    visitor.choose(moves.MOVE)
    visitor.press("a.sc-button--large")
    visitor.press()
    picture(visitor.page, pictures, f"resident-error-{language}")
    assert visitor.page.evaluate("document.activeElement.id") == "error-summary"
    visitor.walk()
    submit_and_look_up(visitor)


def test_large_text_forced_colours_and_print(visit: NewContext) -> None:
    visitor = Visitor(
        visit(640, 800, forced_colors="active", reduced_motion="reduce").new_page(), moves.told(), axe=False
    )
    for address in OUTSIDE:
        visitor.page.goto(address)
        visitor.page.evaluate("document.documentElement.style.fontSize = '200%'")
        check(visitor.page, axe=False)
    visitor.page.emulate_media(media="print")
    check(visitor.page, axe=False)


def test_the_keyboard_alone_chooses_answers_and_meets_its_errors(visit: NewContext) -> None:
    page = visit().new_page()
    page.goto(GUIDE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "sc-skip"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "4px"
    page.keyboard.press("Enter")
    page.focus(FORWARD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.focus('[name="move.out_date.year"]')
    page.keyboard.type("２０２６")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    assert page.title().startswith("エラー：")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('name')").startswith("move.out_date")
    assert page.input_value('[name="move.out_date.year"]') == "２０２６"
    Visitor(page, moves.told(), axe=False).guide()
    first = page.locator("input[name=procedure]").first
    first.focus()
    page.keyboard.press("Space")
    assert not first.is_checked()
    page.keyboard.press("Space")
    for button in ("button.sc-button--large", "a.sc-button--large"):
        page.focus(button)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    page.focus("[type=radio] >> nth=0")
    page.keyboard.press("Space")
    assert page.is_checked("[type=radio] >> nth=0")


def test_a_postcode_offers_towns_and_writes_over_nothing(visit: NewContext) -> None:
    page = visit().new_page()
    begin(page)
    press(page, "a.sc-button--large")
    city, town = (page.locator(f'[name="move.old_address.{part}"]') for part in ("city", "town"))
    page.fill('[name="move.old_address.postcode"]', "１３５-0016")
    expect(town).to_have_value("東陽")
    expect(city).to_have_value("東京都渋谷区")  # chosen before: not ours to change
    town.fill("わたしの町")
    page.fill('[name="move.old_address.postcode"]', "1500042")
    expect(page.locator("datalist >> nth=0").locator("option")).to_have_attribute("value", "宇田川町")
    expect(town).to_have_value("わたしの町")


def test_a_change_of_language_in_the_middle_keeps_every_letter(visit: NewContext) -> None:
    page = visit(320, 640).new_page()
    begin(page)
    press(page, "a.sc-button--large")
    page.fill('[name="move.old_address.town"]', "神南 <1> & 髙")
    page.fill('[name="move.out_date.day"]', "三十二")
    page.click("summary.sc-languages__open")
    press(page, 'button[name="_lang"][value="en"]')
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.input_value('[name="move.old_address.town"]') == "神南 <1> & 髙"
    assert page.input_value('[name="move.out_date.day"]') == "三十二"
    press(page, FORWARD)
    assert page.title().startswith("Error")
    page.click("summary.sc-languages__open")
    press(page, 'button[name="_lang"][value="ja-easy"]')
    assert page.locator("ruby").count() > 5
    assert page.input_value('[name="move.out_date.day"]') == "三十二"


def test_two_tabs_two_drafts_and_a_closed_browser(visit: NewContext) -> None:
    context = visit()
    tabs = [context.new_page(), context.new_page()]
    for number, page in enumerate(tabs):
        begin(page)
        page.goto(page.url + "people")
        page.fill("input[name$=family]", f"人{number}")
    for page in tabs:
        with page.expect_navigation():
            page.click("button[value=later]")
    cookies = [cookie for cookie in context.cookies() if cookie["expires"] > 0]  # what outlives the browser
    reopened = visit()
    reopened.add_cookies(cookies)  # type: ignore[arg-type]
    for number, page in enumerate(tabs):
        again = reopened.new_page()
        again.goto(page.url.partition("?")[0] + "people")
        assert again.input_value("input[name$=family]") == f"人{number}"
