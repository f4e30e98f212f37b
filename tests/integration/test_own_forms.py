"""A ward's own paper: from a blank scan to a version in use, and what keeps it from being one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from counter import tenancy
from counter.extensions import Store
from counter.jobs import own_forms as jobs
from counter.models.audit import AuditEvent
from counter.models.intake import PaperForm
from counter.models.own_form import OwnForm, OwnFormPage, OwnFormTrial, OwnState
from counter.services import own_forms_reading, own_forms_trials, sheets
from counter.services.blobs import Blobs
from ocr.prepared import MY_NUMBER, WRITTEN, Prepared
from ocr.results import BLANKED, PageReading, Reading
from tests.conftest import both_backends
from tests.desk import inputs
from tests.moves import KOTO, SHIBUYA
from tests.pages import Page
from tests.papers import picture, read_all, send
from tests.scans import foreign
from tests.staff import desk_clerk, hire, rows, sign_in

HOME = "/desk/own-forms"
PNG = picture(kind="PNG")
LAYOUT = {"boxes": ((62.9, 70.5, 127.0, 13.1),), "checks": (), "combs": (), "underlines": (), "lines": ()}


class Reads:
    """Stands in for the reading process: blank pages as told, samples as `sees` says."""

    def __init__(self, *pages: Prepared, sees: Any = None) -> None:
        self.pages, self.sees, self.templates = list(pages), sees, {}

    def blank(self, image: Any) -> Prepared:
        return self.pages.pop(0)

    def submit(self, image: Any, templates: Any, memory: Any) -> None:
        self.templates, self.image = templates, image

    def result(self) -> PageReading:
        return self.sees(self)


def prepared(mark: str = "m" * 64, remarks: tuple[str, ...] = ()) -> Prepared:
    return Prepared(PNG, 1654, 2339, mark, LAYOUT, remarks)


@dataclasses.dataclass
class Ward:
    """A desk, an admin, and what they do to a form."""

    store: Store
    instance: Path
    desk: FlaskClient
    admin: FlaskClient
    code: str = KOTO

    def begin(self, *pages: Prepared, **more: str) -> str:
        data = {
            "title": foreign.TITLE,
            "procedure": foreign.PROCEDURE,
            "blank": (io.BytesIO(picture(len(pages) or 1)), "a.tiff"),
            **more,
        }
        answer = self.desk.post(HOME, data=data, content_type="multipart/form-data")
        assert answer.status_code == 302, answer.text
        form_id = str(answer.location.rsplit("/", 1)[1])
        jobs.prepare(self.store, self.instance, self.code, form_id, Reads(*(pages or (prepared(),))))  # type: ignore[arg-type]
        return form_id

    def page(self, form_id: str, client: FlaskClient | None = None) -> Page:
        return Page((client or self.desk).get(f"{HOME}/{form_id}"))

    def said(self, form_id: str) -> MultiDict[str, str]:
        form = next(one for one in self.page(form_id).tree.iter("form") if one.get("id") == "zones-form")
        return inputs(form)

    def draw(self, form_id: str, zones: Any = None, action: str = "save", **more: str) -> Any:
        said = self.said(form_id)
        for name in ("page", "x", "y", "w", "h", "target", "way", "count"):
            said.poplist(name)
        for (x, y, w, h), target, way, count in foreign.zones() if zones is None else zones:
            for name, value in zip(
                ("page", "x", "y", "w", "h", "target", "way", "count"), (1, x, y, w, h, target, way, count), strict=True
            ):
                said.add(name, str(value))
        for name, value in {**more, "action": action}.items():
            said[name.replace("__", ".")] = value
        return self.desk.post(f"{HOME}/{form_id}", data=said)

    def activate(self, form_id: str) -> Any:
        return self.admin.post(f"{HOME}/{form_id}/activate", data={"version": self.form(form_id).version})

    def form(self, form_id: str) -> OwnForm:
        return next(form for form in rows(self.store, self.code, OwnForm) if form.id == form_id)

    def templates(self, ward: str = "") -> Any:
        with self.store.scope(write=False) as session, tenancy.tenant(session, ward or self.code):
            return own_forms_reading.templates(session, Blobs(self.instance / "blobs"))


@pytest.fixture
def koto(app: Flask, store: Store) -> Ward:
    hire(store, app, "admin@example.jp", role="admin")
    return Ward(store, Path(app.config["INSTANCE"]), desk_clerk(store, app), sign_in(app, "admin@example.jp"))


@both_backends
def test_a_form_is_drawn_put_to_use_and_known_to_its_ward_alone(koto: Ward, app: Flask) -> None:
    assert "区の様式はまだありません" in koto.desk.get(HOME).text
    form_id = koto.begin()
    assert koto.draw(form_id, **{"era.damage.day": "reiwa"}).status_code == 302
    page = koto.page(form_id)
    assert page.response.text.count('name="target"') == len(foreign.zones()) + 1
    assert "必ず要るのに、この用紙にない項目：建物との関係" in page.response.text
    assert koto.templates() == {}
    assert koto.desk.post(f"{HOME}/{form_id}/activate").status_code == 403
    assert "使い始めますか" in koto.admin.get(f"{HOME}/{form_id}/activate").text
    assert koto.activate(form_id).status_code == 302
    form = koto.form(form_id)
    assert form.state == OwnState.ACTIVE and form.sheet_digest
    (template,) = koto.templates().values()
    assert template.sheet.sheet_digest == form.sheet_digest
    assert template.kinds["damage.day"].parse({"year": "8", "month": "1", "day": "2"})["iso"] == "2026-01-02"
    assert template.kinds["applicant.name"].parse("佐藤花子") == {"family": "佐藤", "given": "花子"}
    assert template.blank(1).shape[0] > 1
    assert koto.templates(SHIBUYA) == {}
    with koto.store.scope(write=False) as session, tenancy.tenant(session, KOTO):
        found = sheets.definition_of(session, form.sheet_digest, None)
        assert found is not None and found.code == foreign.PROCEDURE
    with koto.store.scope(write=False) as session, tenancy.tenant(session, SHIBUYA):
        assert sheets.definition_of(session, form.sheet_digest, None) is None
    theirs = desk_clerk(koto.store, app, SHIBUYA)
    assert theirs.get(f"{HOME}/{form_id}").status_code == 404
    assert theirs.get(f"{HOME}/{form_id}/pages/1.png").status_code == 404
    assert foreign.TITLE not in theirs.get(HOME).text
    with koto.store.scope(write=False) as session:
        told = [
            event.action
            for event in session.query(AuditEvent).order_by(AuditEvent.sequence)
            if event.object_id == form_id
        ]
    assert told == ["own-form.receive", "own-form.save", "own-form.activate"]


def test_what_is_wrong_is_said_and_keeps_the_form_from_use(koto: Ward) -> None:
    form_id = koto.begin()
    name, box = "applicant.name//", foreign.cell("氏名")
    wrong = [
        (box, name, "line", 1), (foreign.cell("住所"), name, "line", 1), (box, "applicant.phone//", "line", 1),
        ((200.0, 10.0, 30.0, 10.0), "applicant.kana//", "line", 1), ((5.0, 5.0, 2.0, 2.0), "damage.disaster//", "line", 1),
        ((5.0, 270.0, 40.0, 10.0), "applicant.name/family/", "line", 1), ((60.0, 270.0, 8.0, 8.0), "damage.house//other", "line", 1),
        ((100.0, 270.0, 40.0, 10.0), "applicant.birth_date/year/", "line", 1), ((float("nan"), 280, 5, 5), "", "line", 1),
    ]  # fmt: skip
    assert koto.draw(form_id, wrong).status_code == 302
    text = koto.page(form_id).response.text
    for words in (
        "枠1にも結ばれています",
        "枠1と重なっています",
        "用紙からはみ出しています",
        "小さすぎます",
        "一つの枠と分かれた枠の両方",
        "では読めません",
        "月・日の枠がありません",
    ):
        assert words in text, words
    answer = koto.activate(form_id)
    assert answer.status_code == 422 and "まだ使い始められません" in answer.text
    assert koto.form(form_id).state == OwnState.DRAFT
    answer = koto.draw(form_id, [(box, "氏名のようなもの", "line", 1)])
    assert answer.status_code == 200 and "「氏名のようなもの」という項目はありません" in answer.text
    assert koto.draw(form_id, [(box, "届け出る方（申請者）：氏名（全体を一つの枠に）", "line", 1)]).status_code == 302
    assert koto.form(form_id).drawing["zones"][0][5] == name


def test_without_a_script_zones_are_added_repeated_and_removed(koto: Ward) -> None:
    form_id = koto.begin(procedure="child-allowance")
    row = [((20.0, 100.0, 40.0, 8.0), "children.0.name//", "line", 1)]
    assert koto.draw(form_id, row, action="add").text.count('name="target"') == 3  # the row, the new one, the template
    answer = koto.draw(form_id, row, "repeat", **{"repeat-key": "children", "repeat-count": "3", "repeat-pitch": "9.5"})
    page = Page(answer)
    said = inputs(next(one for one in page.tree.iter("form") if one.get("id") == "zones-form"))
    assert [float(y) for y in said.getlist("y")] == [100.0, 109.5, 119.0]
    assert len(set(said.getlist("target"))) == 3
    said["action"] = "save"
    said.add("gone", "1")
    assert koto.desk.post(f"{HOME}/{form_id}", data=said).status_code == 302
    assert [zone[5] for zone in koto.form(form_id).drawing["zones"]] == ["children.0.name//", "children.2.name//"]


def test_two_clerks_do_not_overwrite_each_other_unasked(koto: Ward, app: Flask) -> None:
    form_id = koto.begin()
    mine = koto.said(form_id)
    koto.draw(form_id)
    mine["action"] = "save"
    answer = koto.desk.post(f"{HOME}/{form_id}", data=mine)
    assert answer.status_code == 409 and "ほかの職員が先に保存しました" in answer.text
    assert len(koto.form(form_id).drawing["zones"]) == len(foreign.zones())


def test_a_filled_blank_is_asked_about_and_one_with_a_my_number_is_erased(koto: Ward) -> None:
    form_id = koto.begin(prepared(remarks=(WRITTEN,)))
    assert "記入ずみの用紙かもしれません" in koto.page(form_id).response.text
    koto.draw(form_id)
    assert koto.activate(form_id).status_code == 422
    koto.draw(form_id, looked_over="yes")
    assert koto.activate(form_id).status_code == 302
    other = koto.begin(prepared(remarks=(MY_NUMBER,)))
    assert koto.form(other).state == OwnState.FAILED
    assert koto.form(other).source is None
    assert not [page for page in rows(koto.store, KOTO, OwnFormPage) if page.form_id == other]
    assert "個人番号" in koto.page(other).response.text
    said = {"version": koto.form(other).version}
    assert koto.desk.post(f"{HOME}/{other}/discard", data=said).status_code == 302
    assert koto.desk.get(f"{HOME}/{other}").status_code == 404


@pytest.mark.parametrize("content", [b"GIF89a" * 9, b"%PDF-1.7 nothing", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_what_is_no_scan_is_said_so(koto: Ward, content: bytes) -> None:
    data = {"title": "x", "procedure": foreign.PROCEDURE, "blank": (io.BytesIO(content), "a.png")}
    answer = koto.desk.post(HOME, data=data, content_type="multipart/form-data")
    form_id = answer.location.rsplit("/", 1)[1]
    assert "準備しています" in koto.page(form_id).response.text
    jobs.prepare(koto.store, koto.instance, KOTO, form_id, Reads())  # type: ignore[arg-type]
    form = koto.form(form_id)
    assert form.state == OwnState.FAILED and form.reason and form.reason in koto.page(form_id).response.text


def test_versions_follow_each_other_and_old_paper_is_read_where_it_differs(koto: Ward) -> None:
    first = koto.begin()
    koto.draw(first)
    koto.activate(first)
    second = koto.desk.post(f"{HOME}/{first}/new-version").location.rsplit("/", 1)[1]
    assert koto.desk.post(f"{HOME}/{first}/new-version").location.endswith(second)  # one open draft a paper
    koto.draw(second, foreign.zones()[:-1])
    assert koto.activate(second).status_code == 302
    assert (koto.form(first).state, koto.form(first).recognised) == (OwnState.REPLACED, False)  # the same paper
    third = koto.begin(prepared("n" * 64), before=first)
    assert koto.form(third).number == 3 and koto.form(third).drawing == koto.form(first).drawing
    koto.activate(third)
    assert (koto.form(second).state, koto.form(second).recognised) == (
        OwnState.REPLACED,
        True,
    )  # other paper: still read
    assert len(koto.templates()) == 2
    text = koto.desk.get(HOME).text
    assert "第3版" in text and "古い紙も読みます" in text
    assert koto.admin.post(f"{HOME}/{third}/retire", data={"version": koto.form(third).version}).status_code == 302
    assert len(koto.templates()) == 1
    assert koto.admin.post(f"{HOME}/{third}/resume", data={"version": koto.form(third).version}).status_code == 302
    assert len(koto.templates()) == 2
    with koto.store.scope(write=False) as session, tenancy.tenant(session, KOTO):
        old = sheets.definition_of(session, koto.form(first).sheet_digest, foreign.PROCEDURE)
    assert old is not None  # what was read with the first version is reviewed with it


def _sees(reads: Reads) -> PageReading:
    """The page is the newest template's, and two of its places were read."""
    digest, template = list(reads.templates.items())[-1]
    values = {
        "applicant.name": Reading("applicant.name", {"family": "佐藤", "given": "花子"}, "佐藤花子", 0.99, True, ("確信度99%",), (), (20, 20, 90, 20), ()),
        "damage.disaster": Reading("damage.disaster", None, "", 0.0, False, (BLANKED,), (), (20, 60, 90, 20), ()),
    }  # fmt: skip
    return PageReading(True, template.sheet.procedure, digest, 1, None, 0.5, values, (), reads.image)


def test_a_sample_is_tried_out_and_put_away(koto: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("counter.services.sheets.templates", lambda *_: {})  # ours take long to draw
    form_id = koto.begin()
    assert koto.draw(form_id, action="try").location.endswith("/trial")
    at = f"{HOME}/{form_id}/trial"
    assert koto.desk.post(at, data={}).status_code == 422
    data = {"sample": (io.BytesIO(picture()), "a.tiff")}
    assert koto.desk.post(at, data=data, content_type="multipart/form-data").status_code == 302
    assert "読み取っています" in koto.desk.get(at).text
    (waiting,) = rows(koto.store, KOTO, OwnFormTrial)
    jobs.try_out(koto.store, koto.instance, KOTO, waiting.id, Reads(sees=_sees))  # type: ignore[arg-type]
    text = koto.desk.get(at).text
    assert "佐藤　花子" in text and "この様式の1ページ" in text
    assert BLANKED in text
    assert koto.desk.get(f"{at}/1.jpg").data.startswith(b"\xff\xd8")
    (trial,) = rows(koto.store, KOTO, OwnFormTrial)
    assert trial.source is None and "佐藤".encode() not in (trial.seen or b"")
    koto.activate(form_id)
    assert rows(koto.store, KOTO, OwnFormTrial) == []
    assert not rows(koto.store, KOTO, PaperForm)  # nothing was received


def test_a_recognised_sheet_goes_into_review_as_any_other(koto: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    form_id = koto.begin()
    koto.draw(form_id)
    koto.activate(form_id)
    digest = koto.form(form_id).sheet_digest
    name = Reading(
        "applicant.name", {"family": "佐藤", "given": "花子"}, "佐藤花子", 0.99, True, (), (), (20, 20, 90, 20), ()
    )
    torn = Reading("damage.address", None, "江東区", 0.4, False, ("確信度が低い",), (), (20, 50, 90, 20), ())
    values = {"applicant.name": name, "damage.address": torn}

    def seen(image: Any, templates: Any, **_: Any) -> PageReading:
        return PageReading(True, foreign.PROCEDURE, digest, 1, None, 0.1, values, (), image)

    monkeypatch.setattr("ocr.reading.read_page", seen)
    monkeypatch.setattr(
        sheets, "templates", lambda *_: []
    )  # our own sheets take long to draw, and nobody compares them
    send(koto.desk, ("scan.tiff", picture()))
    (form,) = read_all(koto.store, koto.instance)
    assert (form.procedure, form.sheet_digest, form.serial) == (foreign.PROCEDURE, digest, None)
    page = Page(koto.desk.get(f"/desk/forms/{form.id}"))
    said = inputs(next(one for one in page.tree.iter("form") if one.get("id") == "review-form"))
    assert (said["applicant.name.family"], said["applicant.name.given"]) == ("佐藤", "花子")
    assert "受付ずみ 0" in koto.desk.get(HOME).text


def test_the_list_asks_as_much_for_many_forms_as_for_one(koto: Ward, app: Flask) -> None:
    def asked() -> int:
        told: list[str] = []
        engine = app.extensions["store"].engine
        sa.event.listen(engine, "before_cursor_execute", hear := lambda *a: told.append(a[2]))
        koto.desk.get(HOME)
        sa.event.remove(engine, "before_cursor_execute", hear)
        return len(told)

    koto.begin()
    one = asked()
    for _ in range(3):
        koto.begin()
    assert asked() == one


def test_old_trials_are_purged(koto: Ward) -> None:
    form_id = koto.begin()
    data = {"sample": (io.BytesIO(picture()), "a.tiff")}
    koto.desk.post(f"{HOME}/{form_id}/trial", data=data, content_type="multipart/form-data")
    with koto.store.scope() as session, tenancy.tenant(session, KOTO):
        later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=25)
        assert own_forms_trials.purge(session, Blobs(koto.instance / "blobs"), later) == 1
