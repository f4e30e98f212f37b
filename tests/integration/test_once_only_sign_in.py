"""Residents sign in with an OpenID provider: a real one, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import signing


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with signing.running() as issuer:
        yield issuer


@pytest.fixture
def settings(issuer: str, tmp_path: Path) -> dict[str, Any]:
    return signing.settings(issuer, tmp_path)


def test_somebody_signs_in_and_comes_back_to_where_they_were(client: FlaskClient) -> None:
    answer = signing.sign_in(client, after="/procedures?q=1")
    assert answer.status_code == 302
    assert answer.location == "/procedures?q=1"
    assert client.get("/my/").status_code == 200
    assert "わたしのページ" in client.get("/").text
