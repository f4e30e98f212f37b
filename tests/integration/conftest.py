"""Paper at a desk, with a reader that says what the test wants to have been written."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from counter.extensions import Store
from tests.desk import Paper
from tests.papers import Reader
from tests.staff import desk_clerk


class _NoTemplate:
    class sheet:
        pages = ()


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    made = Reader()
    monkeypatch.setattr("ocr.reading.read_page", made)
    monkeypatch.setattr("counter.services.sheets._template", lambda *_: _NoTemplate())
    monkeypatch.setattr("counter.services.sheets._templates", {})
    return made


@pytest.fixture
def desk(app: Flask, store: Store) -> FlaskClient:
    return desk_clerk(store, app)


@pytest.fixture
def instance(app: Flask) -> Path:
    return Path(app.config["INSTANCE"])


@pytest.fixture
def paper(desk: FlaskClient, store: Store, reader: Reader, instance: Path) -> Paper:
    return Paper(desk, store, reader, instance)
