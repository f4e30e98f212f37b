"""A draft printed on paper comes back by scan into the same case: whichever of web and paper comes second makes none."""

from __future__ import annotations

import datetime as dt
import re
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from counter.extensions import Store
from counter.models.application import Application
from counter.models.bundle import Channel
from counter.models.draft import Draft, Filed, PrintedSheet
from counter.models.intake import FormState
from counter.services import once
from counter.services.applications import submit_bundle
from forms.gather import project
from forms.procedures import CATALOGUE
from tests.conftest import both_backends
from tests.desk import Paper
from tests.integration.test_drafts_elsewhere import browser
from tests.moves import KOTO, SHIBUYA, answers, procedures
from tests.pages import Page
from tests.papers import Reader
from tests.residents import Resident, with_finished_drafts
from tests.staff import rows

CODE = "child-allowance"
RECORD: dict[str, Any] = project(CATALOGUE[CODE], answers())[0]


@pytest.fixture
def mine(store: Store) -> Resident:
    return with_finished_drafts(store, 1)[0]


def printed(app: Flask, store: Store, mine: Resident, code: str = CODE) -> str:
    """The serial on a sheet that the draft was printed on."""
    answer = browser(app, mine.owner).post(f"/apply/{mine.draft.id}/paper/{code}.pdf")
    assert answer.data.startswith(b"%PDF")
    with store.session(write=False) as session:
        latest = sa.select(PrintedSheet).order_by(PrintedSheet.printed_at.desc()).limit(1)
        return session.scalars(latest).one().serial


def codes(store: Store) -> list[str]:
    return sorted(row.procedure for ward in (KOTO, SHIBUYA) for row in rows(store, ward, Application))


@both_backends
def test_paper_first_then_web_files_only_the_rest(
    app: Flask, store: Store, paper: Paper, reader: Reader, mine: Resident
) -> None:
    reader.write(RECORD, serial=printed(app, store, mine))
    (form,) = paper.take_in()
    assert "下書きから印刷されたもの" in Page(paper.desk.get(f"/desk/forms/{form.id}")).text
    with store.session(write=False) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Filed)) == 0, "nothing attaches before a clerk"
    assert paper.press(form.id, "confirm").status_code == 302
    home = browser(app, mine.owner)
    page = Page(home.get(f"/apply/{mine.draft.id}/"))
    assert "紙で受け付けた手続があります" in page.text
    offices = Page(home.get(f"/apply/{mine.draft.id}/check")).texts("sc-destination")
    assert len(offices) == 3 and "児童手当" not in "".join(offices)
    assert home.post(f"/apply/{mine.draft.id}/submit").location.endswith("/receipt")
    assert codes(store) == sorted(["child-allowance", "health-insurance", "move-in", "move-out"])


@both_backends
def test_web_first_then_paper_is_a_duplicate(
    app: Flask, store: Store, paper: Paper, reader: Reader, mine: Resident
) -> None:
    serial = printed(app, store, mine)
    browser(app, mine.owner).post(f"/apply/{mine.draft.id}/submit")
    reader.write(RECORD, serial=serial)
    (form,) = paper.take_in()
    assert "もう受け付けています" in Page(paper.desk.get(f"/desk/forms/{form.id}")).text
    assert paper.press(form.id, "confirm").status_code == 422
    assert paper.form(form.id).state == FormState.REVIEW
    assert codes(store).count(CODE) == 1
    assert paper.press(form.id, "confirm", separate="1").status_code == 302, "a clerk may say that it is another one"
    assert codes(store).count(CODE) == 2


def test_two_prints_of_one_draft_make_one_case(
    app: Flask, store: Store, paper: Paper, reader: Reader, mine: Resident
) -> None:
    for _ in range(2):
        reader.write(RECORD, serial=printed(app, store, mine))
    first, other = paper.take_in(pages=6)
    assert paper.press(first.id, "confirm").status_code == 302
    assert paper.press(other.id, "confirm").status_code == 422
    assert codes(store) == [CODE]


def test_everything_on_paper_leaves_nothing_to_submit(app: Flask, store: Store, paper: Paper, reader: Reader) -> None:
    mine = with_finished_drafts(store, 1, codes=(CODE,))[0]
    reader.write(RECORD, serial=printed(app, store, mine))
    (form,) = paper.take_in()
    paper.press(form.id, "confirm")
    home = browser(app, mine.owner)
    assert home.post(f"/apply/{mine.draft.id}/submit", follow_redirects=True).status_code == 200
    assert "紙で受け付けた" in Page(home.get(f"/apply/{mine.draft.id}/")).text
    assert codes(store) == [CODE]


def test_paper_of_a_draft_that_is_gone_is_a_case_of_its_own(
    app: Flask, store: Store, paper: Paper, reader: Reader, mine: Resident
) -> None:
    serials = [printed(app, store, mine) for _ in range(2)]
    browser(app, mine.owner).post(f"/apply/{mine.draft.id}/discard")
    for serial in serials:
        reader.write(RECORD, serial=serial)
    first, other = paper.take_in(pages=6)
    assert paper.press(first.id, "confirm").status_code == 302
    assert paper.press(other.id, "confirm").status_code == 422
    with store.session(write=False) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


def test_a_sheet_for_another_ward_is_refused_in_words(
    app: Flask, store: Store, paper: Paper, reader: Reader, mine: Resident
) -> None:
    serial = printed(app, store, mine)
    reader.write(RECORD, serial=serial)
    (form,) = paper.take_in()
    with store.scope() as session:  # of a sheet whose ward was known before, nothing is read (test_batches)
        session.get_one(PrintedSheet, serial).addressee = SHIBUYA
    page = Page(paper.desk.get(f"/desk/forms/{form.id}")).text
    assert "渋谷区あてに印刷された" in page
    for more in ({}, {"separate": "1"}):
        answer = paper.press(form.id, "confirm", **more)
        assert answer.status_code == 422
        assert "渋谷区の窓口に渡してください" in answer.text
    assert codes(store) == []


def test_a_draft_prints_only_what_it_files(app: Flask, store: Store, mine: Resident) -> None:
    home = browser(app, mine.owner)
    assert home.post(f"/apply/{mine.draft.id}/paper/supplier.pdf").status_code == 404
    assert home.get(f"/apply/{mine.draft.id}/paper/{CODE}.pdf").status_code == 302, "an address prints nothing"
    home.post(f"/apply/{mine.draft.id}/submit")
    assert home.post(f"/apply/{mine.draft.id}/paper/{CODE}.pdf").status_code == 409
    assert not re.search("paper", home.get(f"/apply/{mine.draft.id}/receipt").text)


@both_backends
def test_web_and_paper_at_the_same_moment_make_one_case(store: Store, mine: Resident) -> None:
    made: list[str] = []
    refused: list[object] = []

    def file(way: str) -> None:
        now = dt.datetime.now(dt.UTC)
        try:
            with store.scope() as session:
                once.take_turn(session, mine.draft.nonce)
                if CODE in once.filed(session, mine.draft.nonce):
                    raise once.AlreadyFiled((CODE,))
                receipt = submit_bundle(session, procedures=procedures(CODE), answers=answers(), channel=Channel.PAPER,
                                        nonce=way, language="ja", received_at=now)  # fmt: skip
                once.note(session, mine.draft.nonce, [CODE], receipt.bundle_id, now)
            made.append(way)
        except once.AlreadyFiled:
            refused.append(way)

    threads = [threading.Thread(target=file, args=(f"way-{number}",)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 4)
    assert codes(store) == [CODE]


def test_without_a_draft_to_lock_the_table_still_knows(store: Store, mine: Resident) -> None:
    with store.scope() as session:
        bundles = [
            submit_bundle(session, procedures=procedures(CODE), answers=answers(), channel=Channel.PAPER, nonce=way,
                          language="ja", received_at=dt.datetime.now(dt.UTC)).bundle_id
            for way in ("a", "b")
        ]  # fmt: skip
        once.note(session, "gone", [CODE], bundles[0], dt.datetime.now(dt.UTC))
        once.note(session, "gone", [CODE], bundles[0], dt.datetime.now(dt.UTC))
        with pytest.raises(once.AlreadyFiled):
            once.note(session, "gone", [CODE], bundles[1], dt.datetime.now(dt.UTC))
