"""A clerk confirms what was read: the same judge and the same door as the web, one sheet once, corrections kept."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import MultiDict

from counter import ids, tenancy, vault
from counter.extensions import Store
from counter.models.application import Application
from counter.models.audit import AuditEvent
from counter.models.bundle import Bundle, Channel
from counter.models.intake import Correction, FormState, ScanFile
from counter.services import intake, status
from counter.services.applications import submit_bundle
from counter.services.blobs import Blobs
from forms.gather import project
from forms.messages import N_
from forms.procedures import CATALOGUE
from forms.wards import WARDS
from tests.conftest import both_backends
from tests.desk import Paper, inputs
from tests.moves import KOTO, answers, procedures
from tests.pages import Page
from tests.papers import Reader, typed
from tests.staff import desk_clerk, office_clerk, rows

CODE = "child-allowance"
RECORD: dict[str, Any] = project(CATALOGUE[CODE], answers())[0]


@both_backends
def test_a_confirmed_sheet_lies_beside_the_online_ones(app: Flask, store: Store, paper: Paper, reader: Reader) -> None:
    with store.scope() as session:
        submit_bundle(session, procedures=procedures(CODE), answers=answers(), channel=Channel.ONLINE, nonce="web",
                      language="ja", received_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))  # fmt: skip
    reader.write(RECORD)
    (form,) = paper.take_in(counter_date="2026-11-19")
    answer = paper.press(form.id, "confirm")
    assert answer.status_code == 302, Page(answer).text
    slip = Page(paper.desk.get(answer.location)).text
    done = paper.form(form.id)
    assert done.state == FormState.CONFIRMED
    online, by_paper = sorted(rows(store, KOTO, Application), key=lambda row: row.channel)
    assert (online.office, by_paper.office, by_paper.channel) == ("child-support", "child-support", "paper")
    assert by_paper.arrived_at == dt.datetime(2026, 11, 18, 15, tzinfo=dt.UTC)  # the counter date, in Japan
    clerk = office_clerk(store, app, "child-support")
    queue = clerk.get("/office/cases").text
    assert len(re.findall(r'href="/office/cases/[0-9A-Z]{17}"', queue)) == 2
    case = Page(clerk.get(f"/office/cases/{by_paper.id}")).text
    assert "読取" in case
    with store.scope() as session:
        bundle = session.get_one(Bundle, done.bundle_id)
        from counter.services.receipts import of_bundle

        receipt = of_bundle(session, bundle)
        assert status.by_number(session, receipt.number, receipt.secret, "127.0.0.1") is not None
    assert receipt.number in slip
    assert receipt.secret in slip
    assert all(f"{WARDS[line.ward].name} {line.office_name}" in slip for line in receipt.lines)


def test_the_record_of_a_perfect_reading_is_what_was_written(store: Store, paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    assert paper.press(form.id, "confirm").status_code == 302
    with store.scope(write=False) as session, tenancy.tenant(session, KOTO):
        from counter.queries.office import application

        found = application(session, KOTO, session.scalars(sa.select(Application.id)).one())
    assert found is not None
    assert found.record is not None
    written = dict(RECORD)
    assert found.record["applicant"]["name"] == written["applicant"]["name"]
    assert found.record["claimant"]["account"] == written["claimant"]["account"]
    assert [child["name"] for child in found.record["children"]] == [child["name"] for child in written["children"]]
    assert {mark["how"] for mark in found.provenance.values()} == {"scanned"}


def test_doubtful_fields_come_first_with_their_reasons(paper: Paper, reader: Reader) -> None:
    reader.write(RECORD, doubtful=("applicant.phone", "claimant.name.given"))
    (form,) = paper.take_in()
    page = Page(paper.desk.get(f"/desk/forms/{form.id}"))
    doubts = [node for node in page.tree.iter("div") if node.get("data-doubt") is not None]
    assert len(doubts) == 2
    assert "要確認（2）" in page.text
    assert "確信度が低い" in page.text
    first = [node.get("data-path") for node in page.tree.iter() if node.get("data-path")][:2]
    assert first == ["applicant.phone", "claimant.name"]


def test_a_correction_is_kept_with_what_was_read(store: Store, paper: Paper, reader: Reader) -> None:
    reader.write(RECORD, misread={"applicant.name.given": "大郎"}, doubtful=("applicant.name.given",))
    (form,) = paper.take_in()
    assert paper.press(form.id, "confirm", applicant__name__given="太郎").status_code == 302
    with store.scope(write=False) as session, tenancy.tenant(session, KOTO):
        changed = {
            row.field: vault.of(session).open(session, form.key_id, f"correction:content:{row.id}", row.content)
            for row in session.scalars(sa.select(Correction).where(Correction.changed.is_(True)))
        }
        all_of_them = session.scalar(sa.select(sa.func.count()).select_from(Correction))
        from counter.queries.office import application

        found = application(session, KOTO, session.scalars(sa.select(Application.id)).one())
    assert changed["applicant.name.given"] == {"read": "大郎", "confirmed": "太郎"}
    assert changed["applicant.name"]["confirmed"] == {"family": "山田", "given": "太郎"}
    assert set(changed) == {"applicant.name", "applicant.name.given"}
    assert all_of_them
    assert all_of_them > 30
    assert found is not None
    assert found.provenance["applicant.name"]["how"] == "corrected"
    assert found.record is not None
    assert found.record["applicant"]["name"]["given"] == "太郎"


def test_an_incomplete_form_is_not_taken_and_keeps_what_was_typed(store: Store, paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    answer = paper.press(form.id, "confirm", claimant__account__number="", applicant__phone="でんわ")
    assert answer.status_code == 422
    page = Page(answer)
    assert "まだ受け付けられません" in page.text
    assert "でんわ" in answer.text
    assert rows(store, KOTO, Application) == []
    assert paper.form(form.id).state == FormState.REVIEW


def test_a_half_done_review_is_kept(paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    assert paper.press(form.id, "save", applicant__phone="でんわ", claimant__name__given="次郎").status_code == 302
    said = paper.fields(form.id)
    assert said["applicant.phone"] == "でんわ"
    assert said["claimant.name.given"] == "次郎"


def test_the_same_serial_is_never_taken_twice(store: Store, paper: Paper, reader: Reader) -> None:
    serial = reader.write(RECORD)
    reader.write(RECORD, serial=serial)
    first, second = paper.take_in(pages=6)
    assert paper.press(first.id, "confirm").status_code == 302
    page = Page(paper.desk.get(f"/desk/forms/{second.id}")).text
    assert "もう受け付けています" in page
    refused = paper.press(second.id, "confirm")
    assert refused.status_code == 422
    assert len(rows(store, KOTO, Application)) == 1
    assert paper.press(second.id, "confirm", separate="1").status_code == 302
    assert len(rows(store, KOTO, Application)) == 2


def test_a_serial_taken_on_the_web_goes_to_review(store: Store, paper: Paper, reader: Reader) -> None:
    serial = ids.new_id()
    with store.scope() as session:
        submit_bundle(session, procedures=procedures(CODE), answers=answers(), channel=Channel.ONLINE, nonce=serial,
                      language="ja", received_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))  # fmt: skip
    reader.write(RECORD, serial=serial)
    (form,) = paper.take_in()
    assert paper.press(form.id, "confirm").status_code == 422
    assert len(rows(store, KOTO, Application)) == 1
    assert paper.form(form.id).state == FormState.REVIEW


@both_backends
def test_two_clerks_on_one_sheet_get_both_versions(app: Flask, store: Store, paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    other = desk_clerk(store, app, name="second")
    mine = paper.fields(form.id)
    assert other.post(f"/desk/forms/{form.id}/take-over").status_code == 302
    theirs = paper.fields(form.id, other)
    theirs["claimant.name.given"], theirs["action"] = "三郎", "save"
    assert other.post(f"/desk/forms/{form.id}", data=theirs).status_code == 302
    for action in ("save", "confirm"):
        conflict = paper.press(form.id, action, mine, claimant__name__given="四郎")
        assert conflict.status_code == 409
        assert "三郎" in conflict.text
        assert "四郎" in conflict.text
        Page(conflict)
    assert rows(store, KOTO, Application) == []
    assert paper.fields(form.id, other)["claimant.name.given"] == "三郎"
    for action in ("procedure", "set-aside"):
        data = {"version": "1", "procedure": "move-in", "reason": "x"}
        assert paper.desk.post(f"/desk/forms/{form.id}/{action}", data=data).status_code == 409


def test_a_settled_form_stays_settled(store: Store, paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    said = paper.fields(form.id)
    assert paper.press(form.id, "confirm", said).status_code == 302
    again = paper.press(form.id, "confirm", said)
    assert again.status_code == 302
    assert len(rows(store, KOTO, Application)) == 1
    assert "受け付けて、所管課に送りました" in paper.desk.get(f"/desk/forms/{form.id}").text


def test_setting_aside_wants_a_reason_and_keeps_it(paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    paper.desk.post(f"/desk/forms/{form.id}/set-aside", data={"version": "1", "reason": " "})
    assert paper.form(form.id).state == FormState.REVIEW
    paper.desk.post(
        f"/desk/forms/{form.id}/set-aside", data={"version": str(form.version), "reason": "同じ用紙をもう受け付けた"}
    )
    assert paper.form(form.id).state == FormState.SET_ASIDE
    assert "同じ用紙をもう受け付けた" in paper.desk.get(f"/desk/forms/{form.id}").text


def test_an_unknown_page_is_typed_beside_its_picture(store: Store, paper: Paper) -> None:
    (form,) = paper.take_in(pages=1)
    assert form.state == FormState.MANUAL
    named = paper.desk.post(f"/desk/forms/{form.id}/procedure", data={"version": str(form.version), "procedure": CODE})
    assert named.status_code == 302
    empty = paper.fields(form.id)
    Page(paper.press(form.id, "row:children", empty))
    said = MultiDict(empty)
    for name, value in typed(RECORD, CODE).items():
        said[name] = value
    answer = paper.press(form.id, "confirm", said)
    assert answer.status_code == 302, Page(answer).text
    (row,) = rows(store, KOTO, Application)
    assert row.channel == "paper"


def test_a_longer_family_gets_more_rows(store: Store, paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    said = paper.fields(form.id)
    assert said["rows.children"] == "2"
    grown = Page(paper.press(form.id, "row:children", said, applicant__name__given="太朗"))
    again = inputs(next(node for node in grown.tree.iter("form") if node.get("id") == "review-form"))
    assert again["rows.children"] == "3"
    assert "children.2.name.family" in again
    assert again["applicant.name.given"] == "太朗"
    child = {f"children.2.{name}": value for name, value in typed({"children": [RECORD["children"][0]]}, CODE).items()}
    for name, value in child.items():
        again[name.replace("children.2.children.0.", "children.2.")] = value
    again["children.2.name.given"] = "二郎"
    answer = paper.press(form.id, "confirm", again)
    assert answer.status_code == 302, Page(answer).text
    with store.scope(write=False) as session, tenancy.tenant(session, KOTO):
        from counter.queries.office import application

        found = application(session, KOTO, session.scalars(sa.select(Application.id)).one())
    assert found is not None
    assert found.record is not None
    assert [child["name"]["given"] for child in found.record["children"]] == ["一郎", "二郎"]


def test_what_would_not_reach_the_office_is_said_first(store: Store, paper: Paper, reader: Reader) -> None:
    grown = {
        **RECORD["children"][0],
        "birth_date": {"iso": "1990-01-01", "precision": "day", "as_written": "1990-01-01"},
    }
    reader.write({**RECORD, "children": [RECORD["children"][0], grown]})
    (form,) = paper.take_in()
    answer = paper.press(form.id, "confirm")
    assert answer.status_code == 422
    assert "この申請では使われません" in answer.text
    assert rows(store, KOTO, Application) == []
    assert paper.press(form.id, "confirm", drop="1").status_code == 302
    assert len(rows(store, KOTO, Application)) == 1


def test_old_paper_is_taken_after_its_definition_changed(
    store: Store, paper: Paper, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    from counter.services import sheets
    from forms.snapshot import digest

    old = CATALOGUE[CODE]
    reader.write(RECORD)
    (form,) = paper.take_in()
    new = dataclasses.replace(
        old, asks=tuple(ask for ask in old.asks if getattr(ask, "name", "") != "children"), title=N_("新しい児童手当")
    )
    monkeypatch.setitem(CATALOGUE, CODE, new)
    assert digest(new) != digest(old)
    page = Page(paper.desk.get(f"/desk/forms/{form.id}")).text
    assert old.title in page
    assert "児童1の" in page
    assert paper.press(form.id, "confirm").status_code == 302
    (row,) = rows(store, KOTO, Application)
    assert row.definition_digest == digest(old)
    monkeypatch.undo()
    with store.scope() as session:
        monkeypatch.setattr(sheets, "_template", lambda sheet, procedure, folder: (sheet, procedure))
        monkeypatch.setattr(sheets, "_templates", {})
        monkeypatch.setitem(CATALOGUE, CODE, new)
        known = sheets.templates(session, paper.instance)
    assert {digest(procedure) for _, procedure in known.values() if procedure.code == CODE} == {
        digest(old),
        digest(new),
    }


def test_text_from_paper_is_text(paper: Paper, reader: Reader) -> None:
    evil = "<script>alert(1)</script>{{7*7}}"
    reader.write(RECORD, misread={"applicant.name.family": evil, "move.new_address.town": '"><img src=x onerror=1>'})
    (form,) = paper.take_in()
    answer = paper.desk.get(f"/desk/forms/{form.id}")
    Page(answer)
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert "{{7*7}}" in answer.text


def test_every_look_is_written_down(store: Store, paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    paper.desk.get(f"/desk/forms/{form.id}")
    with store.scope(write=False) as session:
        actions = list(
            session.scalars(
                sa.select(AuditEvent.action).where(AuditEvent.object_id == form.id).order_by(AuditEvent.sequence)
            )
        )
    assert actions == ["paper.look"]


def test_nonsense_is_answered_with_words(paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    for data in ({}, {"action": "row:nonsense"}, {"action": "confirm"}, {"action": "\0"}, {"version": "9" * 50},
                 {"rows.children": "9" * 9, "action": "row:children"}, {"rows.children": "-1", "action": "save"},
                 {"applicant.name.family": "\ud800" if False else "\u202e\0", "action": "save"}):  # fmt: skip
        assert paper.desk.post(f"/desk/forms/{form.id}", data=data).status_code < 500, data


@both_backends
def test_originals_are_erased_once_their_forms_are_settled(store: Store, paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    reader.write(RECORD)
    first, second = paper.take_in(pages=6)
    blobs = Blobs(paper.instance / "blobs")
    assert paper.press(first.id, "confirm").status_code == 302
    assert purged(store, blobs) == 0  # the other form came out of the same file
    assert paper.press(second.id, "confirm").status_code == 302
    (file,) = rows(store, KOTO, ScanFile)
    assert file.blob is not None
    with store.scope(write=False) as session, pytest.raises(vault.Shredded):
        vault.of(session).open_bytes(session, file.key_id, f"scan_file:blob:{file.id}", blobs.get(file.blob))
    before = len([path for path in blobs.folder.rglob("*") if path.is_file()])
    assert purged(store, blobs) == 1
    assert purged(store, blobs) == 0
    assert len([path for path in blobs.folder.rglob("*") if path.is_file()]) == before - 1
    assert paper.desk.get(f"/desk/forms/{first.id}").status_code == 200


def purged(store: Store, blobs: Any) -> int:
    with store.scope() as session, tenancy.tenant(session, KOTO):
        return intake.purge(session, blobs)


def test_the_seconds_a_review_took_are_measured_a_field_and_a_sheet(paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    form = paper.take_in()[0]
    assert "確認にかかった時間" not in paper.desk.get("/desk").text
    shown = paper.fields(form.id)["shown_at"]
    begun = str(int(shown) - 84)
    paper.press(form.id, "save", shown_at=begun)
    paper.press(form.id, "confirm", shown_at=str(int(shown) - 100_000))  # went to lunch
    settled = paper.form(form.id)
    assert 84 + 600 <= settled.review_seconds <= 84 + 600 + 5
    assert settled.review_fields == 21  # of this record, one for each answer
    assert "この30日の1枚" in paper.desk.get("/desk").text
