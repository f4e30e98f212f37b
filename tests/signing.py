"""A real OpenID provider on loopback, in a process of its own, and residents who sign in with it over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.servers import free_port

CLIENT = "counter"
_PROVIDER = """
import sys, oidc_provider_mock
app = oidc_provider_mock.app(require_nonce=True, issue_refresh_token=False)
app.debug = False
app.run("127.0.0.1", int(sys.argv[1]))
"""


@contextmanager
def running(port: int = 0) -> Iterator[str]:
    """A provider; gives its issuer. Plain HTTP is its own business: ours asks for TLS or loopback."""
    port = port or free_port()
    issuer = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _PROVIDER, str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(issuer)
        yield issuer
    finally:
        process.kill()
        process.wait()


def _wait(issuer: str) -> None:
    ends = time.monotonic() + 30
    while True:
        try:
            requests.get(f"{issuer}/.well-known/openid-configuration", timeout=5).raise_for_status()
            return
        except requests.RequestException:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)


def settings(issuer: str, folder: Path) -> dict[str, Any]:
    """What an operator sets; the secret stands in a file."""
    (folder / "oidc-secret").write_text("between us\n", "utf-8")
    return {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET_FILE": str(folder / "oidc-secret")}


def authorize(address: str, sub: str = "taro") -> str:
    """What the provider's page does when `sub` presses its button: the way back, with a code."""
    answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=10)
    assert answer.status_code in (302, 303), answer.text
    back: str = answer.headers["Location"]
    return back


def here(address: str) -> str:
    """An absolute address of ours as a test client wants it."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def sign_in(client: FlaskClient, sub: str = "taro", after: str = "") -> TestResponse:
    """All the way: off to the provider, and back with what it said."""
    leaving = client.get("/my/go", query_string={"next": after} if after else {})
    assert leaving.status_code == 302, leaving.text
    return client.get(here(authorize(leaving.headers["Location"], sub)))
