"""Review by several people and at speed: one sheet in one hand, a second look, undo, doubts within the text, seconds a field."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter import tenancy
from counter.extensions import Store
from counter.models.application import Application
from counter.models.intake import Correction, FormState, PaperForm, Reading
from counter.queries import accuracy
from counter.queries import review as queue
from counter.services import holding, second_look
from counter.services.lessons import _lessons
from counter.services.paper_readings import Part, Seen
from counter.services.paper_records import fields
from forms.gather import project
from forms.procedures import CATALOGUE
from tests.conftest import both_backends
from tests.desk import Paper
from tests.moves import KOTO, answers
from tests.pages import Page
from tests.papers import Reader
from tests.staff import desk_clerk, hire, rows, sign_in

CODE = "child-allowance"
RECORD: dict[str, Any] = project(CATALOGUE[CODE], answers())[0]
LATER = dt.timedelta(minutes=11)


@pytest.fixture
def other(store: Store, app: Flask) -> FlaskClient:
    return desk_clerk(store, app, name="second")


def ask_for_two(store: Store) -> None:
    with store.scope() as session, tenancy.tenant(session, KOTO):
        second_look.choose(session, KOTO, {CODE}, (CODE,), "staff:1")


# -- one sheet, one person


@both_backends
def test_a_sheet_that_somebody_has_is_not_shown_to_another(paper: Paper, reader: Reader, other: FlaskClient) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    paper.fields(form.id)
    theirs = Page(other.get(f"/desk/forms/{form.id}"))
    assert "さんが確認しています" in theirs.text
    assert "review-form" not in theirs.text
    assert other.post(f"/desk/forms/{form.id}/hold").status_code == 409
    assert paper.desk.post(f"/desk/forms/{form.id}/hold").status_code == 204
    paper.desk.post(f"/desk/forms/{form.id}/let-go")
    assert "review-form" in other.get(f"/desk/forms/{form.id}").text


def test_who_went_home_keeps_nothing(store: Store, paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    now = dt.datetime.now(dt.UTC)
    with store.scope() as session, tenancy.tenant(session, KOTO):
        row = session.scalars(sa.select(PaperForm)).one()
        assert holding.take(session, row, "staff:1", now) is None
        assert holding.take(session, row, "staff:2", now) == holding.Holder("staff:1", now + holding.HELD_FOR)
        assert queue.next_free(session, "staff:2", now) is None
        assert queue.next_free(session, "staff:2", now + LATER) == form.id
        assert holding.take(session, row, "staff:2", now + LATER) is None
        assert row.version == form.version  # in whose hands it is does not change what it says


def test_taking_over_is_written_down_and_stops_the_other(paper: Paper, reader: Reader, other: FlaskClient) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    mine = paper.fields(form.id)
    assert other.post(f"/desk/forms/{form.id}/take-over").status_code == 302
    assert "review-form" in other.get(f"/desk/forms/{form.id}").text
    assert paper.press(form.id, "confirm", mine).status_code == 409
    assert rows(paper.store, KOTO, Application) == []


def test_onward_leads_past_what_others_have(paper: Paper, reader: Reader, other: FlaskClient) -> None:
    for _ in range(3):
        reader.write(RECORD)
        first, *others = paper.take_in()
    second, third = others
    other.get(f"/desk/forms/{second.id}")
    answer = paper.desk.post(
        f"/desk/forms/{first.id}/set-aside", data={"version": str(first.version), "reason": "下書き"}
    )
    assert answer.location.endswith(third.id)


# -- a second pair of eyes


@both_backends
def test_where_a_ward_asks_for_it_another_person_confirms(paper: Paper, reader: Reader, other: FlaskClient) -> None:
    ask_for_two(paper.store)
    reader.write(RECORD)
    (form,) = paper.take_in()
    mine = paper.fields(form.id)
    mine["claimant.name.given"] = "三郎"
    assert paper.press(form.id, "confirm", mine).status_code == 302
    assert paper.form(form.id).state == FormState.SECOND
    assert rows(paper.store, KOTO, Application) == []
    assert "2人目の方の確認を待っています" in Page(paper.desk.get(f"/desk/forms/{form.id}")).text
    assert "2人目の方の確認を待っています" in Page(paper.press(form.id, "confirm", mine)).text
    theirs = Page(other.get(f"/desk/forms/{form.id}"))
    assert "2人目の確認です" in theirs.text
    assert "1人目の確認で直した項目です" in theirs.text
    said = paper.fields(form.id, other)
    assert said["claimant.name.given"] == "三郎"
    said["action"] = "confirm"
    assert "/slip" in other.post(f"/desk/forms/{form.id}", data=said).location
    assert len(rows(paper.store, KOTO, Application)) == 1


def test_the_second_may_send_it_back_and_the_first_may_take_it_back(
    paper: Paper, reader: Reader, other: FlaskClient
) -> None:
    ask_for_two(paper.store)
    reader.write(RECORD)
    (form,) = paper.take_in()
    paper.press(form.id, "confirm")
    other.get(f"/desk/forms/{form.id}")
    version = str(paper.form(form.id).version)
    nothing = other.post(f"/desk/forms/{form.id}/send-back", data={"version": version, "why": " "})
    assert nothing.status_code == 302
    assert paper.form(form.id).state == FormState.SECOND
    other.post(f"/desk/forms/{form.id}/send-back", data={"version": version, "why": "口座の名義が違います"})
    assert "口座の名義が違います" in Page(paper.desk.get(f"/desk/forms/{form.id}")).text
    paper.press(form.id, "confirm")
    back = {"version": str(paper.form(form.id).version)}
    assert paper.desk.post(f"/desk/forms/{form.id}/send-back", data=back).status_code == 302
    assert paper.form(form.id).state == FormState.REVIEW


def test_an_admin_chooses_which_procedures_want_two(app: Flask, store: Store, paper: Paper) -> None:
    hire(store, app, "admin@example.jp", role="admin")
    admin = sign_in(app, "admin@example.jp")
    page = Page(admin.get("/desk/forms/second-look"))
    assert "2人で確認する手続" in page.text
    admin.post("/desk/forms/second-look", data={"procedure": [CODE, "nonsense"]})
    with store.scope(write=False) as session, tenancy.tenant(session, KOTO):
        assert second_look.procedures(session) == {CODE}
    admin.post("/desk/forms/second-look", data={})
    with store.scope(write=False) as session, tenancy.tenant(session, KOTO):
        assert second_look.procedures(session) == frozenset()
    assert paper.desk.get("/desk/forms/second-look").status_code == 403


# -- undo


def test_what_was_set_aside_can_be_taken_out_again(paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    paper.desk.post(f"/desk/forms/{form.id}/set-aside", data={"version": str(form.version), "reason": "白紙"})
    aside = paper.form(form.id)
    assert "対象外をやめて確認に戻す" in paper.desk.get(f"/desk/forms/{form.id}").text
    paper.desk.post(f"/desk/forms/{form.id}/reopen", data={"version": str(aside.version)})
    assert paper.form(form.id).state == FormState.REVIEW
    assert paper.press(form.id, "confirm").status_code == 302
    assert paper.desk.post(f"/desk/forms/{form.id}/reopen", data={"version": "9"}).status_code == 409


# -- doubts within the text, other readings


def test_doubtful_characters_are_marked_and_said_in_words(paper: Paper, reader: Reader) -> None:
    reader.write(RECORD, doubtful=("claimant.name.family",))
    number = next(n for n, page in enumerate(reader.pages) if "claimant.name.family" in page.values)
    page = reader.pages[number]
    zone = page.values["claimant.name.family"]
    family = zone.text
    doubts = (0.4, *(0.99 for _ in family[1:]))
    reader.pages[number] = dataclasses.replace(
        page,
        values={
            **page.values,
            zone.key: dataclasses.replace(zone, char_confidences=doubts, alternatives=("<b>悪</b>", "佐東")),
        },
    )
    (form,) = paper.take_in()
    shown = paper.desk.get(f"/desk/forms/{form.id}").text
    assert f'<u class="sc-unsure sc-unsure--very">{family[0]}</u>' in shown
    assert f"{family[0]}は不確か" in shown
    assert 'data-for="claimant.name.family"' in shown
    assert "<b>悪</b>" not in shown
    assert "&lt;b&gt;悪&lt;/b&gt;" in shown


# -- seconds, spot checks, figures


@both_backends
def test_seconds_a_field_and_what_was_accepted_make_the_figures(paper: Paper, reader: Reader) -> None:
    reader.write(RECORD, doubtful=("claimant.name.family",))
    (form,) = paper.take_in()
    said = paper.fields(form.id)
    said["seconds.claimant.name"], said["seconds.nonsense"], said["seconds.claimant.kana"] = "4.5", "9e9", "-1"
    said["claimant.name.given"] = "三郎"
    paper.press(form.id, "save", said)
    assert 'data-seconds="4.5"' in paper.desk.get(f"/desk/forms/{form.id}").text
    assert paper.press(form.id, "confirm", paper.fields(form.id), seconds__claimant__name="4.5").status_code == 302
    found = {row.field: row for row in rows(paper.store, KOTO, Correction)}
    assert found["claimant.name"].seconds == 4.5
    assert found["claimant.name"].accepted is None  # its parts are counted
    assert (found["claimant.name.family"].accepted, found["claimant.name.family"].changed) == (False, False)
    assert (found["claimant.name.given"].accepted, found["claimant.name.given"].changed) == (True, True)
    now = dt.datetime.now(dt.UTC)
    with paper.store.scope(write=False) as session, tenancy.tenant(session, KOTO):
        kinds = accuracy.by_kind(session, now - LATER, now + LATER)
        (week,) = accuracy.by_week(session, [(now - LATER, now + LATER)])
    given = kinds["name.given"]
    assert (given.accepted, given.accepted_right) == (given.places, given.places - 1)
    assert (week.timed, week.a_field) == (1, 4.5)
    shown = Page(paper.desk.get("/desk/accuracy")).text
    assert "氏名（名）" in shown
    assert "抜き取り確認はまだありません" in shown
    assert "4.5秒" in shown


def test_a_drawn_reading_is_looked_at_and_counts_as_accepted(
    paper: Paper, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("counter.services.spot_check.SHARE", 1.0)
    reader.write(RECORD)
    (form,) = paper.take_in()
    assert sum(row.spot_check for row in rows(paper.store, KOTO, Reading)) > 20
    assert "抜き取り確認" in paper.desk.get(f"/desk/forms/{form.id}").text
    found = {row.key: row for row in rows(paper.store, KOTO, Reading)}
    assert not found["claimant.name"].accepted  # a part of it is to be looked at, so lists count the field
    assert paper.press(form.id, "confirm").status_code == 302
    now = dt.datetime.now(dt.UTC)
    with paper.store.scope(write=False) as session, tenancy.tenant(session, KOTO):
        all_ = accuracy.overall(session, now - LATER, now + LATER)
    assert all_.checked == all_.accepted == all_.places > 20
    assert all_.precision.percent == 100.0
    assert "抜き取って確かめたところ、100.0%" in Page(paper.desk.get("/desk/accuracy")).text


def test_a_city_written_short_is_the_same_city() -> None:
    kind = next(one.field.kind for one, _ in fields(CATALOGUE["child-allowance"]) if one.path == "move.new_address")
    value = kind.parse({"postcode": "1350052", "city": "江東区", "town": "潮見", "number": "1-2", "building": ""})
    where: Any = {"page_id": "", "crop": (0, 0, 0, 0), "alternatives": (), "characters": ()}
    city = Part("r1", "city", "江東区", 0.9, accepted=True, spot_check=False, **where)
    seen = Seen("move.new_address", "r0", value, "", 0.9, accepted=True, reasons=(), parts=(city,), **where)
    read = {one.path: (one.read, one.said) for one in _lessons(seen, kind, value, kind.raw(value), None)}
    assert read["move.new_address.city"] == ("東京都江東区", "東京都江東区")


def test_shares_know_how_little_they_know() -> None:
    assert accuracy.Share(0, 0).percent is None
    low, high = accuracy.Share(10, 10).between or (0, 0)
    assert 65 < low < 75
    assert high == 100.0


def test_an_empty_ward_is_told_what_to_do(paper: Paper) -> None:
    assert "この期間に確認した紙の申請はありません" in paper.desk.get("/desk/accuracy?weeks=3&procedure=x").text
