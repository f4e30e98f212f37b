"""What surrounds every page: headers, error answers, one commit a request, outages that are said plainly."""

import errno
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import exc

from counter import extensions
from counter.extensions import Store, db
from counter.models.definition import Definition
from counter.web.access import looks, public
from counter.web.openapi import answers
from tests.databases import Home


@public
def write(then: str = "") -> Any:
    """A view that writes, then does as told."""
    db().add(Definition(digest="d", procedure="p", content={}))
    match then:
        case "raise":
            raise ZeroDivisionError
        case "fail":
            abort(409)
        case "fail-but-keep":
            extensions.keep_changes()
            abort(409)
    return "written"


@public
def fault(kind: str) -> Any:
    """A view under which something breaks."""
    raise {
        "locked": exc.OperationalError("x", {}, sqlite3.OperationalError("database is locked")),
        "corrupt": exc.DatabaseError("x", {}, sqlite3.DatabaseError("malformed")),
        "pool": exc.TimeoutError("no connection"),
        "disk-full": OSError(errno.ENOSPC, "no space left"),
        "disk-broken": OSError(errno.EIO, "input/output error"),
        "bug": ZeroDivisionError(),
        "our-mistake": exc.IntegrityError("x", {}, sqlite3.IntegrityError("UNIQUE")),
        "file-missing": FileNotFoundError(errno.ENOENT, "gone"),
    }[kind]


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"PROPAGATE_EXCEPTIONS": False}


@pytest.fixture
def app(app: Flask) -> Iterator[Flask]:
    app.add_url_rule("/t/write", "t.write", write, methods=["GET", "POST"])
    app.add_url_rule("/t/write/<then>", "t.write.then", write, methods=["POST"])
    app.add_url_rule("/t/look", "t.look", looks(public(lambda: write())))
    app.add_url_rule("/t/fault/<kind>", "t.fault", fault, methods=["GET", "POST"])
    app.add_url_rule("/t/json", "t.json", answers("x", {})(public(lambda: abort(404))))
    app.add_url_rule("/t/<int:number>", "t.number", public(lambda number: str(number)))
    yield app


def written(store: Store) -> int:
    with store.session(write=False) as session:
        return session.scalar(sa.select(sa.func.count()).where(Definition.digest == "d")) or 0


@pytest.mark.parametrize(
    ("method", "path", "status", "rows"),
    [
        ("POST", "/t/write", 200, 1),
        ("POST", "/t/write/raise", 500, 0),
        ("POST", "/t/write/fail", 409, 0),
        ("POST", "/t/write/fail-but-keep", 409, 1),
        ("GET", "/t/write", 500, 0),
        ("GET", "/t/look", 200, 1),
    ],
)
def test_a_request_is_one_transaction(
    client: FlaskClient, store: Store, method: str, path: str, status: int, rows: int
) -> None:
    assert client.open(path, method=method).status_code == status
    assert written(store) == rows


def test_a_commit_that_fails_says_that_nothing_was_saved(client: FlaskClient, store: Store) -> None:
    @sa.event.listens_for(extensions.CounterSession, "before_commit")
    def fail(_: Any) -> None:
        raise exc.OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

    try:
        answer = client.post("/t/write")
    finally:
        sa.event.remove(extensions.CounterSession, "before_commit", fail)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert written(store) == 0


@pytest.mark.parametrize("kind", ["locked", "corrupt", "pool", "disk-full", "disk-broken"])
def test_an_outage_is_503_and_says_what_was_kept(client: FlaskClient, kind: str) -> None:
    answer = client.get(f"/t/fault/{kind}")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "保存されていません" in answer.text
    assert "受付番号が出た申請は残っています" in answer.text


@pytest.mark.parametrize("kind", ["bug", "our-mistake", "file-missing"])
def test_a_mistake_of_ours_is_500(client: FlaskClient, kind: str) -> None:
    assert client.get(f"/t/fault/{kind}").status_code == 500


def test_a_lost_database_is_503_and_stays_lost(client: FlaskClient, home: Home) -> None:
    for name in ("counter.sqlite", "counter.sqlite-wal", "counter.sqlite-shm"):
        (home.instance / name).unlink(missing_ok=True)
    assert client.post("/t/write").status_code == 503
    assert client.get("/healthz").status_code == 503
    assert not (home.instance / "counter.sqlite").exists()


def test_a_damaged_database_is_503(client: FlaskClient, home: Home) -> None:
    (home.instance / "counter.sqlite").write_bytes(b"not a database, " * 1000)
    assert client.post("/t/write").status_code == 503
    assert client.get("/healthz").get_json()["database"] == "unavailable"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/t/write", 405), ("GET", "/t/x", 404), ("GET", "/t/\x00", 404)],
)
def test_errors_are_pages_with_a_way_on(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert "<h1" in answer.text
    if status == 405:
        assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(("language", "words"), [("ja", "見つかりません"), ("en", '<html lang="en"')])
def test_errors_speak_the_residents_language(client: FlaskClient, language: str, words: str) -> None:
    assert words in client.get(f"/nowhere?lang={language}").text


def test_programs_get_problems_as_json(client: FlaskClient) -> None:
    for answer in (client.get("/t/json"), client.get("/nowhere", headers={"Accept": "application/json"})):
        assert answer.mimetype == "application/problem+json"
        assert answer.get_json()["status"] == 404


def test_a_body_too_large_is_413(app: Flask, client: FlaskClient) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/t/write", data={"x": "y" * 2000}).status_code == 413


@pytest.mark.parametrize("token", [None, "", "foreign", "IjEi.x.y"])
def test_a_missing_or_foreign_token_is_explained(app: Flask, client: FlaskClient, token: str | None) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/t/write", data={} if token is None else {"csrf_token": token})
    assert answer.status_code == 400
    assert "もう一度送信してください" in answer.text


def test_a_foreign_host_is_refused(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/t/fault/locked", "/t/fault/bug"])
def test_every_answer_is_guarded(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in headers


def test_nonces_are_never_the_same(client: FlaskClient) -> None:
    policies = {client.get("/healthz").headers["Content-Security-Policy"] for _ in range(20)}
    assert len(policies) == 20


def test_static_files_may_be_kept(client: FlaskClient) -> None:
    with client.get("/static/css/base.css") as answer:
        assert "no-store" not in answer.headers["Cache-Control"]


class TestOverHTTPS:
    """Strict transport, and cookies that only this host over TLS may set."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"HTTPS": True}

    def test_transport_is_strict(self, client: FlaskClient) -> None:
        answer = client.get("/healthz", base_url="https://localhost")
        assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_logs_tell_no_address_and_no_value(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        client.get("/t/4711?name=渋谷花子\r\nfake")
    assert "/t/<int:number>" in caplog.text
    assert "4711" not in caplog.text
    assert "fake" not in caplog.text
