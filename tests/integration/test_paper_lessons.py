"""What other products' paper was hurt by, held to ours: codes that leaked, locks while reading, mistakes that were learnt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from counter.extensions import Store
from counter.models.intake import Correction, FormState, ScanPage
from tests.desk import Paper
from tests.moves import KOTO
from tests.papers import Reader, picture, read_all, send, unknown
from tests.staff import rows

RECORD: dict[str, Any] = {"applicant": {"name": {"family": "山田", "given": "太郎"}}}


def test_a_page_without_a_code_is_not_taken_for_the_sheet_before_it(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    """paperless #5792: every page carries its own code, and one that does not waits for a hand."""
    first = reader.write(RECORD)
    strays = len(reader.pages)
    reader.pages.insert(strays - 1, unknown())  # between two pages of one sheet
    reader.pages.append(unknown())  # between two sheets
    second = reader.write(RECORD)
    send(desk, ("stack.tiff", picture(len(reader.pages))))
    forms = read_all(store, instance)
    assert [(form.serial, form.state) for form in forms if form.serial] == [
        (first, FormState.REVIEW),
        (second, FormState.REVIEW),
    ]
    lone = [form for form in forms if not form.serial]
    assert [form.state for form in lone] == [FormState.MANUAL, FormState.MANUAL]
    pages = rows(store, KOTO, ScanPage)
    assert {len([page for page in pages if page.form_id == form.id]) for form in lone} == {1}


def test_no_transaction_is_open_while_a_page_is_read(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """paperless #546: "database is locked" because reading ran inside a transaction."""
    reader.write(RECORD)
    send(desk, ("a.tiff", picture(3)))
    held: list[int] = []

    def read_page(image: Any, templates: Mapping[str, Any]) -> Any:
        held.append(store.engine.pool.checkedout())  # type: ignore[attr-defined]
        with store.scope() as session:  # and somebody else can write meanwhile
            session.connection()
        return reader(image, templates)

    monkeypatch.setattr("ocr.reading.read_page", read_page)
    read_all(store, instance)
    assert held == [0, 0, 0]


def test_only_values_a_person_confirmed_may_teach(paper: Paper, store: Store, reader: Reader) -> None:
    """paperless-ng #163: the classifier learnt its own mistakes. Nothing accepted, saved or set aside teaches."""
    reader.write(RECORD)
    reader.write(RECORD)
    saved, aside = paper.take_in(pages=6)
    assert rows(store, KOTO, Correction) == []
    paper.press(saved.id, "save")
    version = paper.form(aside.id).version
    paper.desk.post(f"/desk/forms/{aside.id}/set-aside", data={"version": str(version), "reason": "控え"})
    assert paper.form(aside.id).state == FormState.SET_ASIDE
    assert rows(store, KOTO, Correction) == []
