"""What only a real server meets: requests that are no HTTP, bodies without an end, callers who never finish."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator

import pytest

from tests.databases import Home
from tests.servers import Server


@pytest.fixture
def server(home: Home) -> Iterator[Server]:
    settings = {"GUNICORN_CMD_ARGS": "--config counter/gunicorn.py", "COUNTER_SILENCE": "2"}
    with Server(home, processes=1, threads=4, environment=settings) as running:
        yield running


def say(server: Server, data: bytes, *, wait: float = 5.0) -> bytes:
    """What the server answers to these bytes before it hangs up or falls silent."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=wait) as connection:
        connection.sendall(data)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
                if b"\r\n\r\n" in answer and len(answer) > 200:
                    break
        except (TimeoutError, ConnectionError):
            pass
        return answer


HOST = b"Host: localhost\r\n"
REQUESTS = (
    b"\r\n\r\n", b"GET /\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200 + b"\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\n" + HOST + b"\r\n", b"GET //evil.example/%2e%2e HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 70_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"X-%d: y\r\n" % number for number in range(500)) + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"POST /status/ HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n",
    b"POST /status/ HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx", b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n",
    b"POST /status/ HTTP/1.1\r\n" + HOST + b"Content-Length: -5\r\n\r\n", b"POST /status/ HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999\r\n\r\nx",
    b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", b"GET / HTTP/1.1\r\n" + HOST + b"Cookie: \xff\xfe\r\nX\x00: y\r\n\r\n", b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
)  # fmt: skip


def test_what_is_no_request_is_refused_and_the_next_caller_served(server: Server) -> None:
    for request in REQUESTS:
        began = time.monotonic()
        answer = say(server, request)
        assert not answer.startswith((b"HTTP/1.1 5", b"HTTP/1.0 5")), (request[:80], answer[:200])
        assert b"Location: http://evil" not in answer
        assert b"Traceback" not in answer
        assert time.monotonic() - began < 8, request[:80]
    assert _status(server) == 200


def test_a_body_without_a_length_is_cut_at_the_limit(server: Server) -> None:
    head = (
        b"POST /status/ HTTP/1.1\r\n"
        + HOST
        + b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head)
        answer = b""
        try:
            for _ in range(60):
                connection.sendall(b"10000\r\n" + b"a" * 65536 + b"\r\n")
            connection.sendall(b"0\r\n\r\n")
            answer = connection.recv(65536)
        except ConnectionError:
            pass
    assert answer[:12] in (b"HTTP/1.1 413", b"")
    assert _status(server) == 200


def test_callers_who_fall_silent_half_way_are_let_go(server: Server) -> None:
    """Nobody is kept out for longer than the silence that is allowed; more is a proxy's work (docs/operations.md)."""
    head = b"POST /status/ HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\nhalf"
    slow = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(4)]
    try:
        for place, connection in enumerate(slow):
            connection.sendall(head if place % 2 else b"GET / HTTP/1.1\r\nHost: loc")
        assert _status(server) == 200
    finally:
        for connection in slow:
            connection.close()


def _status(server: Server) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=8)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    finally:
        connection.close()
