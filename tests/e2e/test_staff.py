"""What staff see, in Chromium: an office works on a case; a photographed sheet comes in at the desk and lies in the queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from counter import create_app, tenancy
from counter.models.bundle import Channel
from counter.models.memory import MemoryVersion, Step
from counter.services.applications import submit_bundle
from forms.gather import record_value
from tests import databases
from tests.e2e.conftest import NewContext
from tests.e2e.looking import check, picture
from tests.moves import KOTO, answers, procedures
from tests.papers import typed
from tests.scans.hands import UNSEEN
from tests.scans.make import FilledForm, fill_form
from tests.servers import Server
from tests.staff import PASSWORD, hire

pytestmark = pytest.mark.browser

CODE = "child-allowance"
PEOPLE = {
    "clerk@example.jp": ("clerk", ("child-support",)),
    "desk@example.jp": ("desk", ()),
    "desk2@example.jp": ("desk", ()),
    "admin@example.jp": ("admin", ()),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With a worker, some people of 江東区, and one application from the web."""
    folder = tmp_path_factory.mktemp("staff")
    home = databases.SQLite(folder).fresh(folder / "instance")
    app = create_app(home.settings)
    store = app.extensions["store"]
    for email, (role, offices) in PEOPLE.items():
        hire(store, app, email, role=role, offices=offices)
    with store.scope() as session:
        submit_bundle(session, procedures=procedures(), answers=answers(), channel=Channel.ONLINE, nonce="web", language="ja",
                      received_at=dt.datetime.now(dt.UTC))  # fmt: skip
    store.engine.dispose()
    with Server(home, workers=1) as server:
        yield server


@pytest.fixture(scope="module")
def form() -> FilledForm:
    """A 児童手当 sheet in a hand that no training saw, photographed."""
    return fill_form(CODE, UNSEEN, 11, taken="small photo", children=1)


def sign_in(page: Page, who: str) -> None:
    page.goto("/staff/sign-in")
    check(page)
    page.fill("#email", f"{who}@example.jp")
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.click("form.sc-card button")
    check(page)


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.click(selector)
    check(page)


@pytest.mark.parametrize(("width", "scripts"), [(1366, True), (320, False)])
def test_an_office_works_on_a_case(visit: NewContext, pictures: Path | None, width: int, scripts: bool) -> None:
    page = visit(width, java_script_enabled=scripts).new_page()
    sign_in_any(page, "clerk", axe=scripts)
    expect(page.locator(".sc-bar__ward")).to_have_text("江東区")
    if scripts:
        picture(page, pictures, "office-queue")
    page.click("tbody a >> nth=0")
    look(page, axe=scripts)
    if scripts:
        picture(page, pictures, "office-case")
        page.click("text=自分が担当する")
        look(page, axe=scripts)
        expect(page.locator(".sc-flash")).to_contain_text("担当になりました")
        page.check("input[value=rejected]")
        page.click("text=状況を変える")
        look(page, axe=scripts)
        expect(page.locator("[role=alert]")).to_contain_text("理由を入力")
    page.check("input[name=to] >> nth=0")
    page.fill("#note", "確認しています")
    page.click("text=状況を変える")
    look(page, axe=scripts)
    expect(page.locator(".sc-head .sc-state")).to_contain_text("審査中" if scripts else "完了")
    page.goto("/office/cases?status=withdrawn")
    look(page, axe=scripts)
    expect(page.locator(".sc-empty")).to_be_visible()


def sign_in_any(page: Page, who: str, *, axe: bool) -> None:
    if axe:
        sign_in(page, who)
        return
    page.goto("/staff/sign-in")
    page.fill("#email", f"{who}@example.jp")
    page.fill("#password", PASSWORD)
    page.click("form.sc-card button")
    look(page, axe=False)


def look(page: Page, *, axe: bool) -> None:
    page.wait_for_load_state()
    check(page, axe=axe)


def test_a_photographed_sheet_comes_into_the_queue(
    visit: NewContext, pictures: Path | None, form: FilledForm, tmp_path: Path, server: Server
) -> None:
    page = visit(1440, 900).new_page()
    sign_in(page, "desk")
    picture(page, pictures, "desk-home")
    files = []
    for number, image in enumerate(form.images, 1):
        files.append(tmp_path / f"photo-{number}.jpg")
        files[-1].write_bytes(image.data)
    page.set_input_files("#scans", files)
    press(page, "form[action$='/batches'] button")
    expect(page.locator("#progress-text")).to_contain_text(f"{len(files)}枚の読み取りが終わりました", timeout=240_000)
    page.wait_for_load_state("load")
    check(page)
    picture(page, pictures, "desk-batch")
    assert page.locator("tbody tr").count() == 1, page.locator("tbody").inner_text() + server.log()[-3000:]
    press(page, "text=確認を始める")
    expect(page.locator("h1")).to_contain_text("児童手当")
    picture(page, pictures, "desk-review", whole=False)
    somebody_else_may_not(page.url, visit)
    walk_by_keyboard(page)
    check(page)
    right(page, form)
    press(page, "[data-confirm]")
    if page.locator("input[name=drop]").count():
        right(page, form)
        page.check("input[name=drop]")
        press(page, "[data-confirm]")
    assert "/slip" in page.url, page.locator("[role=alert]").all_inner_texts()
    picture(page, pictures, "desk-slip")
    number = page.locator(".sc-number").first.inner_text().strip()
    learnt = "async () => (await (await fetch('/desk/memory')).text()).includes('第1版')"
    page.wait_for_function(learnt, polling=500, timeout=60_000)
    page.goto("/desk/accuracy")
    expect(page.locator(".sc-figures")).to_contain_text("そのまま正しい")
    both_widths(page)
    clerk = visit(1366).new_page()
    sign_in(clerk, "clerk")
    clerk.goto("/office/cases?status=all")
    check(clerk)
    expect(clerk.locator("tbody")).to_contain_text(number)
    expect(clerk.locator("tbody tr")).to_have_count(2)
    clerk.click(f"text={number}")
    look(clerk, axe=True)
    name = record_value(form.record, "applicant.name")
    expect(clerk.locator("main")).to_contain_text(name.get("family") or name["single"])
    expect(clerk.locator(".sc-from--scanned, .sc-from--corrected").first).to_be_visible()
    picture(clerk, pictures, "office-case-from-paper")


def both_widths(page: Page) -> None:
    for width in (320, 1366):
        page.set_viewport_size({"width": width, "height": 800})
        check(page)


def somebody_else_may_not(address: str, visit: NewContext) -> None:
    """A sheet is in one hand at a time: another clerk is told whose, in the list and on the sheet's own page."""
    other = visit(1366).new_page()
    sign_in_any(other, "desk2", axe=False)
    other.goto("/desk/forms")
    expect(other.locator("tbody")).to_contain_text("deskさんが確認中")
    other.goto(address)
    expect(other.locator("main")).to_contain_text("いまdeskさんが確認しています")
    both_widths(other)


def walk_by_keyboard(page: Page) -> None:
    """Enter goes from doubt to doubt and ends at the button; Esc goes back; F8 goes on; the page is enlarged and turned."""
    if page.locator("[data-doubt]").count() < 2:
        return
    focused = "document.activeElement.name + document.activeElement.textContent"
    first = page.evaluate(focused)
    page.keyboard.press("Enter")
    second = page.evaluate(focused)
    assert second != first
    assert page.locator(".sc-zones .sc-lit").count() <= 1
    page.keyboard.press("Escape")
    assert page.evaluate(focused) == first
    page.keyboard.press("F2")
    expect(page.locator("[data-zoomed]")).to_have_text("150%")
    page.keyboard.press("Shift+F2")
    page.keyboard.press("F9")
    expect(page.locator(".sc-page").first).to_have_attribute("data-turned", "1")
    page.locator("[data-whole]").click()
    take_another_reading(page)
    page.locator("h1").click()
    for _ in range(page.locator("[data-review] input").count()):
        if "受け付ける" in page.evaluate("document.activeElement.textContent"):
            break
        page.keyboard.press("F8")
    assert "受け付ける" in page.evaluate("document.activeElement.textContent")


def take_another_reading(page: Page) -> None:
    """The arrow puts the next reading in, and F4 takes it out again."""
    line = page.locator("[data-for]").first
    if not line.count():
        return
    field = page.locator(f'[name="{line.get_attribute("data-for")}"]')
    before = field.input_value()
    field.focus()
    page.keyboard.press("ArrowDown")
    assert field.input_value() in line.locator("[data-take]").all_text_contents()
    page.keyboard.press("F4")
    assert field.input_value() == before


def right(page: Page, form: FilledForm) -> None:
    """The clerk mends whatever was misread."""
    for name, text in typed(form.record, CODE).items():
        for one in page.query_selector_all(f'[name="{name}"]'):
            kind, tag = one.get_attribute("type"), one.evaluate("element => element.tagName")
            inside = one.evaluate("element => { element.closest('details')?.setAttribute('open', ''); return true }")
            assert inside
            if kind in ("radio", "checkbox"):
                if one.get_attribute("value") == text:
                    one.check()
            elif tag == "SELECT":
                one.select_option(text)
            else:
                one.fill(text)


def learnt(server: Server) -> None:
    """A step of the memory with a trial to draw, as if many sheets had been confirmed."""
    store = create_app(server.home.settings).extensions["store"]
    with store.scope() as session, tenancy.tenant(session, KOTO):
        session.add(MemoryVersion(
            ward=KOTO, number=99, step=Step.LEARNT, spans=[[1, 99]], in_force=99, by="system", lines=900, sheets=40, added=30,
            held_lines=50, held_sheets=5, right_before=30, right_after=44, won=15, lost=1, seconds=6.0,
            kinds={"name": [30, 15, 26], "address": [20, 15, 18]},
        ))  # fmt: skip
        session.flush()
    store.engine.dispose()


def test_the_rest_of_the_staff_pages_hold_at_both_widths(visit: NewContext, server: Server) -> None:
    learnt(server)
    own = (
        "/desk/own-forms",
        "/desk/own-forms/new",
        "/desk/memory/versions/99",
        "/desk/accuracy?procedure=seal-registration",
    )
    settings = ("/staff/procedures", "/staff/procedures/child-allowance", "/staff/offices", "/desk/forms/second-look")
    for width in (1366, 320):
        for who, addresses in (
            ("desk", ("/desk", "/desk/sheets", "/desk/forms", "/desk/forms/nothing", *own)),
            ("admin", ("/staff/people", *settings, "/desk/memory")),
            ("clerk", ("/office/cases?status=all", "/office/cases?number=0000")),
        ):
            page = visit(width).new_page()
            sign_in(page, who)
            for address in addresses:
                page.goto(address)
                check(page)
            if who == "admin":  # a question of the ward's own, with what is to be mended
                page.goto("/staff/procedures/child-allowance")
                page.click("button[value=add]")
                page.click("button[value=save]")
                expect(page.locator("#problem")).to_contain_text("日本語の文を入力してください")
                check(page)


def test_paper_without_scripts_on_a_small_screen(visit: NewContext, tmp_path: Path) -> None:
    page = visit(320, java_script_enabled=False).new_page()
    sign_in_any(page, "desk", axe=False)
    (tmp_path / "empty.pdf").write_bytes(b"")
    page.set_input_files("#scans", [tmp_path / "empty.pdf"])
    page.click("form[action$='/batches'] button")
    look(page, axe=False)
    page.click("text=確認を始める")
    look(page, axe=False)
    page.select_option("#procedure", CODE)
    page.click("text=入力を始める")
    look(page, axe=False)
    expect(page.locator("h1")).to_contain_text("児童手当")
    page.fill("[name='claimant.name.family']", "山田")
    with page.expect_navigation():
        page.keyboard.press("Enter")  # the first button of the form saves; nothing is confirmed by accident
    check(page, axe=False)
    expect(page.locator(".sc-flash")).to_contain_text("途中まで保存しました")
    assert page.input_value("[name='claimant.name.family']") == "山田"
