"""What tests of the time after filing share: a bundle, its holder's browser, and an office that asks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from counter import tenancy
from counter.extensions import Store
from counter.models.bundle import Channel
from counter.queries import office
from counter.queries.correspondence import Mark
from counter.services import corrections
from counter.services.applications import submit_bundle
from counter.services.receipts import Line, Receipt
from tests.moves import answers, procedures
from tests.pages import Page

NOW = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
DUE = dt.date(2026, 12, 4)


def file(store: Store, *codes: str, nonce: str = "n", document: dict[str, Any] | None = None) -> Receipt:
    """A move from 渋谷 to 江東 with four procedures, or with these."""
    with store.scope() as session:
        return submit_bundle(
            session, procedures=procedures(*codes), answers=document or answers(), channel=Channel.ONLINE, nonce=nonce,
            language="ja", received_at=NOW,
        )  # fmt: skip


def line_of(receipt: Receipt, code: str) -> Line:
    return next(line for line in receipt.lines if line.procedure_code == code)


def ask(store: Store, line: Line, *paths: str, due: dt.date = DUE, now: dt.datetime = NOW, seen: int = 0) -> str:
    """The office asks for these fields to be mended; the request's id."""
    with store.scope() as session:
        tenancy.tenant(session, line.ward)
        view = office.application(session, line.ward, line.application_id)
        assert view is not None
        return corrections.ask(
            session, view, actor="staff:1", marks=[Mark(path, "確かめてください") for path in paths],
            message="お手数をおかけします", due_on=due, now=now, seen=seen or view.last_event,
        )  # fmt: skip


def holder(app: Flask, receipt: Receipt) -> FlaskClient:
    """A browser that has proved number and secret."""
    client = app.test_client()
    answer = client.post("/status/", data={"number": receipt.number, "secret": receipt.secret})
    assert answer.status_code == 303
    return client


def at(receipt: Receipt, line: Line, page: str) -> str:
    return f"/status/{receipt.number}/{line.suffix}/{page}"


def opened(client: FlaskClient, address: str) -> Page:
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code} {answer.location}"
    return Page(answer)


def record(store: Store, line: Line) -> dict[str, Any]:
    """What the office holds now."""
    return view_of(store, line).record or {}


def view_of(store: Store, line: Line) -> office.View:
    with store.session(write=False) as session, tenancy.tenant(session, line.ward):
        view = office.application(session, line.ward, line.application_id)
    assert view is not None
    return view


def kinds(store: Store, line: Line) -> list[str]:
    return [event.kind for event in view_of(store, line).history if event.kind not in ("delivered", "linked")]
