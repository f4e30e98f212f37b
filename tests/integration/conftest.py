"""Paper at a desk, with a reader that says what the test wants to have been written."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from counter.extensions import Store
from counter.services import drafts
from counter.services.blobs import Blobs
from tests import sending
from tests.desk import Paper
from tests.pages import Resident
from tests.papers import Reader
from tests.staff import desk_clerk


class _NoTemplate:
    class sheet:
        pages = ()


@pytest.fixture(autouse=True)
def _nothing_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No spot checks but in the tests about them: they are drawn by chance."""
    monkeypatch.setattr("counter.services.spot_check.SHARE", 0.0)


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


@pytest.fixture
def blobs(app: Flask) -> Blobs:
    return Blobs(Path(app.config["INSTANCE"]) / "blobs" / "enclosures")


@pytest.fixture
def draft(store: Store) -> tuple[str, str]:
    """(draft id, owner) of somebody who found other insurance."""
    owner = drafts.new_token()
    with store.scope() as session:
        made = drafts.begin(session, owner, [sending.CODE])
        made.answers = copy.deepcopy(sending.answers())
        drafts.save(session, made, owner)
    return made.id, owner


@pytest.fixture
def resident(client: FlaskClient, draft: tuple[str, str]) -> Resident:
    client.set_cookie("owner", draft[1])
    made = Resident(client)
    made.open(f"/apply/{draft[0]}/q/{sending.PAGE}")
    return made
