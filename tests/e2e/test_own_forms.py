"""A ward's own paper in Chromium: drawn by mouse and by keys, tied, put to use, recognised, read and reviewed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from counter import create_app
from counter.extensions import Store
from counter.jobs import own_forms, read_scan
from counter.models.intake import PaperForm, ScanFile
from counter.models.own_form import OwnForm, OwnFormPage
from counter.services import own_forms_reading, sheets
from counter.services.blobs import Blobs
from counter.services.own_forms_zones import Blank, Drawing, Drawn, sheet
from forms.procedures import CATALOGUE
from tests import databases
from tests.e2e.conftest import NewContext
from tests.e2e.looking import check, picture
from tests.moves import KOTO
from tests.scans import foreign
from tests.servers import Server
from tests.staff import PASSWORD, hire, rows

pytestmark = pytest.mark.browser

WORDS: dict[str, Any] = {
    "applicant.kana": "サトウ ハナコ",
    "applicant.name": "佐藤花子",
    "applicant.phone": "090-1234-5678",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("own")
    home = databases.SQLite(folder).fresh(folder / "instance")
    app = create_app(home.settings)
    for role in ("desk", "admin"):
        hire(app.extensions["store"], app, f"{role}@example.jp", role=role)
    app.extensions["store"].engine.dispose()
    with Server(home) as server:
        yield server


@pytest.fixture
def store(server: Server) -> Iterator[Store]:
    store: Store = create_app(server.home.settings).extensions["store"]
    yield store
    store.engine.dispose()


def sign_in(visit: NewContext, role: str, **kwargs: Any) -> Page:
    page = visit(**kwargs).new_page()
    page.goto("/staff/sign-in")
    page.fill("#email", f"{role}@example.jp")
    page.fill("#password", PASSWORD)
    press(page, "form.sc-card button")
    return page


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.click(selector)


def look(page: Page, name: str, *, axe: bool = True) -> None:
    """Sideways scrolling, narrow and wide; pictures when somebody asks for them."""
    folder = Path(os.environ["COUNTER_PICTURES"]) if "COUNTER_PICTURES" in os.environ else None
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        check(page, axe=axe and width == 1280)
        picture(page, folder, f"{name}-{width}")


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Millimetres on the paper as pixels of the window."""
    box = page.locator(".sc-drawn").bounding_box()
    assert box
    return box["x"] + x * box["width"] / 210, box["y"] + y * box["height"] / 297


def bring(page: Page, box: foreign.Box) -> None:
    """Scroll the paper, and the window, to a place on it."""
    page.locator(".sc-paper--draw").scroll_into_view_if_needed()
    page.evaluate(
        """([y]) => { const paper = document.querySelector('.sc-paper--draw'), svg = paper.querySelector('svg');
        paper.scrollIntoView({block: 'center'}); paper.scrollTop = svg.getBoundingClientRect().height * y / 297 - 120; }""",
        [box[1]],
    )


def drag(page: Page, box: foreign.Box) -> None:
    x, y, w, h = box
    page.mouse.move(*at(page, x, y))
    page.mouse.down()
    page.mouse.move(*at(page, x + w / 2, y + h / 2))
    page.mouse.move(*at(page, x + w, y + h))
    page.mouse.up()


def values(page: Page, row: int) -> dict[str, str]:
    return {name: page.locator(f"#zone-{row} [name={name}]").input_value() for name in ("target", "x", "y", "w", "h")}


def near(found: dict[str, str], box: foreign.Box) -> bool:
    return all(abs(float(found[name]) - side) < 2.0 for name, side in zip("xywh", box, strict=True))


def test_a_form_is_drawn_put_to_use_and_read(
    visit: NewContext, server: Server, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = server.home.instance
    monkeypatch.setattr(sheets, "templates", _theirs)  # our own sheets take long to draw
    desk = sign_in(visit, "desk")
    desk.goto("/desk/own-forms")
    look(desk, "own-forms-empty")
    press(desk, "main a.sc-button")
    press(desk, "main form button")
    look(desk, "own-forms-new-error")
    desk.fill("#title", foreign.TITLE)
    desk.select_option("#procedure", foreign.PROCEDURE)
    blank = {"name": "blank.jpg", "mimeType": "image/jpeg", "buffer": foreign.scanned(foreign.blank(), 1)}
    desk.set_input_files("#blank", blank)  # type: ignore[arg-type]
    press(desk, "main form button")
    look(desk, "own-form-preparing", axe=False)
    (form,) = rows(store, KOTO, OwnForm)
    with desk.expect_navigation(timeout=120_000):  # the page notices by itself
        own_forms.prepare(store, instance, KOTO, form.id)
    expect(desk.locator("[data-zones]")).to_be_visible()

    # by mouse: the field first, then roughly around its cell; it snaps
    desk.locator("[data-place='applicant.name'] [data-pick]").click()
    x, y, w, h = foreign.cell("氏名")
    bring(desk, foreign.cell("氏名"))
    drag(desk, (x + 3, y + 2, w - 7, h - 3.5))
    drawn = values(desk, 1)
    assert "氏名" in drawn["target"] and near(drawn, foreign.cell("氏名")), drawn
    assert desk.locator("[data-place='applicant.name']").get_attribute("data-state") == "tied"
    # a click in a cell takes the cell
    desk.locator("[data-place='applicant.phone'] [data-pick]").click()
    x, y, w, h = foreign.cell("電話番号")
    bring(desk, foreign.cell("電話番号"))
    desk.mouse.click(*at(desk, x + 60, y + 6))
    assert near(values(desk, 2), foreign.cell("電話番号"))

    # by keys alone: the next box, moved and sized, tied by typing
    desk.locator(".sc-paper--draw").focus()
    desk.keyboard.press("Escape")
    desk.keyboard.press("n")
    desk.keyboard.press("Delete")
    assert desk.locator("[data-zone]").count() == 2
    desk.keyboard.press("Control+z")
    assert desk.locator("[data-zone]").count() == 3
    desk.keyboard.press("Control+y")
    assert desk.locator("[data-zone]").count() == 2
    desk.locator(".sc-paper--draw").focus()
    desk.keyboard.press("Escape")
    for _ in range(30):
        desk.keyboard.press("b")
        if near(values(desk, 3), foreign.cell("フリガナ")):
            break
    last = desk.locator("[data-zone]").count()
    assert near(values(desk, last), foreign.cell("フリガナ"))
    before = values(desk, last)
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("Shift+ArrowLeft")
    after = values(desk, last)
    assert float(after["x"]) == pytest.approx(float(before["x"]) + 0.5)
    assert float(after["w"]) == pytest.approx(float(before["w"]) - 0.5)
    desk.keyboard.press("Enter")
    desk.keyboard.type("届け出る方（申請者）：フリガナ（全体を一つの枠に）")
    desk.keyboard.press("Tab")
    assert desk.locator("[data-place='applicant.kana']").get_attribute("data-state") == "tied"
    press(desk, ".sc-head button[value=save]")
    assert desk.locator(".sc-flash").inner_text() == "下書きを保存しました。"
    assert desk.locator("[data-zone]").count() == last == 3
    look(desk, "own-form-edit")

    admin = sign_in(visit, "admin")
    admin.goto(f"/desk/own-forms/{form.id}")
    look(admin, "own-form-admin-draft")
    press(admin, "main .sc-entry a.sc-button")
    look(admin, "own-form-ready")
    press(admin, "main form button.sc-button")
    look(admin, "own-form-active")

    words = _sheet(store, form)
    filled = foreign.scanned(foreign.filled(words, WORDS, "pen-5", 5), 6)
    desk.goto("/desk")
    scan = {"name": "scan.jpg", "mimeType": "image/jpeg", "buffer": filled}
    desk.set_input_files("#scans", scan)  # type: ignore[arg-type]
    press(desk, "form:has(#scans) button")
    (file,) = rows(store, KOTO, ScanFile)
    read_scan.read(store, instance, KOTO, file.id)
    (taken,) = rows(store, KOTO, PaperForm)
    desk.goto(f"/desk/forms/{taken.id}")
    assert desk.locator("h1").inner_text().startswith("罹災証明書")
    assert desk.locator("[name='applicant.name.family']").input_value() == "佐藤"
    assert desk.locator("[name='applicant.name.given']").input_value() == "花子"
    assert desk.locator("[name='applicant.phone']").input_value() == "090-1234-5678"
    look(desk, "own-form-review", axe=False)
    desk.goto("/desk/own-forms")
    expect(desk.locator("td[data-label=読み取った数]")).to_have_text("1件 受付ずみ 0")
    look(desk, "own-forms", axe=False)


def _theirs(session: Session, folder: Path) -> Any:
    return own_forms_reading.templates(session, Blobs(folder / "blobs"))


def _sheet(store: Store, form: OwnForm) -> Any:
    """The paper as it is in truth, for the hand that fills it."""
    blank = Blank(1, 210.0, 297.0)
    zones = tuple(Drawn(1, *box, target, way, count) for box, target, way, count in foreign.zones())
    assert rows(store, KOTO, OwnFormPage)[0].form_id == form.id
    return sheet(Drawing(zones, {}), CATALOGUE[foreign.PROCEDURE], [blank])
