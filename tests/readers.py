"""A resident who keeps every page that was seen: for tests that look at all of them in each language."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from forms.life_events import LIFE_EVENTS
from tests import moves
from tests.pages import Page, Resident

OUTSIDE = (
    "/",
    "/status/",
    "/procedures",
    "/procedures?q=zzz",
    "/procedures/move-in",
    "/help",
    "/privacy",
    "/accessibility",
    "/safety/",
    "/suppliers/",
    "/nothing",
    *(f"/start/{event}" for event in LIFE_EVENTS),
)


class Reader(Resident):
    """Keeps what every page said."""

    def __init__(self, client: FlaskClient) -> None:
        super().__init__(client)
        self.read: list[tuple[str, str]] = []

    def open(self, address: str) -> Page:
        return self._note(super().open(address))

    def send(self, *args: object, **kwargs: object) -> Page:
        return self._note(super().send(*args, **kwargs))  # type: ignore[arg-type]

    def _note(self, page: Page) -> Page:
        self.read.append((self.address, page.response.text))
        return page

    def begin_a_move(self) -> None:
        """The guide to its end, a page of questions with its errors, and on to the check page."""
        self.open("/start/moving")
        self.send()
        self.guide(moves.told())
        self.send(procedure=list(moves.MOVE))
        tasks = self.address
        self.open(next(href for href in self.page.links.values() if "/q/move" in href))
        self.send()
        self.open(tasks)
        self.walk(moves.answers())


def sort_of(address: str, text: str) -> tuple[str, ...]:
    """Pages that look alike: the same place asks the same kinds of questions, with an error or without."""
    place = re.sub(r"m[0-9a-f]{6}|(?<=/apply/)\w+|#.*", "", address)
    return place, "error-summary" if 'id="error-summary"' in text else "", *sorted(re.findall(r'data-kind="\w+"', text))
