"""Each life event, from the front page to the receipt: in Japanese with scripts, in English without; --long: all four."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from forms.life_events import LIFE_EVENTS
from tests import lives
from tests.e2e.conftest import NewContext
from tests.e2e.looking import FORWARD, Visitor

pytestmark = pytest.mark.browser

LOOKED: set[tuple[str, str, int]] = set()  # sorts of pages that axe has seen in this module


@pytest.mark.parametrize(
    ("language", "scripts"),
    [
        pytest.param("ja", True, id="ja"),
        pytest.param("en", False, id="en"),
        pytest.param("ja", False, id="ja-without-scripts", marks=pytest.mark.long),
        pytest.param("en", True, id="en-with-scripts", marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize("event", LIFE_EVENTS)
def test_a_life_event_from_the_front_page_to_the_receipt(
    visit: NewContext, event: str, language: str, scripts: bool
) -> None:
    life = lives.life(event)
    width = 1280 if scripts else 320
    page = visit(width, 800, java_script_enabled=scripts).new_page()
    visitor = Visitor(page, life.answers, axe=scripts, scripts=scripts, seen=LOOKED)
    visitor.open(f"/?lang={language}")
    visitor.press(f"a[data-event={event}]")
    visitor.guide()
    chosen = page.locator("input[name=procedure]")
    assert [one.input_value() for one in chosen.all()] == lives.codes(life.procedures)
    visitor.press(FORWARD if event in lives.WALKED else "form:has(input[name=procedure]) button")
    visitor.begin()
    visitor.walk()
    visitor.press("button.sc-button--large")
    expect(page.locator(".sc-receipt h1")).to_be_visible()
    assert page.locator("ol.sc-rows > li").count() >= len(life.procedures)
