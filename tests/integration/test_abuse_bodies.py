"""Bodies that are no form, or too much of one; callers who lie about where they come from."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from counter.extensions import Store
from counter.web.proxies import caller
from tests import hostile, moves
from tests.pages import Page, Resident

GUIDE = f"/start/moving?old_address={moves.SHIBUYA}&new_address={moves.KOTO}"
FORM = "application/x-www-form-urlencoded"
SENDERS = ("/", "/status/", "/safety/", "/apply/", "/staff/sign-in", "/staff/sign-out", "/desk/batches", "/nowhere")


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"TESTING": False, "PROPAGATE_EXCEPTIONS": False}


def begin(client: FlaskClient) -> str:
    resident = Resident(client)
    resident.begin(*moves.MOVE, **moves.BEGIN)
    return resident.address


class TestWithTokens:
    """As it is served: with CSRF, which is the first to read a body."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"TESTING": False, "PROPAGATE_EXCEPTIONS": False, "WTF_CSRF_ENABLED": True}

    # Werkzeug leaves it to Python to close what came of a file that was sent half.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    @pytest.mark.parametrize(("kind", "body"), [
        (FORM, b"a=" + b"x" * 5_000_000), (FORM, b"&".join([b"a=1"] * 400_000)), (FORM, b"&" * 1_900_000), (FORM, b"a=" + b"%00" * 600_000),
        (f"{FORM}; charset=utf-7", b"a=+ADw-script+AD4-"), (f"{FORM}; charset=cp932", "名=山".encode("cp932")),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"y" * 3_000_000 + b"\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\ny\r\n' * 8_000 + b"--x--\r\n"),
        ("multipart/form-data; boundary=" + "b" * 200, b"--" + b"b" * 200), ("multipart/form-data; boundary=", b"----"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"; filename*=utf-7\'\'%ff\r\n\r\n\r\n--x--'),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="scans"; filename="a.pdf"\r\n\r\n' + b"z" * 300_000),
        ("application/json", b"[" * 100_000), ("application/json", b'{"a": NaN'), ("text/xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        ("\x00", b"x"), ("", b"\xff\xfe"), ("text/html; charset=\x80", b""), (FORM, "a=山".encode("utf-16")), (FORM, b"%=%%=%zz&=&==&[]=1&a[b][c]=1"),
    ])  # fmt: skip
    def test_any_body_gets_a_plain_answer_at_once(self, client: FlaskClient, kind: str, body: bytes) -> None:
        for address in SENDERS:
            for origin in ({}, {"Origin": "http://localhost"}):
                began = time.monotonic()
                answer = client.post(address, data=body, content_type=kind, headers=origin)
                assert answer.status_code in (400, 401, 404, 405, 413, 415), (address, answer.status_code)
                assert time.monotonic() - began < 5, address
                Page(answer)

    def test_a_form_sent_again_shows_no_password(self, client: FlaskClient) -> None:
        answer = client.post("/staff/sign-in", data={"email": "a@example.jp", "password": "geheim-geheim"},
                             headers={"Origin": "http://localhost"})  # fmt: skip
        assert answer.status_code == 400
        assert "geheim" not in answer.text
        assert Page(answer)

    def test_a_token_of_another_session_or_another_app_is_no_token(self, app: Flask, client: FlaskClient) -> None:
        from itsdangerous import URLSafeTimedSerializer

        theirs = Page(app.test_client().get("/status/")).form()[1]["csrf_token"]
        client.get("/status/")
        forged = URLSafeTimedSerializer("guess", salt="wtf-csrf-token").dumps("0" * 40)
        for token in (theirs, forged, theirs[:-1], "", " ", ".", theirs * 2, "\x00", "山"):
            assert client.post("/status/", data={"csrf_token": token, "number": "x"}).status_code == 400
            assert (
                client.post(
                    "/status/", data={"number": "x"}, headers={"X-CSRFToken": token.encode("unicode_escape").decode()}
                ).status_code
                == 400
            )

    def test_every_post_of_a_signed_out_or_signed_in_person_wants_a_token(
        self, app: Flask, client: FlaskClient
    ) -> None:
        tasks = begin_with_token(client)
        for path in ("people", "q/move", "procedures", "submit", "discard"):
            assert client.post(f"{tasks}{path}", data={"_do": "add"}).status_code == 400
        assert client.get(tasks).status_code == 200


def begin_with_token(client: FlaskClient) -> str:
    resident = Resident(client)
    resident.begin(*moves.MOVE, **moves.BEGIN)
    return resident.address


def test_a_parameter_given_many_times_is_one_answer(client: FlaskClient) -> None:
    tasks = begin(client)
    page = Page(client.get(f"{tasks}people"))
    name = next(name for name in page.form()[1] if name.endswith("family"))
    client.post(f"{tasks}people", data={name: ["一", "二", "三"], name.replace("family", "given"): ["花"] * 4000})
    assert Page(client.get(f"{tasks}people")).form()[1][name] == "一"
    for fields in ({"procedure": ["move-in"] * 900}, {"_do": ["add", "remove:x"]}, {"_lang": ["en", "xx", "ja"]}):
        assert client.post(f"{tasks}procedures", data=fields).status_code < 400
    assert client.get(f"{tasks}people?back=check&back=x&fix=1&fix=2").status_code == 200
    assert client.get(f"{GUIDE}&old_address=x&new_address=").status_code == 200


def test_any_form_to_any_route_is_answered_in_time(app: Flask, store: Store, long: bool) -> None:
    """The property: random route, random body, never a 5xx, never long."""
    client = app.test_client()
    tasks = begin(client)
    draft = tasks.split("/")[2]
    chance = random.Random(20261121)
    routes = [(endpoint, address) for endpoint, address in hostile.addresses(app, (draft, "0" * 17))]
    routes += [("apply.send_page", f"{tasks}q/{page}") for page in ("move", "who", "health-insurance", "event")] * 5
    names = _names(client, tasks)
    for _ in range(20_000 if long else 400):
        endpoint, address = chance.choice(routes)
        if endpoint in ("apply.discard", "apply.leave") or address.endswith(".pdf"):
            continue
        fields = [(chance.choice(names), hostile.random_text(chance)[:3000]) for _ in range(chance.randrange(12))]
        began = time.monotonic()
        body = hostile.form_body(pair for pair in fields if pair != ("_do", "discard"))
        answer = client.open(address, method=chance.choice(("POST", "POST", "GET")), data=body, content_type=FORM)
        assert answer.status_code < 500, (address, fields)
        assert time.monotonic() - began < 5, (address, fields)
    for address in (tasks, f"{tasks}people", f"{tasks}check", "/"):
        assert client.get(address, follow_redirects=True).status_code == 200


def _names(client: FlaskClient, tasks: str) -> list[str]:
    found = {
        "_do",
        "_lang",
        "procedure",
        "event",
        "number",
        "secret",
        "token",
        "email",
        "password",
        "next",
        "back",
        "q",
    }
    for address in (
        f"{tasks}people",
        f"{tasks}q/move",
        f"{tasks}q/who",
        f"{tasks}q/health-insurance",
        "/safety/",
        "/status/",
    ):
        page = Page(client.get(address, follow_redirects=True))
        found |= {one.get("name", "") for one in page.tree.iter() if one.get("name")}
    return sorted(found)


@pytest.mark.parametrize(("peer", "forwarded", "who"), [
    ("203.0.113.9", "", "203.0.113.9"),
    ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ("127.0.0.1", "", "127.0.0.1"),
    ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
    ("127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
    ("127.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
    ("127.0.0.1", "10.0.0.1,127.0.0.1", "10.0.0.1"),
    ("127.0.0.1", " , ,", "127.0.0.1"),
    ("127.0.0.1", "x" * 5000, "x" * 45),
])  # fmt: skip
def test_only_our_proxies_say_who_calls(peer: str, forwarded: str, who: str) -> None:
    assert caller(peer, forwarded, frozenset({"127.0.0.1", "10.0.0.1"})) == who


def test_guessing_is_counted_by_person_behind_a_proxy(client: FlaskClient) -> None:
    for guess in range(40):
        last = client.post(
            "/status/",
            data={"number": "0" * 17, "secret": f"A{guess}"},
            headers={"X-Forwarded-For": f"{guess}, 198.51.100.1"},
        )
    assert last.status_code == 429
    other = client.post(
        "/status/", data={"number": "1" * 17, "secret": "A"}, headers={"X-Forwarded-For": "198.51.100.2"}
    )
    assert other.status_code == 200
