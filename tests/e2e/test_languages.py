"""Every kind of page in all eight languages on a small telephone: nothing wider than the window, no word cut off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from counter.locales import LANGUAGES
from tests.e2e.looking import check, picture
from tests.readers import OUTSIDE, Reader, sort_of

pytestmark = pytest.mark.browser
STATIC = Path(__file__).parents[2] / "counter" / "static"
STYLE = re.compile(r'<link rel="stylesheet" href="/static/([^"?]+)[^"]*">')
SCRIPT = re.compile(r"<script.*?</script>|<link[^>]*>", re.DOTALL)
NEAR = "ne"  # the tallest letters: axe reads some of these pages
READ = {"", "error", "check", "people", "receipt", "procedures", "safety"}
# What sticks out of the window, and what is wider than the button or line that holds it.
SEARCH = """() => {
  const room = document.documentElement.clientWidth, found = [];
  for (const one of document.querySelectorAll("body *")) {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    if (!box.width || !box.height || style.visibility === "hidden" || one.closest(".sc-hidden, .sc-skip, svg")) continue;
    const words = (one.innerText || one.tagName).trim().slice(0, 60);
    if (box.right > room + 1 || box.left < -1) found.push("outside: " + words);
    const pressed = one.matches("button, summary, .sc-button, .sc-tag, nav a");
    const cut = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2;
    if (pressed && style.display !== "inline" && cut) found.push("cut: " + words);
  }
  return [...new Set(found)];
}"""


def addresses(reader: Reader) -> Iterator[str]:
    """One address of each kind of page that was seen."""
    seen = set()
    for address, text in reader.read:
        sort = sort_of(address, text)
        if "error-summary" not in sort and sort not in seen:
            seen.add(sort)
            yield address


def place(address: str) -> str:
    return address.partition("?")[0].rstrip("/").rpartition("/")[2]


def in_one_piece(text: str) -> str:
    """The page with its styles inside and without its scripts: nothing is fetched for it."""
    styles = "".join((STATIC / name).read_text(encoding="utf-8") for name in STYLE.findall(text))
    return SCRIPT.sub("", text).replace("</head>", f"<style>{styles}</style></head>")


def look(page: Page, text: str, axe: bool) -> list[str]:
    page.set_content(in_one_piece(text))
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found: list[str] = page.evaluate(SEARCH)
    if not found:
        check(page, axe=axe)
    return found


def test_no_page_is_too_wide_and_no_word_cut_in_any_language(
    client: FlaskClient, browser: Browser, pictures: Path | None
) -> None:
    reader = Reader(client)
    for address in OUTSIDE:
        reader.open(address)
    reader.begin_a_move()
    asked = reader.address.removesuffix("check") + "q/move"
    before = list(addresses(reader))
    texts = {
        (code, address): client.get(address, query_string=None if "?" in address else {"lang": code}).text
        for code in (language.code for language in LANGUAGES)
        for address in before
    }
    for language in LANGUAGES:
        reader.open(f"{asked}?lang={language.code}")
        texts[language.code, "error"] = reader.send(
            **{"move.out_date.year": "x", "move.new_address.town": ""}
        ).response.text
    reader.open(f"{asked.removesuffix('q/move')}check?lang=ja")
    reader.send()
    after = [reader.address, *(href for href in reader.page.links.values() if re.match("/status/.", href))]
    for language in LANGUAGES:
        texts |= {(language.code, one): client.get(one, query_string={"lang": language.code}).text for one in after}

    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    wrong = {}
    for (code, address), text in texts.items():
        if found := look(page, text, axe=code == NEAR and place(address) in READ):
            wrong[code, address] = found
        if address in ("/", "error", "/procedures"):
            picture(page, pictures, f"language-{code}-{address.strip('/') or 'front'}", whole=False)
    context.close()
    assert {code for code, _ in texts} == {language.code for language in LANGUAGES}
    assert len(texts) > 8 * 25
    assert wrong == {}, json.dumps([(*key, *found) for key, found in wrong.items()], ensure_ascii=False, indent=1)
