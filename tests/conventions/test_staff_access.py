"""Every staff route × method × role × ward: only the roles it names get in, and nobody finds another ward's things."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from counter import ids, tenancy, vault
from counter.extensions import Store
from counter.models.application import Application
from counter.models.bundle import Channel
from counter.models.delivery import Delivery
from counter.models.intake import Batch, PaperForm, ScanPage
from counter.models.own_form import OwnForm
from counter.services import attachments
from counter.services.applications import submit_bundle
from counter.services.blobs import Blobs
from counter.services.enclosing import enclose
from counter.web import access
from tests.conventions.test_routes import rules
from tests.enclosures import photo
from tests.moves import KOTO, SHIBUYA, answers, procedures
from tests.papers import Reader, picture, read_all, send
from tests.staff import desk_clerk, hire, rows, sign_in


@pytest.fixture
def clients(app: Flask, store: Store) -> dict[tuple[str, str], FlaskClient]:
    """(role, ward) → somebody signed in. The first number is nobody's: addresses are tried with it."""
    hire(store, app, "switched-off@example.jp")
    found = {}
    for ward in (KOTO, SHIBUYA):
        for role in access.ROLES:
            email = f"{role}-{ward}@example.jp"
            offices = ("child-support", "resident-registry", "health-insurance") if role == "clerk" else ()
            hire(store, app, email, role=role, ward=ward, offices=offices)
            found[role, ward] = sign_in(app, email)
    return found


def test_only_the_named_roles_get_in(app: Flask, clients: dict[tuple[str, str], FlaskClient]) -> None:
    tried = 0
    for endpoint, method, path, mark in rules(app):
        if mark is None or mark.kind != "staff":
            continue
        for (role, ward), client in clients.items():
            status = client.open(path, method=method).status_code
            tried += 1
            if role in mark.roles:
                assert status != 403, f"{method} {endpoint} refuses a {role} of {ward}"
                assert status < 500, f"{method} {endpoint} answered {status}"
            else:
                assert status == 403, f"{method} {endpoint} let a {role} of {ward} in: {status}"
    assert tried > 100


def own_form(session: Session) -> OwnForm:
    """A draft over a blank page that nobody made ready yet."""
    form = OwnForm(ward=KOTO, id=ids.new_id(), line="x", number=1, title="x", procedure="child-allowance", remarks=[],
                   drawing={}, key_id=vault.of(session).new_key(session, "own-form", KOTO), created_by="staff:1")  # fmt: skip
    session.add(form)
    session.flush()
    return form


@pytest.fixture
def koto(app: Flask, store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Something of every kind in 江東区: address parameter → id."""
    reader = Reader()
    monkeypatch.setattr("ocr.reading.read_page", reader)
    monkeypatch.setattr("counter.services.sheets.templates", lambda *_: {})
    with store.scope() as session:
        submit_bundle(session, procedures=procedures("child-allowance"), answers=answers(), channel=Channel.ONLINE, nonce="n",
                      language="ja", received_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))  # fmt: skip
    reader.write({"applicant": {"name": {"family": "山田", "given": "太郎"}}})
    send(desk_clerk(store, app, name="first"), ("a.tiff", picture(3)))
    read_all(store, Path(app.config["INSTANCE"]))
    application = rows(store, KOTO, Application)[0]
    with store.scope() as session, tenancy.tenant(session, KOTO):
        place = Blobs(Path(app.config["INSTANCE"]) / "blobs" / "enclosures")
        now = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
        file = attachments.add_to_application(session, place, application, enclose(photo(), "a.jpg"), now)
        own = own_form(session)
    yield {
        "file_id": file.id, "number": "1", "own_id": own.id,
        "application_id": application.id, "batch_id": rows(store, KOTO, Batch)[0].id,
        "delivery_id": rows(store, KOTO, Delivery)[0].id,
        "form_id": rows(store, KOTO, PaperForm)[0].id, "page_id": rows(store, KOTO, ScanPage)[0].id,
        "person_id": str(hire(store, app, "victim@example.jp", ward=KOTO)), "x": "1", "y": "1", "width": "9", "height": "9",
    }  # fmt: skip


def test_another_wards_things_are_as_absent_as_things_that_never_were(
    app: Flask, clients: dict[tuple[str, str], FlaskClient], koto: dict[str, str]
) -> None:
    tried = set()
    for rule in app.url_map.iter_rules():
        mark = access.of(app, rule.endpoint)
        if (
            mark is None
            or mark.kind != "staff"
            or not rule.arguments & set(koto) - {"x", "y", "width", "height", "number"}
        ):
            continue
        assert rule.arguments <= set(koto), f"{rule.endpoint}: this test knows no {rule.arguments - set(koto)}"
        role = sorted(mark.roles)[0]
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            nobody = {name: "9" * 6 if name == "person_id" else "0" * 17 for name in koto if name.endswith("_id")}
            with app.test_request_context():
                theirs = rule.build({name: koto[name] for name in rule.arguments})
                never = rule.build({name: nobody.get(name, koto[name]) for name in rule.arguments})
            assert theirs is not None
            assert never is not None
            found = clients[role, SHIBUYA].open(f"{theirs[1]}?ward={KOTO}", method=method, data={"ward": KOTO})
            absent = clients[role, SHIBUYA].open(f"{never[1]}?ward={KOTO}", method=method, data={"ward": KOTO})
            assert found.status_code == absent.status_code == 404, f"{method} {rule.endpoint}"
            assert _plain(found.text) == _plain(absent.text), f"{method} {rule.endpoint}"
            tried.add(rule.endpoint)
    assert {"office.case", "office.take", "office.status", "desk.batch", "review.show", "review.act", "review.page",
            "review.slip", "admin.switch"} <= tried  # fmt: skip


def _plain(page: str) -> str:
    return re.sub(r"[0-9A-Z]{17}|/people/\d+|csrf_token\" value=\"[^\"]*|nonce=\"[^\"]*", "", page)


def test_ones_own_things_are_there(clients: dict[tuple[str, str], FlaskClient], koto: dict[str, str]) -> None:
    assert clients["clerk", KOTO].get(f"/office/cases/{koto['application_id']}").status_code == 200
    assert clients["desk", KOTO].get(f"/desk/forms/{koto['form_id']}").status_code == 200
    assert clients["desk", KOTO].get(f"/desk/forms/{koto['form_id']}/pages/{koto['page_id']}.jpg").status_code == 200
