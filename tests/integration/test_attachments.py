"""Documents from the phone to the office: taken, shown to their owner, passed on to each office alone, erased apart."""

from __future__ import annotations

import datetime as dt
import io
import os

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from counter import tenancy, vault
from counter.extensions import Store
from counter.models.application import Application
from counter.models.attachment import ApplicationFile, DraftFile
from counter.models.delivery import Delivery
from counter.models.event import Event
from counter.services import attachments, drafts, enclosing, erasure
from counter.services.blobs import Blobs
from counter.services.enclosing import enclose
from tests.enclosures import file_in_pdf, pdf, photo, png, scripted_pdf
from tests.pages import Page, Resident
from tests.screening import look_at_all
from tests.sending import NOW, PATH, kept, send, submit


def test_a_photograph_is_kept_upright_without_its_position_and_shown_to_its_owner_alone(
    resident: Resident, draft: tuple[str, str], store: Store, app: Flask, blobs: Blobs
) -> None:
    page = send(resident, (photo(turned=True, place=True), "在留カード.jpg"))
    look_at_all(store, blobs)
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


def test_at_submission_the_office_gets_its_own_key_to_the_same_bytes(
    resident: Resident, draft: tuple[str, str], store: Store, blobs: Blobs
) -> None:
    send(resident, (photo(), "写真.jpg"), (pdf(2), "証明.pdf"))
    items = kept(store, draft)
    look_at_all(store, blobs)
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
    look_at_all(store, blobs)
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
