"""Residents sign in with an OpenID provider: a real one, on loopback, in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from counter.extensions import Store
from counter.models.profile import Account, AccountSession
from counter.web.my import session
from tests import signing, staff
from tests.servers import free_port
from tests.signing import authorize, here, query


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with signing.running() as issuer:
        yield issuer


@pytest.fixture
def settings(issuer: str, tmp_path: Path) -> dict[str, Any]:
    return signing.settings(issuer, tmp_path)


def cookie(client: FlaskClient, name: str = "resident") -> str | None:
    found = client.get_cookie(name)
    return found.value if found else None


def test_somebody_signs_in_and_comes_back_to_where_they_were(client: FlaskClient) -> None:
    assert "サインイン" in client.get("/").text
    answer = signing.sign_in(client, after="/procedures?q=1")
    assert (answer.status_code, answer.location) == (302, "/procedures?q=1")
    assert client.get("/my/").status_code == 200
    assert "わたしのページ" in client.get("/").text


def test_we_ask_for_nothing_but_who_it_is(client: FlaskClient) -> None:
    asked = query(client.get("/my/go").location)
    assert asked["scope"] == "openid"
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
    assert len(asked["state"]) >= 20 and len(asked["nonce"]) >= 20


def test_an_account_is_a_keyed_hash(client: FlaskClient, store: Store) -> None:
    signing.sign_in(client, "taro")
    signing.sign_in(client, "taro")
    signing.sign_in(client, "hanako")
    with store.session(write=False) as db:
        rows = db.scalars(sa.select(Account)).all()
        assert len(rows) == 2
        assert all(b"taro" not in row.subject_hash and len(row.subject_hash) == 16 for row in rows)
        assert db.scalar(sa.select(sa.func.count()).select_from(AccountSession)) == 1, "a new sign-in ends the former"


def test_every_sign_in_has_a_token_of_its_own(client: FlaskClient) -> None:
    signing.sign_in(client)
    first = cookie(client)
    signing.sign_in(client)
    assert first and cookie(client) != first
    client.set_cookie("resident", first)
    assert client.get("/my/").status_code == 302, "the former token is worth nothing"


def test_signing_out_ends_it_on_the_server(client: FlaskClient, issuer: str) -> None:
    signing.sign_in(client)
    token = cookie(client)
    answer = client.post("/my/sign-out", follow_redirects=True)
    assert "サインアウトしました" in answer.text
    assert f"{issuer}/oauth2/end_session?" in answer.text, "the provider is left too, where it offers that"
    assert cookie(client) is None
    client.set_cookie("resident", token or "")
    assert client.get("/my/").location.startswith("/my/sign-in"), "a copy of the cookie opens nothing"


def test_a_sign_in_sleeps_in(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    signing.sign_in(client)
    now = time.time()
    monkeypatch.setattr(session.time, "time", lambda: now + session.IDLE - 5)
    assert client.get("/my/").status_code == 200
    monkeypatch.setattr(session.time, "time", lambda: now + 2 * session.IDLE - 60)
    assert client.get("/my/").status_code == 200, "a page in between moved the time on"
    monkeypatch.setattr(session.time, "time", lambda: now + 4 * session.IDLE)
    assert client.get("/my/").status_code == 302
    assert "わたしのページ" not in client.get("/").text


def test_a_forged_cookie_opens_nothing(client: FlaskClient) -> None:
    for forged in ("x", "W10.x", "[1,2]", "é", "a" * 3000, '["t", 9e999]'):
        client.set_cookie("resident", forged)
        assert client.get("/my/").status_code == 302, forged


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
     "/x\r\nSet-Cookie: a=b", "http:evil.example", "/" * 400, " /x", "/\t/evil.example"],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(client: FlaskClient, elsewhere: str) -> None:
    answer = signing.sign_in(client, after=elsewhere)
    assert answer.location == "/my/", elsewhere
    page = client.get("/my/sign-in", query_string={"next": elsewhere})
    assert "evil" not in page.text


def test_a_state_is_of_one_browser_and_of_one_time(app: Flask) -> None:
    mine, theirs = app.test_client(), app.test_client()
    back = here(authorize(mine.get("/my/go").location))
    assert theirs.get(back).status_code == 400, "another browser"
    theirs.get("/my/go")
    assert theirs.get(back).status_code == 400, "another attempt"
    assert mine.get(back).status_code == 302
    mine.post("/my/sign-out")
    answer = mine.get(back)
    assert answer.status_code == 400 and cookie(mine) is None, "the same way back a second time"


def test_a_code_is_worth_nothing_twice(app: Flask) -> None:
    client = app.test_client()
    leaving = client.get("/my/go").location
    way = cookie(client, "resident-way")
    back = here(authorize(leaving))
    assert client.get(back).status_code == 302
    client.post("/my/sign-out")
    client.set_cookie("resident-way", way or "")  # somebody kept a copy of everything
    assert client.get(back).status_code == 400 and cookie(client) is None


def test_an_attempt_ends_after_a_while(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    back = here(authorize(client.get("/my/go").location))
    monkeypatch.setattr("counter.web.my.signing.PATIENCE", -1)
    assert client.get(back).status_code == 400


def test_another_code_than_ours_does_not_pass_the_nonce(app: Flask) -> None:
    """A code stolen from one attempt and put into another: its token carries the other nonce."""
    victim, thief = app.test_client(), app.test_client()
    stolen = query(authorize(victim.get("/my/go").location, "victim"))["code"]
    state = query(thief.get("/my/go").location)["state"]
    answer = thief.get("/my/callback", query_string={"code": stolen, "state": state})
    assert answer.status_code == 400 and cookie(thief) is None


def test_somebody_who_changes_their_mind_goes_on_without(client: FlaskClient) -> None:
    state = query(client.get("/my/go", query_string={"next": "/procedures"}).location)["state"]
    answer = client.get("/my/callback", query_string={"error": "access_denied", "state": state})
    assert answer.status_code == 400
    assert "サインインをやめました" in answer.text and 'href="/procedures"' in answer.text


def test_an_answer_of_another_issuer_is_refused(client: FlaskClient) -> None:
    back = here(authorize(client.get("/my/go").location))
    assert client.get(f"{back}&iss=https://evil.example").status_code == 400


KEY, OTHER = RSAKey.generate_key(2048, {"kid": "k"}), RSAKey.generate_key(2048, {"kid": "k"})


@pytest.mark.parametrize(
    "wrong",
    [{"iss": "https://evil.example"}, {"aud": "somebody-else"}, {"nonce": "another"}, {"exp": 1}, {"sub": ""},
     {"sub": 7}, {"aud": ["counter", "x"], "azp": "x"}, {"iat": None}, {"alg": "HS256"}, {"alg": "none"}, {"key": OTHER}, {}],
    ids=lambda wrong: "another key" if "key" in wrong else str(wrong),
)  # fmt: skip
def test_only_a_token_for_us_and_for_this_attempt_counts(
    app: Flask, issuer: str, wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from counter.web.my.provider import provider

    client = app.test_client()
    asked = query(client.get("/my/go").location)
    with app.app_context():
        oidc = provider()._client()
    now = int(time.time())
    claims = {"iss": issuer, "aud": signing.CLIENT, "sub": "taro", "nonce": asked["nonce"], "iat": now, "exp": now + 60}
    claims |= {name: value for name, value in wrong.items() if name not in ("alg", "key")}
    claims = {name: value for name, value in claims.items() if value is not None}
    monkeypatch.setitem(oidc.server_metadata, "jwks", KeySet([KEY]).as_dict(private=False))
    monkeypatch.setattr(type(oidc), "fetch_access_token", lambda *_, **__: {"id_token": _signed(claims, wrong)})
    answer = client.get("/my/callback", query_string={"code": "c", "state": asked["state"]})
    assert answer.status_code == (400 if wrong else 302), answer.text
    assert (cookie(client) is None) == bool(wrong)


def _signed(claims: dict[str, Any], wrong: dict[str, Any]) -> str:
    if wrong.get("alg") == "none":
        import base64
        import json

        pieces = [json.dumps(one).encode() for one in ({"alg": "none"}, claims)]
        return ".".join([*(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in pieces), ""])
    if wrong.get("alg") == "HS256":
        from joserfc.jwk import OctKey

        return jwt.encode({"alg": "HS256", "kid": "k"}, claims, OctKey.import_key("between us, but longer than it was"))
    return jwt.encode({"alg": "RS256", "kid": "k"}, claims, wrong.get("key", KEY))


def test_staff_and_residents_know_nothing_of_each_other(app: Flask, store: Store) -> None:
    staff.hire(store, app, "clerk@example.jp", offices=("child-support",))
    client = staff.sign_in(app, "clerk@example.jp")
    assert client.get("/my/").status_code == 302, "staff are no residents"
    signing.sign_in(client)
    assert client.get("/office/cases").status_code == 200, "signing in as a resident ends no work"
    stranger = app.test_client()
    signing.sign_in(stranger)
    assert stranger.get("/office/cases").status_code == 302, "residents are no staff"


def test_a_machine_that_others_use_forgets_the_resident(client: FlaskClient) -> None:
    signing.sign_in(client)
    client.post("/apply/leave")
    assert client.get("/my/").status_code == 302


class TestProviderDown:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> dict[str, Any]:
        return signing.settings(f"http://127.0.0.1:{free_port()}", tmp_path)

    def test_everybody_goes_on_without(self, client: FlaskClient) -> None:
        answer = client.get("/my/go", query_string={"next": "/procedures"})
        assert answer.status_code == 503
        assert "認証サービスにつながりません" in answer.text and 'href="/procedures"' in answer.text
        assert client.get("/").status_code == 200
        assert client.get("/my/signed-out").status_code == 200

    def test_it_is_found_again(self, app: Flask, client: FlaskClient) -> None:
        assert client.get("/my/go").status_code == 503
        with signing.running(int(app.config["OIDC_ISSUER"].rpartition(":")[2])):
            assert signing.sign_in(client).status_code == 302


class TestNotConfigured:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {}

    def test_signing_in_is_not_offered(self, client: FlaskClient) -> None:
        assert "サインイン" not in client.get("/").text
        for page in ("/my/", "/my/sign-in", "/my/go", "/my/callback", "/my/kept"):
            assert client.get(page).status_code == 404
