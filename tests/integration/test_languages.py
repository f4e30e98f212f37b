"""The whole way in each language: readings reach the page as ruby, and no page falls back to Japanese."""

import datetime as dt
import re

import flask
import pypdfium2
import pytest
from flask.testing import FlaskClient

from counter import locales
from counter.locales import LANGUAGES, Language
from tests.readers import OUTSIDE, Reader

ESCAPED = re.compile("&lt;r[ubpt]|\\{[^{}]*\\|")
TAGS = re.compile("<(?:script|style)[^>]*>.*?</(?:script|style)>|<[^>]+>", re.S)
KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]+")
BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
# Languages are named in their own words; names and addresses stand as they were written.
AS_WRITTEN = re.compile("やさしい日本語|ヤマダ|タロウ|ハナコ|イチロウ")


def read_everything(client: FlaskClient, language: str) -> list[tuple[str, str]]:
    """Every kind of page of a move, with its errors, from the first to the receipt; and the pages beside it."""
    reader = Reader(client)
    reader.open(f"/?lang={language}")
    reader.begin_a_move()
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


@pytest.mark.parametrize("language", [each.code for each in LANGUAGES if each.html != "ja"])
def test_no_page_falls_back_to_japanese(client: FlaskClient, language: str) -> None:
    """Kana outside brackets is a message without a translation, or Japanese that was not marked."""
    found = {}
    for address, text in read_everything(client, language):
        words = AS_WRITTEN.sub("", BRACKETS.sub("", TAGS.sub(" ", text)))
        if japanese := KANA.findall(words):
            found[address] = japanese
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_a_page_says_which_language_it_is_in(client: FlaskClient, language: Language) -> None:
    text = client.get(f"/?lang={language.code}").text
    assert f'<html lang="{language.html}" data-locale="{language.code}"' in text
    assert [
        name in text for name in ("日本語", "English", "简体中文", "한국어", "Tiếng Việt", "नेपाली", "Filipino")
    ] == [True] * 7


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("tl-PH,en;q=0.5", "fil"),
        ("fil", "fil"),
        ("ko-KR,ja;q=0.8", "ko"),
        ("vi_VN", "vi"),
        ("ne-NP,ne;q=0.9", "ne"),
        ("de-DE,fr;q=0.8,en-GB;q=0.7,ja;q=0.1", "en"),
        ("ko;q=0,de", "ja"),
        ("de", "ja"),
        ("*", "ja"),
        ("", "ja"),
    ],
)
def test_a_browser_is_answered_in_its_language(client: FlaskClient, header: str, code: str) -> None:
    assert f'data-locale="{code}"' in client.get("/", headers={"Accept-Language": header}).text


DAY = dt.datetime(2026, 11, 20, 16, 5, tzinfo=dt.UTC)  # already Saturday in Japan


@pytest.mark.parametrize(
    ("code", "when", "term"),
    [
        ("ja", "2026年11月21日（土） 01:05", "転入届"),
        ("ja-easy", "2026年11月21日（土） 01:05", "転入届"),
        ("en", "Saturday, 21 November 2026 01:05", "Moving-in notification (転入届)"),
        ("zh-Hans", "2026年11月21日（星期六） 01:05", "迁入申报（転入届）"),
        ("ko", "2026년 11월 21일 (토요일) 01:05", "전입 신고 (転入届)"),
        ("vi", "Thứ Bảy, ngày 21 tháng 11 năm 2026 01:05", "Khai báo chuyển đến (転入届)"),
        ("ne", "2026 नोभेम्बर 21, शनिबार 01:05", "सरेर आएको सूचना (転入届)"),
        ("fil", "Sabado, Nobyembre 21, 2026 01:05", "Abiso ng paglipat dito (転入届)"),
    ],
)
def test_words_and_days_outside_a_request(code: str, when: str, term: str) -> None:
    """A job and a mail speak the language that the application was made in."""
    with locales.speaking(code):
        assert (locales.time_text(DAY), locales.translate("転入届").startswith(term)) == (when, True)
    assert locales.current() is locales.DEFAULT


def test_a_mail_may_speak_another_language_than_the_request(client: FlaskClient) -> None:
    with client.application.test_request_context("/?lang=en"):
        with locales.speaking("ko"):
            assert flask.render_template_string("{{ _('受付番号') }}") == "접수번호 (受付番号)"
        assert locales.translate("受付番号") == "Receipt number (受付番号)"
        with locales.speaking("xx"):
            assert locales.current() is locales.DEFAULT


@pytest.mark.parametrize(("code", "words"), [("ne", "नम्बर"), ("ko", "접수번호")])
def test_the_copy_to_keep_is_a_pdf_in_the_language(client: FlaskClient, code: str, words: str) -> None:
    """What it says can be read out of it again (every letter's face: tests/unit/test_fonts.py)."""
    reader = Reader(client)
    reader.begin_a_move()
    reader.send()
    receipt = reader.open(f"{reader.address}?lang={code}")
    address = next(href for href in receipt.links.values() if href.endswith(".pdf"))
    data = client.get(address).data
    assert words in "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))
