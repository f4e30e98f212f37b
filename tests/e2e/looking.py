"""How tests look at a page: axe, sideways scrolling, pictures, and answers taken from the definitions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from forms.path import look_up
from tests import enclosures
from tests.pages import KINDS

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
WANTED_FILE = "[data-kind=file]:has(.sc-required)"
QUESTIONS = """[...document.querySelectorAll("[data-path]")].map(one => ({path: one.dataset.path, inputs:
  [...one.querySelectorAll("[name]")].map(({name, type, tagName, value, checked}) => ({name, type, tag: tagName, value, checked}))
}))"""
FORWARD = "form#page-form .sc-actions button >> nth=0"


def check(page: Page, *, axe: bool = True) -> None:
    """No violation of axe's rules, nothing wider than the window, no target too small for a finger."""
    page.wait_for_load_state()  # a page whose style sheets are on their way may be wider for a moment
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} scrolls sideways by {wide} px"
    if axe:
        found = Axe().run(page).response["violations"]
        told = [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
        assert told == [], f"{page.url}\n" + "\n".join(told)


def picture(page: Page, folder: Path | None, name: str, *, whole: bool = True) -> None:
    """`whole`: all of the page, also what lies below the window."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(folder / f"{name}.png"), full_page=whole)


class Visitor:
    """Somebody at a browser who answers what is asked from a document."""

    def __init__(
        self,
        page: Page,
        answers: Mapping[str, Any],
        *,
        axe: bool = True,
        scripts: bool = True,
        seen: set[tuple[str, str, int]] | None = None,
    ) -> None:
        self.page = page
        self.answers = answers
        self.axe = axe
        self.people: list[str] = []
        self.scripts = scripts
        self.seen = set() if seen is None else seen
        self.pictures: Path | None = None

    def open(self, address: str) -> None:
        self.page.goto(address)
        self._look()

    def press(self, selector: str = FORWARD) -> None:
        with self.page.expect_navigation():
            self.page.click(selector)
        self._look()

    def _look(self) -> None:
        """Every page is measured; axe sees each kind of question on each sort of page once."""
        kinds = self.page.evaluate("[...document.querySelectorAll('[data-kind]')].map(one => one.dataset.kind)")
        wrong = self.page.locator(".sc-banner--error").count()
        sort = re.sub(r"^\w+://[^/]+|/apply/\w+|(?<=/q/)[^?]+|(?<=/guide/)[^?]+|#.*", "", self.page.url)
        news = {(sort, kind, wrong) for kind in kinds or [""]} - self.seen
        check(self.page, axe=self.axe and bool(news))
        self.seen |= news

    @property
    def place(self) -> str:
        """What the address says after the draft's id."""
        return re.sub(r"^.*/apply/\w+/|[?#].*$", "", self.page.url)

    def guide(self) -> None:
        """From the first question of 手続ナビ to its list."""
        for _ in range(20):
            if not self.page.locator("[data-path]").count():
                return
            self.fill()
            self.press()
        raise AssertionError(f"no end: {self.page.url}")

    def choose(self, codes: Sequence[str]) -> None:
        """Of what the guide found, these."""
        for box in self.page.locator("input[name=procedure]").all():
            box.set_checked(box.input_value() in codes)
        self.press()

    def begin(self) -> None:
        """From the task list to the first page of questions."""
        self.press("a.sc-button--large")

    def walk(self) -> None:
        """From the first question to the check page."""
        for _ in range(40):
            if self.place == "check":
                return
            if self.place == "people":
                self._roster()
            self.fill()
            if self.place == "q/move":
                picture(self.page, self.pictures, "resident-move")
            self.press()
        raise AssertionError(f"no end: {self.page.url}")

    def fill(self) -> None:
        if self.page.locator(f"{WANTED_FILE}:not(:has(.sc-file))").count():
            self._send_files()
        for question in self.page.evaluate(QUESTIONS):
            given = self._inputs(question["path"])
            for one in question["inputs"]:
                if one["name"] in given:
                    self._write(one, given[one["name"]])

    def _send_files(self) -> None:
        """A photograph wherever a document must be sent; scripts send it at once, the page's button otherwise."""
        for path in self.page.evaluate(f"[...document.querySelectorAll('{WANTED_FILE}')].map(one => one.dataset.path)"):
            photo = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": enclosures.photo()}
            chosen = self.page.locator(f'[data-path="{path}"]')
            chosen.locator("input[type=file]").set_input_files(photo)  # type: ignore[arg-type]
            if self.scripts:
                expect(chosen.locator(".sc-file")).to_be_visible()

    def _roster(self) -> None:
        while self.page.locator(".sc-person").count() < len(self.answers["people"]):
            self.press("button[value=add]")
        paths = [one.get_attribute("data-path") or "" for one in self.page.query_selector_all("[data-path]")]
        self.people = [path.split(".")[1] for path in paths]

    def _inputs(self, path: str) -> dict[str, Any]:
        theirs = dict(zip(self.people, (person["id"] for person in self.answers["people"]), strict=False))
        section, *rest = path.split(".")
        kind = KINDS[f"{section}.{rest[-1]}"]
        value = look_up(self.answers, f"{section}.{theirs.get(rest[0], '')}.{rest[1]}" if len(rest) == 2 else path)
        if value is None:
            return {}
        if kind.code == "person":
            value = next(mine for mine, other in theirs.items() if other == value)
        raw = kind.raw(value)
        return {f"{path}.{part}": text for part, text in raw.items()} if isinstance(raw, dict) else {path: raw}

    def _write(self, one: Mapping[str, Any], raw: Any) -> None:
        at = f'[name="{one["name"]}"]'
        if one["type"] in ("radio", "checkbox"):
            if not one["checked"] and one["value"] in (raw if isinstance(raw, list) else [raw]):
                self.page.check(f'{at}[value="{one["value"]}"]')
        elif one["tag"] == "SELECT":
            self.page.select_option(at, raw)
        elif one["value"] != str(raw):
            self.page.fill(at, str(raw))
