"""Honest characters: the original byte for byte from the first page to the office, the substitute said beside it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pypdfium2
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter import tenancy
from counter.extensions import Store
from counter.models.application import Application
from counter.models.organisation import BackOffice
from counter.queries import records
from counter.services import drafts
from tests.pages import Resident
from tests.residents import with_finished_drafts
from tests.staff import office_clerk

NAMES = ["髙橋", "\ufa19", "𠮷田", "辻\U000e0100", "渡邉", "김", "Nguyễn", "e\u0301", "ｱﾝ", "𪛖"]
HELD = {"髙橋", "\ufa19", "渡邉", "ｱﾝ"}  # by CP932


def small(store: Store, character_set: str = "jisx0208") -> None:
    with store.scope() as session, tenancy.all_wards(session, "a test"):
        session.execute(sa.update(BackOffice).values(characters=character_set))


def resident(store: Store, client: FlaskClient, *names: str) -> Resident:
    """A household of these names that has only the last button left to press."""
    [made] = with_finished_drafts(store, 1)
    with store.scope() as session:
        draft = drafts.load(session, made.draft.id, made.owner)
        assert draft is not None
        for place, person in enumerate(draft.answers["people"]):
            family, *given = (names * 12)[place * 4 : place * 4 + 4]
            person["name"] = {"family": family, "given": "".join(given)}
        drafts.save(session, draft, made.owner)
    client.set_cookie("owner", made.owner)
    found = Resident(client)
    found.open(f"/apply/{made.draft.id}/check")
    found.draft = made.draft  # type: ignore[attr-defined]
    return found


def test_the_resident_is_told_before_and_after_submitting(store: Store, client: FlaskClient) -> None:
    small(store)
    someone = resident(store, client, "髙橋")
    words = "この窓口のシステムでは「髙」を「高」と書きます。もとの字は申請に残ります。"
    assert words in someone.page.text
    someone.send(f"/apply/{someone.draft.id}/submit")  # type: ignore[attr-defined]
    assert "/receipt" in someone.address
    assert words in someone.page.text
    assert "髙橋" in someone.page.text


def test_case_and_copy_say_it_beside_the_original(store: Store, client: FlaskClient, app: Flask) -> None:
    small(store)
    someone = resident(store, client, "髙橋")
    someone.send(f"/apply/{someone.draft.id}/submit")  # type: ignore[attr-defined]
    with store.scope(write=False) as session, tenancy.all_wards(session, "a test"):
        filed = session.scalars(sa.select(Application).order_by(Application.line)).first()
        assert filed is not None
        clerk = office_clerk(store, app, filed.office, filed.ward)
    case = clerk.get(f"/office/cases/{filed.id}").text
    assert "髙橋" in case
    assert "課のシステムでは、「髙」は「高」" in case
    copy = client.get(f"/status/{filed.bundle_id}/copy").text
    assert "髙橋" in copy
    assert "「髙」を「高」と書きます。" in copy
    paper = pypdfium2.PdfDocument(io.BytesIO(client.get(f"/status/{filed.bundle_id}/copy.pdf").data))
    assert "「髙」を「高」と書きます。" in "".join(page.get_textpage().get_text_range() for page in paper)


def test_nothing_is_said_where_the_office_holds_every_character(store: Store, client: FlaskClient) -> None:
    someone = resident(store, client, "髙橋")
    assert "もとの字は" not in someone.page.text


def test_names_are_the_same_bytes_in_draft_record_export_and_pdf(store: Store, client: FlaskClient, app: Flask) -> None:
    small(store, "cp932")
    someone = resident(store, client, *NAMES)
    someone.send(f"/apply/{someone.draft.id}/submit")  # type: ignore[attr-defined]
    assert "/receipt" in someone.address
    seen: set[str] = set()
    with store.scope(write=False) as session, tenancy.all_wards(session, "a test"):
        applications = session.scalars(sa.select(Application)).all()
        opened = {one.id: records.opened(session, one).record for one in applications}
    for application in applications:
        clerk = office_clerk(store, app, application.office, application.ward)
        told = json.loads(clerk.get(f"/office/cases/export/{application.procedure}.json").data)
        [mine] = [one for one in told["applications"] if one["id"] == application.id]
        assert mine["record"] == opened[application.id]
        table = clerk.get(f"/office/cases/export/{application.procedure}.csv").data.decode("utf-8-sig")
        here = {name for name in NAMES if any(name.encode() in text.encode() for text in texts(mine["record"]))}
        assert all(name in table for name in here)
        assert bool(mine.get("characters")) == bool(here - HELD)
        seen |= here
    assert seen == set(NAMES)
    paper = pypdfium2.PdfDocument(io.BytesIO(client.get(f"/apply/{someone.draft.id}/receipt.pdf").data))  # type: ignore[attr-defined]
    drawn = "".join(page.get_textpage().get_text_range() for page in paper)
    assert all(name in drawn for name in ("髙橋", "渡邉", "𠮷田", "Nguyễn"))


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)
