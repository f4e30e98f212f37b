"""Documents from the phone to the office: taken, shown to their owner, passed on to each office alone, erased apart."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import io
import json
import os
import random
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from counter import tenancy, vault
from counter.delivery.files import FileDrop
from counter.extensions import Store
from counter.models.application import Application
from counter.models.attachment import ApplicationFile, DraftFile
from counter.models.audit import AuditEvent
from counter.models.bundle import Channel
from counter.models.delivery import Delivery
from counter.models.event import Event
from counter.services import attachments, delivery, drafts, enclosing, erasure
from counter.services.applications import submit_bundle
from counter.services.blobs import Blobs
from counter.services.enclosing import enclose
from counter.services.journey import journey, roster_questions
from forms.common import NEW_ADDRESS
from forms.kinds import File
from forms.model import Ask, Field, Procedure, Section
from forms.path import look_up
from forms.procedures import CATALOGUE
from tests import moves
from tests.documents import household
from tests.enclosures import file_in_pdf, pdf, photo, png, scripted_pdf
from tests.pages import Page, Resident
from tests.residents import with_finished_drafts
from tests.staff import office_clerk

CODE = "health-insurance-leaving"
PAGE = "health-insurance-leaving"
PATH = "health-insurance-leaving.new_paper"
NOW = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def blobs(app: Flask) -> Blobs:
    return Blobs(Path(app.config["INSTANCE"]) / "blobs" / "enclosures")


@pytest.fixture
def draft(store: Store) -> tuple[str, str]:
    """(draft id, owner) of somebody who found other insurance."""
    owner = drafts.new_token()
    with store.scope() as session:
        answers: dict[str, Any] = {"cause": {}, "people": [{"id": "m1"}]}
        made = drafts.begin(session, owner, [CODE], answers=answers)
        made.answers = copy.deepcopy(_answers())
        drafts.save(session, made, owner)
    return made.id, owner


@functools.cache
def _answers() -> dict[str, Any]:
    """Everything but the paper itself."""
    for seed in range(300):
        document = household([CATALOGUE[CODE]], random.Random(seed), people=1)
        if look_up(document, PATH):
            drafts.put(document, PATH, None)
            for question in roster_questions([CATALOGUE[CODE]], document):
                drafts.put(document, question.path, look_up(document, question.path))
            if journey([CATALOGUE[CODE]], document, {}).complete:
                return document
    raise AssertionError("no household leaves the insurance")


@pytest.fixture
def resident(client: FlaskClient, draft: tuple[str, str]) -> Resident:
    client.set_cookie("owner", draft[1])
    made = Resident(client)
    made.open(f"/apply/{draft[0]}/q/{PAGE}")
    return made


def send(
    resident: Resident, *files: tuple[bytes, str], press: tuple[str, str] | None = ("_do", f"send-files:{PATH}")
) -> Page:
    return resident.send(press=press, **{f"{PATH}.file": [(io.BytesIO(data), name) for data, name in files]})


def kept(store: Store, draft: tuple[str, str]) -> list[dict[str, Any]]:
    with store.scope(write=False) as session:
        found = drafts.load(session, *draft)
        assert found is not None
        return look_up(found.answers, PATH) or []


def test_a_photograph_is_kept_upright_without_its_position_and_shown_to_its_owner_alone(
    resident: Resident, draft: tuple[str, str], store: Store, app: Flask
) -> None:
    page = send(resident, (photo(turned=True, place=True), "在留カード.jpg"))
    assert "在留カード.jpg" in page.text
    [item] = kept(store, draft)
    assert item["type"] == "image/jpeg" and item["size"] > 0
    address = f"/apply/{draft[0]}/files/{item['id']}/page-1.jpg"
    answer = resident.client.get(address)
    assert answer.mimetype == "image/jpeg" and answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    picture = Image.open(io.BytesIO(answer.data))
    assert picture.size == (480, 640) and not picture.getexif() and b"GPS-HERE" not in answer.data
    small = Image.open(io.BytesIO(resident.client.get(f"/apply/{draft[0]}/files/{item['id']}/preview.jpg").data))
    assert max(small.size) <= 480
    stranger = app.test_client()
    assert stranger.get(address).status_code == 404
    assert resident.client.get(address.replace("page-1", "page-2")).status_code == 404


def test_files_go_with_whatever_button_sends_the_page_and_nothing_is_lost_where_it_fails(
    resident: Resident, draft: tuple[str, str], store: Store
) -> None:
    page = resident.send(
        **{f"{PATH}.file": [(io.BytesIO(png()), "a.png")], "health-insurance-leaving.number": "\u202ebad"}
    )
    assert page.texts("sc-error"), "the page came back"
    assert [item["name"] for item in kept(store, draft)] == ["a.jpg"]
    assert "a.jpg" in page.text


def test_what_is_sent_twice_is_there_once_and_what_is_removed_is_gone(
    resident: Resident, draft: tuple[str, str], store: Store
) -> None:
    send(resident, (photo(), "a.jpg"))
    page = send(resident, (photo(), "a.jpg"))
    [item] = kept(store, draft)
    resident.send(press=("_do", f"remove-file:{PATH}:{item['id']}"))
    assert kept(store, draft) == []
    with store.scope(write=False) as session:
        assert session.scalars(sa.select(DraftFile)).all() == []
    assert page is not resident.page


def test_most_are_said_in_words(resident: Resident, draft: tuple[str, str], store: Store) -> None:
    page = send(resident, *((photo(colour=(0, 0, n * 60)), f"{n}.jpg") for n in range(4)))
    assert len(kept(store, draft)) == 3
    assert any("3個まで" in text for text in page.texts("sc-error"))


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.jpg", "空です"),
        (photo()[:2000], "a.jpg", "途中で切れて"),
        (b"<script>alert(1)</script>", "a.jpg", "この種類の"),
        (b"GIF89a" + b"\0" * 50, "a.gif", "この種類の"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 50, "IMG_1.HEIC", "HEIC"),
        (scripted_pdf(), "a.pdf", "動くしくみ"),
        (file_in_pdf(), "a.pdf", "動くしくみ"),
        (pdf(21), "a.pdf", "20ページ"),
        (photo(), "621498320257.jpg", "マイナンバー"),
        (b"%PDF-1.7 nothing", "a.pdf", "途中で切れて"),
    ],
    ids=["empty", "cut", "html", "gif", "heic", "script", "file", "pages", "number", "no-pdf"],
)
def test_what_cannot_be_taken_is_refused_with_words_that_say_what_to_do(
    resident: Resident, draft: tuple[str, str], store: Store, data: bytes, name: str, words: str
) -> None:
    page = send(resident, (data, name))
    assert any(words in text for text in page.texts("sc-error")), page.texts("sc-error")
    assert page.title.startswith("エラー")
    assert kept(store, draft) == []
    with store.scope(write=False) as session:
        assert session.scalars(sa.select(DraftFile)).all() == []


def submit(resident: Resident, draft: tuple[str, str], store: Store) -> Application:
    resident.open(f"/apply/{draft[0]}/check")
    resident.send(f"/apply/{draft[0]}/submit")
    assert "/receipt" in resident.address, resident.page.text[:500]
    with store.scope(write=False) as session, tenancy.all_wards(session, "a test"):
        return session.scalars(sa.select(Application)).one()


def test_at_submission_the_office_gets_its_own_key_to_the_same_bytes(
    resident: Resident, draft: tuple[str, str], store: Store, blobs: Blobs
) -> None:
    send(resident, (photo(), "写真.jpg"), (pdf(2), "証明.pdf"))
    items = kept(store, draft)
    application = submit(resident, draft, store)
    with store.scope() as session, tenancy.tenant(session, application.ward):
        files = attachments.of_application(session, application)
        assert [(file.name, file.pages, file.item) for file in files] == [
            ("写真.jpg", 1, items[0]["id"]), ("証明.pdf", 2, items[1]["id"]),
        ]  # fmt: skip
        assert session.scalars(sa.select(DraftFile)).all() == []
        assert len(attachments.pages(blobs, files[1]) or ()) == 2
        assert attachments.preview(session, application, files[0].id)
        erasure.erase_application(session, application, actor="staff:1")
        assert session.scalars(sa.select(ApplicationFile)).all() == []
    with store.scope() as session:
        assert attachments.sweep(session, blobs, dt.datetime.now(dt.UTC) + dt.timedelta(days=2)) == 2
    assert not [path for path in blobs.folder.rglob("*") if path.is_file()]


def test_a_document_that_is_gone_is_asked_for_again_and_nothing_is_filed(
    resident: Resident, draft: tuple[str, str], store: Store
) -> None:
    send(resident, (photo(), "写真.jpg"))
    with store.scope() as session:
        session.execute(sa.delete(DraftFile))
    resident.open(f"/apply/{draft[0]}/check")
    resident.send(f"/apply/{draft[0]}/submit")
    assert "/receipt" not in resident.address
    with store.scope(write=False) as session, tenancy.all_wards(session, "a test"):
        assert session.scalars(sa.select(Application)).all() == []


def test_bytes_without_a_row_are_swept_only_when_they_are_old(
    resident: Resident, draft: tuple[str, str], store: Store, blobs: Blobs
) -> None:
    """A kill between the file and its row leaves bytes that nobody names; a row never lacks its bytes."""
    send(resident, (photo(), "写真.jpg"))
    left = blobs.put(b"left by a kill")
    with store.scope() as session:
        assert attachments.sweep(session, blobs, dt.datetime.now(dt.UTC)) == 0
    for path in blobs.folder.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))
    with store.scope() as session:
        assert attachments.sweep(session, blobs, dt.datetime.now(dt.UTC)) == 1
    assert not (blobs.folder / left[:2] / left).exists()
    [item] = kept(store, draft)
    assert resident.client.get(f"/apply/{draft[0]}/files/{item['id']}/page-1.jpg").status_code == 200


def test_a_draft_that_is_discarded_takes_its_documents_along(
    resident: Resident, draft: tuple[str, str], store: Store
) -> None:
    send(resident, (photo(), "写真.jpg"))
    with store.scope() as session:
        drafts.discard(session, *draft)
        session.flush()
        assert session.scalars(sa.select(DraftFile)).all() == []


def test_a_document_added_later_belongs_to_its_case_alone(
    resident: Resident, draft: tuple[str, str], store: Store, blobs: Blobs
) -> None:
    application = submit(resident, draft, store)
    with store.scope() as session, tenancy.tenant(session, application.ward):
        document = enclose(photo(), "追加.jpg")
        first = attachments.add_to_application(session, blobs, application, document, NOW, label="本人確認書類")
        again = attachments.add_to_application(session, blobs, application, document, NOW)
        assert again.item == first.item
        [file] = attachments.of_application(session, application)
        assert (file.way, file.label, file.name) == ("added", "本人確認書類", "追加.jpg")
        other = Application(ward=application.ward, id="X" * 17, key_id=application.key_id)
        assert attachments.one(session, other, file.id) is None


def test_the_budget_of_a_draft_has_an_end(
    store: Store, draft: tuple[str, str], blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MOST_FILES", 2)
    with store.scope() as session:
        for number in range(2):
            attachments.add(session, blobs, draft[0], enclose(photo(colour=(number * 90, 0, 0)), "a.jpg"))
        with pytest.raises(enclosing.Refused, match="budget"):
            attachments.add(session, blobs, draft[0], enclose(photo(colour=(0, 0, 250)), "a.jpg"))


def test_bytes_open_with_their_own_secret_only(store: Store, draft: tuple[str, str], blobs: Blobs) -> None:
    with store.scope() as session:
        sent = attachments.add(session, blobs, draft[0], enclose(photo(), "a.jpg"))
        sealed = blobs.get(sent.blob)
        assert b"JFIF" not in sealed
        with pytest.raises(vault.Tampered):
            vault.Vault.disclose(bytes(32), "enclosure", sealed)


# -- after submitting ------------------------------------------------------------------------------------------------


def add_later(resident: Resident, store: Store, data: bytes, name: str, label: str = "") -> Page:
    with store.scope(write=False) as session, tenancy.all_wards(session, "a test"):
        application = session.scalars(sa.select(Application)).one()
    address = f"/status/{application.bundle_id}/{application.line}/document"
    resident.open(address)
    return resident.send(file=(io.BytesIO(data), name), label=label)


def test_a_resident_adds_a_document_and_the_office_is_handed_it(
    resident: Resident, draft: tuple[str, str], store: Store
) -> None:
    application = submit(resident, draft, store)
    paper = pdf(2)
    page = add_later(resident, store, paper, "在学証明.pdf", "在学証明書")
    assert "書類を受け付けました" in page.text
    with store.scope(write=False) as session, tenancy.tenant(session, application.ward):
        row = session.get_one(Application, (application.ward, application.id))
        [sent] = attachments.of_application(session, row)
        assert (sent.name, sent.label, sent.pages, sent.way) == ("在学証明.pdf", "在学証明書", 2, "added")
        kinds = session.scalars(sa.select(Event.kind).order_by(Event.seq)).all()
        assert kinds[-1] == "document-added"
        handed = session.scalars(sa.select(Delivery).where(Delivery.subject == "document")).one()
        assert handed.revision == row.revision == 2
    add_later(resident, store, paper, "在学証明.pdf")
    with store.scope(write=False) as session, tenancy.tenant(session, application.ward):
        assert session.scalar(sa.select(sa.func.count()).select_from(ApplicationFile)) == 1
    page = resident.open(f"/status/{application.bundle_id}/{application.line}/document")
    assert "在学証明書" in page.text


def test_a_document_that_cannot_be_taken_keeps_what_was_written(
    resident: Resident, draft: tuple[str, str], store: Store
) -> None:
    submit(resident, draft, store)
    page = add_later(resident, store, b"nothing", "a.pdf", "在学証明書")
    assert any("この種類" in text for text in page.texts("sc-error"))
    assert page.form()[1]["label"] == "在学証明書"
    page = add_later(resident, store, photo(), "a.jpg", "621498320257")
    assert any("マイナンバー" in text for text in page.texts("sc-error"))
    with store.scope(write=False) as session, tenancy.all_wards(session, "a test"):
        assert session.scalar(sa.select(sa.func.count()).select_from(ApplicationFile)) == 0


# -- at the office ---------------------------------------------------------------------------------------------------


def test_the_office_sees_and_fetches_its_documents_and_every_opening_is_written_down(
    resident: Resident, draft: tuple[str, str], store: Store, app: Flask
) -> None:
    send(resident, (photo(), "写真.jpg"), (pdf(2), '証明"\r\n<b>.pdf'))
    application = submit(resident, draft, store)
    clerk = office_clerk(store, app, application.office, application.ward)
    case = f"/office/cases/{application.id}"
    page = Page(clerk.get(case))
    assert "写真.jpg" in page.text and "ウイルス検査をしていません" in page.text
    links = [one.get("href", "") for one in page.tree.iter("a") if "/files/" in one.get("href", "")]
    pictures = [one.get("src", "") for one in page.tree.iter("img") if "/files/" in one.get("src", "")]
    assert all(clerk.get(address).mimetype == "image/jpeg" for address in pictures)
    downloads = [address for address in links if "page-" not in address]
    fetched = [clerk.get(address) for address in downloads]
    assert [answer.mimetype for answer in fetched] == ["image/jpeg", "application/pdf"]
    assert len(pypdfium2.PdfDocument(fetched[1].data)) == 2
    for answer in fetched:
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
        assert "\n" not in answer.headers["Content-Disposition"]
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
    assert clerk.get(f"{downloads[1]}/page-3.jpg").status_code == 404
    with store.scope(write=False) as session:
        actions = session.scalars(sa.select(AuditEvent.action).where(AuditEvent.action.startswith("file."))).all()
    assert sorted(actions) == ["file.fetch", "file.fetch"]
    other = office_clerk(store, app, "another-office", application.ward)
    assert {other.get(address).status_code for address in [*links, *pictures]} == {404}


def test_an_offices_folder_holds_the_documents_under_names_of_ours(
    resident: Resident, draft: tuple[str, str], store: Store, blobs: Blobs, tmp_path: Path
) -> None:
    send(resident, (photo(), "../../写真.jpg"), (pdf(2), "証明.pdf"))
    application = submit(resident, draft, store)
    with store.scope() as session, tenancy.tenant(session, application.ward):
        row = session.scalars(sa.select(Delivery)).one()
        parcel = delivery.claim(session, application.ward, row.id, dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    assert parcel is not None
    FileDrop(tmp_path, blobs).send(parcel, None)
    [folder] = [path.parent for path in tmp_path.rglob("application.json")]
    assert sorted(path.name for path in folder.iterdir()) == [
        "application.csv", "application.json", "file-01.jpg", "file-02.pdf",
    ]  # fmt: skip
    told = json.loads((folder / "application.json").read_text())
    assert [one["name"] for one in told["files"]] == ["写真.jpg", "証明.pdf"]
    assert "写真.jpg" in (folder / "application.csv").read_text(encoding="utf-8-sig")


# -- one file, several offices ---------------------------------------------------------------------------------------


def test_a_file_already_sent_is_offered_and_used_without_sending_it_again(
    resident: Resident, draft: tuple[str, str], store: Store, blobs: Blobs
) -> None:
    with store.scope() as session:
        sent = attachments.add(session, blobs, draft[0], enclose(photo(), "先に送った写真.jpg"))
    page = resident.open(f"/apply/{draft[0]}/q/{PAGE}")
    assert "この申請で送ったファイルを使う" in page.text and "先に送った写真.jpg" in page.text
    resident.send(press=("_do", f"use-file:{PATH}:{sent.id}"))
    assert kept(store, draft) == [sent.value]
    assert "この申請で送ったファイルを使う" not in resident.page.text
    resident.send(press=("_do", f"use-file:{PATH}:{'X' * 17}"))
    assert kept(store, draft) == [sent.value], "a file of nobody's was taken"


def test_offices_that_share_a_file_erase_it_at_different_times(store: Store, blobs: Blobs) -> None:
    paper = Field(Section("shared", "共有"), "paper", "書類", File())
    procedure = Procedure("shared", "共有", "resident-registry", to=NEW_ADDRESS, asks=(Ask(NEW_ADDRESS), Ask(paper)))
    [someone] = with_finished_drafts(store, 1)
    with store.scope() as session:
        sent = attachments.add(session, blobs, someone.draft.id, enclose(photo(), "a.jpg"))
        submit_bundle(
            session, procedures=moves.procedures(*moves.MOVE), answers=someone.draft.answers, channel=Channel.ONLINE,
            nonce=someone.draft.nonce, language="ja", received_at=NOW,
        )  # fmt: skip
    with store.scope() as session, tenancy.all_wards(session, "a test"):
        one, other = session.scalars(sa.select(Application).order_by(Application.line).limit(2))
        record = {"shared": {"paper": [sent.value]}}
        rows = [{"ward": each.ward, "id": each.id, "key_id": each.key_id} for each in (one, other)]
        attachments.pass_on(session, {sent.id: sent}, [(row, record, procedure) for row in rows], NOW)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    with store.scope() as session, tenancy.all_wards(session, "a test"):
        erasure.erase_application(session, one, actor="staff:1")
        assert attachments.of_application(session, one) == []
        assert attachments.sweep(session, blobs, later) == 0
        [left] = attachments.of_application(session, other)
        assert attachments.pages(blobs, left)
        erasure.erase_application(session, other, actor="staff:1")
        assert attachments.sweep(session, blobs, later) == 1
