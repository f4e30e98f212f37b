"""After filing, in Chromium: an office asks for a correction, the resident answers on a phone, the office sees old and new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from counter import create_app
from counter.models.bundle import Channel
from counter.services.applications import submit_bundle
from counter.services.receipts import Receipt
from tests import databases
from tests.e2e.conftest import NewContext
from tests.e2e.looking import check, picture
from tests.moves import answers, procedures
from tests.servers import Server
from tests.staff import PASSWORD, hire

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Receipt]]:
    """A move that was filed a moment ago, and one office of it."""
    folder = tmp_path_factory.mktemp("after")
    home = databases.SQLite(folder).fresh(folder / "instance")
    app = create_app(home.settings)
    store = app.extensions["store"]
    hire(store, app, "clerk@example.jp", offices=("child-support",))
    with store.scope() as session:
        receipt = submit_bundle(session, procedures=procedures(), answers=answers(), channel=Channel.ONLINE, nonce="n",
                                language="ja", received_at=dt.datetime.now(dt.UTC))  # fmt: skip
    store.engine.dispose()
    with Server(home) as server:
        yield server, receipt


@pytest.fixture(scope="module")
def server(filed: tuple[Server, Receipt]) -> Server:
    return filed[0]


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.click(selector)
    check(page)


def test_a_correction_is_asked_answered_on_a_phone_and_read(
    visit: NewContext, filed: tuple[Server, Receipt], pictures: Path | None
) -> None:
    _, receipt = filed
    office = visit(1366).new_page()
    office.goto("/staff/sign-in")
    office.fill("#email", "clerk@example.jp")
    office.fill("#password", PASSWORD)
    press(office, "form.sc-card button")
    press(office, "tbody a >> nth=0")
    press(office, "text=補正を依頼する")
    box = office.locator("input[value='claimant.account']")
    box.focus()
    office.keyboard.press("Space")
    office.keyboard.press("Tab")
    office.keyboard.type("通帳の番号と合っていません。7けたの番号を確かめてください。")
    picture(office, pictures, "office-ask-correction")
    press(office, "main form button[type=submit]")
    expect(office.locator(".sc-head .sc-state")).to_have_text("補正依頼中")

    phone = visit(320, 640).new_page()
    phone.goto("/status/")
    phone.fill("#number", receipt.number)
    phone.fill("#secret", receipt.secret)
    press(phone, "#page-form .sc-actions button")
    picture(phone, pictures, "status-correction")
    assert phone.locator(".sc-main .sc-button:not(.sc-button--outline)").count() == 1
    press(phone, "text=直すところに答える")
    picture(phone, pictures, "correction-question")
    press(phone, "#page-form .sc-actions button")
    expect(phone.locator("#error-summary")).to_be_focused()
    picture(phone, pictures, "correction-error")
    phone.fill("[name='claimant.account.number']", "7654321")
    press(phone, "#page-form .sc-actions button")
    expect(phone.locator(".sc-banner--success")).to_contain_text("補正の答えを受け付けました")
    press(phone, "text=担当の課とのメッセージ >> nth=-1")
    phone.fill("#text", "直しました。よろしくお願いします。")
    press(phone, "#page-form .sc-actions button")
    press(phone, "text=控えを見る")
    expect(phone.locator("main")).to_contain_text("7654321")
    picture(phone, pictures, "status-copy")

    office.goto("/office/cases?unread=corrections")
    check(office)
    picture(office, pictures, "office-queue-unread")
    press(office, "tbody a >> nth=0")
    expect(office.locator("del")).to_contain_text("1234567")
    expect(office.locator("ins")).to_contain_text("7654321")
    picture(office, pictures, "office-correction-answered")
    press(office, "text=確認済みにする")
    office.check("input[value=done]")
    press(office, "text=状況を変える")
    phone.goto(f"/status/{receipt.number}")
    check(phone)
    expect(phone.locator("#line-4 ~ .sc-now .sc-tag")).to_have_text("完了")
    picture(phone, pictures, "status-done")


def test_taking_back_and_writing_without_scripts(
    visit: NewContext, filed: tuple[Server, Receipt], pictures: Path | None
) -> None:
    _, receipt = filed
    page = visit(320, 640, java_script_enabled=False).new_page()
    page.goto("/status/")
    page.fill("#number", receipt.number)
    page.fill("#secret", receipt.secret)
    with page.expect_navigation():
        page.click("#page-form .sc-actions button")
    with page.expect_navigation():
        page.click(f"a[href$='/{receipt.lines[2].suffix}/withdraw']")
    check(page, axe=False)
    picture(page, pictures, "withdraw")
    page.fill("#reason", "引っ越しをやめました")
    with page.expect_navigation():
        page.click("#page-form .sc-actions button")
    check(page, axe=False)
    expect(page.locator(".sc-banner--success")).to_contain_text("取り下げました")
    page.goto(f"/status/{receipt.number}/{receipt.lines[2].suffix}/withdraw")
    check(page, axe=False)
    expect(page.locator("h1")).to_have_text("この申請は、もう取り下げてあります")
    picture(page, pictures, "withdrawn-again")
