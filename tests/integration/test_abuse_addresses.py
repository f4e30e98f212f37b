"""Every address, method and header an attacker may send: a plain answer each time, never a 5xx, never a way off this site."""

from __future__ import annotations

import base64
import random
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter.extensions import Store
from counter.models.staff import Role, Staff
from tests import hostile, moves
from tests.conftest import both_backends
from tests.pages import Page
from tests.staff import hire, sign_in

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
PERSONAL = (
    "/",
    "/status/",
    "/safety/",
    "/apply/x/",
    "/staff/sign-in",
    "/office/cases",
    "/desk",
    "/staff/people",
    "/nowhere",
)


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"TESTING": False, "PROPAGATE_EXCEPTIONS": False}


def of_every_role(app: Flask, store: Store) -> FlaskClient:
    hire(store, app, "all@example.jp", offices=("child-support",))
    with store.scope() as session:
        person = session.scalars(sa.select(Staff)).one()
        person.roles += [Role(name="desk"), Role(name="admin")]
    return sign_in(app, "all@example.jp")


@pytest.mark.parametrize("who", ["stranger", "staff"])
def test_no_address_with_no_method_breaks_anything(app: Flask, store: Store, who: str, long: bool) -> None:
    client = app.test_client() if who == "stranger" else of_every_role(app, store)
    chance = random.Random(who)
    for endpoint, address in hostile.addresses(app, hostile.PIECES if long else chance.sample(hostile.PIECES, 2)):
        for method in METHODS if long else chance.sample(METHODS, 3):
            if endpoint != "account.sign_out":
                _calm(client, method, address)


@both_backends
def test_a_nul_in_an_address_or_a_form_is_no_fault_of_the_database(app: Flask, store: Store) -> None:
    client = of_every_role(app, store)
    pieces = ("%00", "9" * 25)
    for endpoint, address in hostile.addresses(app, pieces):
        if endpoint != "account.sign_out":
            _calm(client, "GET", address)
            _calm(
                client,
                "POST",
                address,
                data=dict.fromkeys(("number", "secret", "email", "password", "reason", "to", "next"), "\x00x"),
            )
    for name in ("procedure", "number", "status", "office", "channel", "mine", "order", "after"):
        _calm(client, "GET", f"/office/cases?{name}=%00")
        _calm(client, "GET", f"/office/cases/export/child-allowance.csv?{name}=%00")


def _calm(client: FlaskClient, method: str, address: str, **more: Any) -> None:
    began = time.monotonic()
    answer = client.open(address, method=method, **more)
    assert answer.status_code < 500, f"{method} {address[:100]} → {answer.status_code}"
    assert time.monotonic() - began < 5, address
    where = urlsplit(answer.headers.get("Location", ""))
    assert where.netloc in ("", "localhost"), address
    assert not where.path.startswith(("//", "/\\")), address


PLACES = (
    '["2026-01-01T00:00:00+00:00","\\ud800"]', '["2026-01-01T00:00:00+00:00","\\u0000"]', "[" * 3000, "[" * 100_000,
    '["0001-01-01T00:00:00+14:00","x"]', '["9999-12-31T23:59:59-14:00","x"]', '["2026-01-01T00:00:00+00:00",1]', "[1,2]",
    '{"a":1,"b":2}', '"ab"', "null", "9" * 5000, "[NaN, Infinity]",
)  # fmt: skip


def test_a_forged_place_in_a_list_leads_to_its_beginning(app: Flask, store: Store) -> None:
    client = of_every_role(app, store)
    for place in PLACES:
        answer = client.get(f"/office/cases?after={base64.urlsafe_b64encode(place.encode()).decode()}")
        assert (answer.status_code, answer.location) == (302, "/office/cases"), place[:60]
    for after in (
        "1_%00",
        "1_%ED%A0%80",
        "nan_x",
        "inf_x",
        "-1e300_x",
        "1e308_x",
        "99999999999_x",
        "-62135596801_x",
        "_",
        "x_x",
    ):
        assert client.get(f"/desk/forms?after={after}").status_code == 200, after


@pytest.mark.parametrize("host", [
    "evil.example", "localhost.evil.example", "evil.example:80", "localhost@evil.example", "localhost:80@evil.example",
    "localhost/evil", "[::1", "", "%00", "a" * 5000, "localhost evil", "xn--\u00ff",
])  # fmt: skip
def test_a_foreign_host_is_refused_and_never_repeated(client: FlaskClient, host: str) -> None:
    for address in ("/", "/status/", "/nowhere", "/staff/sign-in", "/start/disaster"):
        answer = client.get(address, headers={"Host": host})
        assert answer.status_code in (400, 404), (host, address, answer.status_code)
        assert "evil" not in answer.headers.get("Location", "")
        assert "evil" not in answer.text
    forwarded = client.get(
        "/status/",
        headers={"X-Forwarded-Host": "evil.example", "X-Original-URL": "/x", "Forwarded": "host=evil.example"},
    )
    assert "evil" not in forwarded.text


def test_any_language_that_is_asked_for_gets_a_page(client: FlaskClient) -> None:
    for junk in (
        "xx",
        "%00",
        "%ff",
        "ja@easy",
        "../../x",
        "ja_JP.UTF-8",
        "en;q=1,*",
        "x" * 3000,
        "%e2%80%ae",
        "%3Cscript%3E",
    ):
        client.set_cookie("sc_lang", junk)
        for how in (
            {"query_string": f"lang={junk}"},
            {"headers": {"Accept-Language": junk}},
            {"query_string": f"lang=en&lang={junk}"},
        ):
            page = Page(client.get("/procedures", **how))
            assert page.tree.get("lang") in ("ja", "en")
            assert "<script>" not in page.response.text


def test_headers_that_no_browser_sends_change_nothing(client: FlaskClient) -> None:
    for headers in (
        {"Accept": "\x7f;;q=x,*/"}, {"Accept": "application/json;q=" + "9" * 5000}, {"Cookie": "owner=\xff\x01; counter=" + "x" * 3000},
        {"Cookie": ";;=;owner;counter=.a.b.c"}, {"Range": "bytes=0-1,2-3,-1"}, {"If-None-Match": "*"}, {"If-Modified-Since": "x" * 999},
        {"X-HTTP-Method-Override": "DELETE"}, {"Content-Length": "-1"}, {"Authorization": "Bearer " + "x" * 3000},
        {"Authorization": "Basic \xff"}, {"Authentication-Token": "x"}, {"Referer": "\x80//["}, {"Origin": "http://["},
    ):  # fmt: skip
        for address in ("/", "/status/", "/healthz", "/office/cases", "/static/css/base.css"):
            with client.get(address, headers=headers) as answer:
                assert answer.status_code < 500, (headers, address)
        assert client.post("/safety/", headers=headers).status_code < 500, headers
        assert client.post("/status/", headers=headers).status_code < 500, headers


@pytest.mark.parametrize(
    "path",
    ["../config.py", "..%2fconfig.py", "css/../../config.py", "%2e%2e/%2e%2e/wsgi.py", "\\..\\config.py", "css", "%00"],
)
def test_static_files_are_the_static_folder(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code in (400, 404)


def test_pages_are_guarded_not_kept_and_run_nothing_but_ours(app: Flask, store: Store) -> None:
    client = of_every_role(app, store)
    for who in (client, app.test_client()):
        for address in PERSONAL:
            answer = who.get(address)
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert "Server" not in answer.headers
            for cookie in answer.headers.getlist("Set-Cookie"):
                assert "HttpOnly" in cookie
                assert "SameSite=Lax" in cookie


def test_going_on_after_signing_in_never_leaves_this_site(app: Flask, store: Store) -> None:
    hire(store, app, "a@example.jp", offices=("child-support",))
    for after in ("//evil.example", "/\\evil.example", "/\t/evil.example", "\\\\evil.example", "https:evil.example", "/%5cevil.example/..//",
                  "///evil.example", "https://localhost@evil.example", "\u202e/evil", "/\u2028/evil.example", "/\x00/evil", "x" * 100_000):  # fmt: skip
        page = app.test_client().get("/staff/sign-in", query_string={"next": after})
        assert page.status_code == 200
        client = app.test_client()
        answer = client.post(
            "/staff/sign-in", data={"email": "a@example.jp", "password": "correct horse battery", "next": after}
        )
        assert answer.status_code in (302, 401), after[:60]
        place = answer.headers.get("Location", "/")
        assert not urlsplit(place).netloc
        assert place.startswith("/")
        assert not place.startswith(("//", "/\\"))
    asked = app.test_client().get(f"/office/cases?number={moves.KOTO}")
    assert urlsplit(asked.location).path == "/staff/sign-in"
