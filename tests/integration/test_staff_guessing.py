"""Guessing a staff password is slowed by account, wherever the guesses come from."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from counter.extensions import Store, limiter
from tests.staff import PASSWORD, hire


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"RATELIMIT_ENABLED": True}


@pytest.fixture(autouse=True)
def unlimited_again(app: Flask) -> Iterator[None]:
    """The limiter is one for all apps of a process."""
    with app.app_context():
        limiter.reset()
    yield
    with app.app_context():
        limiter.reset()
    limiter.enabled = False


def test_ten_wrong_passwords_shut_one_account_and_no_other(app: Flask, store: Store) -> None:
    for name in ("a", "b"):
        hire(store, app, f"{name}@example.jp", offices=("child-support",))
    for number in range(10):
        guess = {"email": " A@example.jp", "password": f"guess {number}"}
        caller = {"REMOTE_ADDR": f"192.0.2.{number}"}
        assert app.test_client().post("/staff/sign-in", data=guess, environ_base=caller).status_code == 401
    right = {"email": "a@example.jp", "password": PASSWORD}
    assert app.test_client().post("/staff/sign-in", data=right).status_code == 429
    other = {"email": "b@example.jp", "password": PASSWORD}
    for _ in range(12):  # coming in is no guess
        assert app.test_client().post("/staff/sign-in", data=other).status_code == 302
