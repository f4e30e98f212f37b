"""A visit in Chromium: booked and moved on a phone and on a desk, in Japanese and English, then seen at the counter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from counter import create_app, tenancy
from counter.locales import JST
from counter.models.bundle import Channel
from counter.queries.visits import Hours, days
from counter.services import visits
from counter.services.applications import submit_bundle
from counter.services.receipts import Receipt
from tests import databases
from tests.e2e.conftest import NewContext
from tests.e2e.looking import check, picture
from tests.moves import KOTO, answers, day, procedures
from tests.servers import Server
from tests.staff import PASSWORD, hire

pytestmark = pytest.mark.browser
OFFICE = "resident-registry"


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, list[Receipt]]]:
    """Moves of the day before yesterday, at a counter that takes one visitor a slot."""
    folder = tmp_path_factory.mktemp("visits")
    home = databases.SQLite(folder).fresh(folder / "instance")
    app = create_app(home.settings)
    store = app.extensions["store"]
    hire(store, app, "clerk@example.jp", offices=(OFFICE,))
    hire(store, app, "admin@example.jp", role="admin")
    document = answers()
    document["people"][0]["email"] = "taro@example.jp"
    moved = (dt.datetime.now(JST) - dt.timedelta(days=2)).date().isoformat()
    document["move"] |= {"out_date": day(moved), "in_date": day(moved)}
    receipts = []
    for number in range(3):
        with store.scope() as session:
            receipts.append(
                submit_bundle(
                    session, procedures=procedures(), answers=document, channel=Channel.ONLINE, nonce=f"n{number}",
                    language="ja", received_at=dt.datetime.now(dt.UTC),
                )
            )  # fmt: skip
    with store.scope() as session, tenancy.tenant(session, KOTO):
        visits.set_hours(session, KOTO, OFFICE, Hours(capacity=1), actor="staff:1")
    store.engine.dispose()
    with Server(home) as server:
        yield server, receipts


@pytest.fixture(scope="module")
def server(filed: tuple[Server, list[Receipt]]) -> Server:
    return filed[0]


def press(page: Page, selector: str, *, axe: bool = True) -> None:
    with page.expect_navigation():
        page.click(selector)
    check(page, axe=axe)


@pytest.mark.parametrize(
    ("number", "width", "scripts", "language"), [(0, 320, False, "ja"), (1, 1280, True, "en")], ids=["phone", "desk"]
)
def test_a_visit_is_booked_moved_and_given_back(
    visit: NewContext, filed: tuple[Server, list[Receipt]], pictures: Path | None,
    number: int, width: int, scripts: bool, language: str,
) -> None:  # fmt: skip
    receipt = filed[1][number]
    page = visit(width, java_script_enabled=scripts).new_page()
    page.goto(f"/status/?number={receipt.number}&lang={language}")
    page.fill("#secret", receipt.secret)
    press(page, "#page-form .sc-actions button", axe=scripts)
    picture(page, pictures, f"visit-status-{language}-{width}")
    press(page, f"#line-2 ~ .sc-visit a[href*='/visit/{KOTO}']", axe=scripts)
    picture(page, pictures, f"visit-days-{language}-{width}")
    press(page, ".sc-day[href] >> nth=1", axe=scripts)
    picture(page, pictures, f"visit-times-{language}-{width}")
    press(page, "#page-form .sc-actions button", axe=scripts)  # nothing chosen
    expect(page.locator("#error-summary")).to_be_visible()
    picture(page, pictures, f"visit-error-{language}-{width}")
    page.check("input[name=slot]:enabled >> nth=0")
    press(page, "#page-form .sc-actions button", axe=scripts)
    expect(page.locator(".sc-banner--success")).to_be_visible()
    booked = page.locator(".sc-visit .sc-strong").inner_text()
    picture(page, pictures, f"visit-booked-{language}-{width}")
    press(page, ".sc-visit a", axe=scripts)
    press(page, ".sc-day[href] >> nth=3", axe=scripts)
    page.check("input[name=slot]:enabled >> nth=2")
    press(page, "#page-form .sc-actions button", axe=scripts)
    assert page.locator(".sc-visit .sc-strong").inner_text() != booked
    press(page, ".sc-visit a", axe=scripts)
    picture(page, pictures, f"visit-change-{language}-{width}")
    press(page, "form[action$='/cancel'] button", axe=scripts)
    expect(page.locator(".sc-visit .sc-button")).to_be_visible()


@pytest.mark.parametrize(("width", "scripts"), [(1366, True), (320, False)])
def test_the_counter_sees_who_comes_and_the_wards_admin_sets_its_hours(
    visit: NewContext, filed: tuple[Server, list[Receipt]], pictures: Path | None, width: int, scripts: bool
) -> None:
    server, receipts = filed
    when = dt.datetime.now(dt.UTC)
    app = create_app(server.home.settings)
    store = app.extensions["store"]
    with store.scope() as session:
        free = next(each for each in days(session, KOTO, OFFICE, when) if each.free)
        slot = next(slot.time for slot in free.slots if slot.free)
        visits.book(session, receipts[2].bundle_id, KOTO, free.day, slot, actor="resident", now=when)
    store.engine.dispose()
    page = visit(width, java_script_enabled=scripts).new_page()
    sign_in(page, "clerk")
    page.goto(f"/office/visits?day={free.day.isoformat()}")
    check(page, axe=scripts)
    expect(page.locator("tbody tr")).to_have_count(1)
    picture(page, pictures, f"visits-office-{width}")
    press(page, "tbody a", axe=scripts)
    expect(page.locator("#other-1")).to_be_visible()
    picture(page, pictures, f"visits-case-{width}")
    page.goto("/office/visits?day=2020-01-06")
    check(page, axe=scripts)
    picture(page, pictures, f"visits-none-{width}")
    if width == 320:
        page.goto(f"/office/visits?day={free.day.isoformat()}")
        press(page, "tbody button", axe=scripts)
        expect(page.locator("tbody tr")).to_contain_text("来庁済み")
    admin = visit(width, java_script_enabled=scripts).new_page()
    sign_in(admin, "admin")
    admin.goto("/office/visits/settings")
    check(admin, axe=scripts)
    tomorrow = (dt.datetime.now(JST) + dt.timedelta(days=1)).date().isoformat()
    admin.fill("input[name=day] >> nth=0", tomorrow)
    press(admin, "button[name=closed][value=yes] >> nth=0", axe=scripts)
    picture(admin, pictures, f"visits-hours-{width}")
    press(admin, "button[name=closed][value=no] >> nth=0", axe=scripts)


def sign_in(page: Page, who: str) -> None:
    page.goto("/staff/sign-in")
    page.fill("#email", f"{who}@example.jp")
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.click("form.sc-card button")
