"""Which languages the counter speaks, which one this request wants, and how a message becomes text or ruby markup."""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import datetime as dt
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import flask
import flask_babel
from babel import Locale
from babel.dates import format_date
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape

from counter import ward_words
from forms.kinds.dates import JST

COOKIE = "sc_lang"
FIELD = "_lang"
COOKIE_DAYS = 365

# {漢字|かんじ}: the base, then its reading. Neither part may hold a brace or a bar.
RUBY = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
# What stands after a word in brackets: an explanation in easy Japanese, the official term in English.
REMARK = re.compile(r"\s?[（(][^（）()]+[）)]$")
RUBY_TAGS = re.compile(r"<rp>[^<]*</rp>|<rt>[^<]*</rt>|</?ruby>|<span class=\"sc-ruby\">|</span>")


@dataclasses.dataclass(frozen=True, slots=True)
class Language:
    code: str  # in URLs, cookies and stored drafts
    folder: str  # under translations/
    html: str  # for the lang attribute
    name: str  # in its own words
    day: str = "full"  # how a date with its weekday is written: a pattern or a name of CLDR's
    fonts: str = "Noto Sans CJK JP, Lohit Devanagari, sans-serif"  # for PDFs; pages leave it to the reader's machine


# Chinese characters and Korean are drawn as their own readers draw them, not as Japan does.
HANZI = "Noto Sans CJK SC, Noto Sans CJK JP, Lohit Devanagari, sans-serif"
HANGUL = "Noto Sans CJK KR, Noto Sans CJK JP, Lohit Devanagari, sans-serif"
DEVANAGARI = "Lohit Devanagari, Noto Sans CJK JP, sans-serif"

LANGUAGES = (
    Language("ja", "ja", "ja", "日本語", "y年M月d日（E）"),
    Language("ja-easy", "ja@easy", "ja", "やさしい日本語", "y年M月d日（E）"),
    Language("en", "en", "en", "English", "EEEE, d MMMM yyyy"),
    Language("zh-Hans", "zh_Hans", "zh-Hans", "简体中文", "y年M月d日（EEEE）", HANZI),
    Language("ko", "ko", "ko", "한국어", "y년 M월 d일 (EEEE)", HANGUL),
    Language("vi", "vi", "vi", "Tiếng Việt", "EEEE, 'ngày' d 'tháng' M 'năm' y"),
    Language("ne", "ne", "ne", "नेपाली", "y MMMM d, EEEE", DEVANAGARI),
    Language("fil", "fil", "fil", "Filipino", "EEEE, MMMM d, y"),
)
BY_CODE = {language.code: language for language in LANGUAGES}
DEFAULT = LANGUAGES[0]
EASY = BY_CODE["ja-easy"]
# What a browser may call a language, by the first part of its tag. Nobody's browser asks for easy Japanese.
BY_TAG = {language.code.partition("-")[0]: language for language in LANGUAGES if language is not EASY}
BY_TAG["tl"] = BY_CODE["fil"]
FOLDER = Path(__file__).parent.parent / "translations"

# Outside a request (a job, a mail), or for a reader who is not the one who sent the request.
_speaking: contextvars.ContextVar[Language | None] = contextvars.ContextVar("speaking", default=None)


class Rubied(str):
    """A message that may hold {漢字|かんじ}: ruby in HTML, escaped like any other text.

    One with readings is one span, so that a flex container lays out the sentence and not each of its words.
    """

    __slots__ = ()

    def __html__(self) -> Markup:
        return _with_readings(str(self))


@functools.lru_cache(maxsize=16_384)
def _with_readings(text: str) -> Markup:
    """A page says hundreds of messages, and the same ones every time: each is escaped and set once a process."""
    escaped = str(escape(text))
    words, readings = RUBY.subn(r"<ruby>\1<rp>（</rp><rt>\2</rt><rp>）</rp></ruby>", escaped)
    # Escaped first; only our own tags are put in.
    return Markup(f'<span class="sc-ruby">{words}</span>' if readings else escaped)  # noqa: S704


def plain(text: object) -> str | Markup:
    """The same words without readings: for attributes, titles, options and PDF metadata."""
    if isinstance(text, Markup):
        return Markup(RUBY_TAGS.sub("", text))  # noqa: S704 - markup already, with less in it
    return RUBY.sub(r"\1", str(text))


@functools.cache
def catalogue(folder: str) -> NullTranslations:
    """The words of one language; read once a process."""
    return Translations.load(str(FOLDER), [folder])


def gettext(msgid: str) -> str:
    """The words of the language that is spoken now, with readings where it has them."""
    language = current()
    text = _spoken(language.folder, msgid)
    return (ward_words.known(msgid, language.code) or text) if text == msgid else text


@functools.lru_cache(maxsize=16_384)
def _spoken(folder: str, msgid: str) -> str:
    return str(catalogue(folder).ugettext(msgid))


def ngettext(one: str, many: str, number: int) -> str:
    return str(catalogue(current().folder).ungettext(one, many, number))


def translate(msgid: str) -> str:
    """The words of this request's language, without readings."""
    return str(plain(gettext(msgid)))


def markup(msgid: str) -> Markup:
    """The words of this request's language as HTML; `%` on the result escapes what is put in."""
    return _with_readings(gettext(msgid))


def brief(msgid: str) -> Markup:
    """As `markup`, without the explanation that stands where the word is met first: for words in a row."""
    return Markup(Rubied(REMARK.sub("", gettext(msgid))))  # noqa: S704 - Rubied escapes


def choose(form: Mapping[str, str], args: Mapping[str, str], cookies: Mapping[str, str], accept: Any) -> Language:
    """A pressed button comes first, then a link, then what was chosen before, then what the browser says."""
    for asked in (form.get(FIELD), args.get("lang"), cookies.get(COOKIE)):
        if asked in BY_CODE:
            return BY_CODE[asked]
    for tag, quality in accept:  # the most wanted first
        found = BY_TAG.get(tag.lower().replace("_", "-").partition("-")[0])
        if found and quality:
            return found
    return DEFAULT


@contextlib.contextmanager
def speaking(code: str | None) -> Iterator[Language]:
    """Words, dates and templates in the language of a code, with or without a request: for mails, notices and jobs.

    A code that is none of ours (a record of earlier days) is Japanese.
    """
    language = BY_CODE.get(code or "", DEFAULT)
    token = _speaking.set(language)
    try:
        yield language
    finally:
        _speaking.reset(token)


def current() -> Language:
    """The language of this request, or of `speaking`; Japanese outside both."""
    if spoken := _speaking.get():
        return spoken
    if not flask.has_request_context():
        return DEFAULT
    found: Language | None = flask.g.get("language")
    if found is None:
        request = flask.request
        found = flask.g.language = choose(request.form, request.args, request.cookies, request.accept_languages)
    return found


def switching() -> bool:
    """Whether this POST only wants another language: keep what was typed, check nothing."""
    return flask.request.method == "POST" and flask.request.form.get(FIELD) in BY_CODE


def remember(response: flask.Response) -> flask.Response:
    """Keep a language that was asked for by button or link."""
    request = flask.request
    asked = request.form.get(FIELD) or request.args.get("lang")
    if asked in BY_CODE and asked != request.cookies.get(COOKIE):
        response.set_cookie(
            COOKIE, asked, max_age=COOKIE_DAYS * 86400, secure=request.is_secure, httponly=True, samesite="Lax"
        )
    return response


def date_text(value: dt.date | dt.datetime) -> str:
    """2026年11月21日（土） or Saturday, 21 November 2026. Digits are 0 to 9 in every language, as they are typed."""
    day = value.astimezone(JST).date() if isinstance(value, dt.datetime) else value
    return format_date(day, current().day, locale=current().folder)


def time_text(value: dt.datetime) -> str:
    """The date and the time of the day in Japan, 24 hours."""
    return f"{date_text(value)} {value.astimezone(JST):%H:%M}"


def here_in(code: str) -> str:
    """This page's address in another language, its own query kept."""
    args = {key: value for key, value in flask.request.args.to_dict(flat=False).items() if key != "lang"}
    if flask.request.endpoint is None or flask.request.method == "POST":
        return "?" + f"lang={code}"
    return flask.url_for(flask.request.endpoint, **{**(flask.request.view_args or {}), **args, "lang": code})


def init_app(app: flask.Flask) -> None:
    """Set up Flask-Babel, the filters that templates use, and the cookie that remembers a choice."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "../translations")
    flask_babel.Babel(
        app,
        default_locale=DEFAULT.folder,
        default_timezone="Asia/Tokyo",
        locale_selector=lambda: Locale.parse(current().folder),
    )
    # Installed after Flask-Babel's own, so that every message of a template knows ruby.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda msgid: Rubied(gettext(msgid)),
        lambda one, many, number: Rubied(ngettext(one, many, number)),
        newstyle=True,
    )
    app.jinja_env.filters.update(plain=plain, date_text=date_text, time_text=time_text)
    app.jinja_env.globals.update(t=markup, languages=LANGUAGES, language=current, here_in=here_in)
    app.after_request(remember)
