"""The whole way in each language: readings reach the page as ruby, and no page falls back to Japanese."""

import re

import pytest
from flask.testing import FlaskClient

from tests import moves
from tests.pages import Page, Resident

ESCAPED = re.compile("&lt;r[ubpt]|\\{[^{}]*\\|")
TAGS = re.compile("<(?:script|style)[^>]*>.*?</(?:script|style)>|<[^>]+>", re.S)
KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]+")
BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
OUTSIDE = (
    "/status/",
    "/procedures",
    "/procedures?q=zzz",
    "/help",
    "/privacy",
    "/accessibility",
    "/safety/",
    "/suppliers/",
    "/nothing",
    "/start/certificate",
    "/start/moving",
    "/start/moving?old_address=&new_address=131083",
)
# Languages are named in their own words; names and addresses stand as they were written.
AS_WRITTEN = re.compile("やさしい日本語|ヤマダ|タロウ|ハナコ|イチロウ")


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


def read_everything(client: FlaskClient, language: str) -> list[tuple[str, str]]:
    """Every kind of page of a move, with its errors, from the first to the receipt; and the pages beside it."""
    reader = Reader(client)
    reader.open(f"/?lang={language}")
    reader.open("/start/moving")
    reader.send()
    reader.guide(moves.told())
    reader.send(procedure=list(moves.MOVE))
    tasks = reader.address
    reader.open(next(href for href in reader.page.links.values() if "/q/move" in href))
    reader.send()
    reader.open(tasks)
    reader.walk(moves.answers())
    reader.send()
    for address in OUTSIDE:
        reader.open(address)
    assert len(reader.read) > 30
    assert any("/receipt" in address for address, _ in reader.read)
    return reader.read


def test_readings_reach_the_page_as_ruby(client: FlaskClient) -> None:
    pages = read_everything(client, "ja-easy")
    assert all("<ruby>" in text for _, text in pages)
    assert [
        (address, text[found.start() - 80 : found.end() + 40])
        for address, text in pages
        for found in ESCAPED.finditer(text)
    ] == []


def test_no_english_page_falls_back_to_japanese(client: FlaskClient) -> None:
    """Kana outside brackets is a message without a translation, or Japanese that was not marked."""
    found = {}
    for address, text in read_everything(client, "en"):
        words = AS_WRITTEN.sub("", BRACKETS.sub("", TAGS.sub(" ", text)))
        if japanese := KANA.findall(words):
            found[address] = japanese
    assert found == {}


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_a_page_says_which_language_it_is_in(client: FlaskClient, language: str) -> None:
    text = client.get(f"/?lang={language}").text
    assert f'data-locale="{language}"' in text
    assert f'<html lang="{language.partition("-")[0]}"' in text
