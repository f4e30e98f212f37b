"""Documents at the offices: seen and fetched by their own clerks, laid into their folders, erased one by one."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pypdfium2
import sqlalchemy as sa
from flask import Flask

from counter import tenancy
from counter.delivery.files import FileDrop
from counter.extensions import Store
from counter.models.application import Application
from counter.models.audit import AuditEvent
from counter.models.bundle import Channel
from counter.models.delivery import Delivery
from counter.services import attachments, delivery, erasure
from counter.services.applications import submit_bundle
from counter.services.blobs import Blobs
from counter.services.enclosing import enclose
from forms.common import NEW_ADDRESS
from forms.kinds import File
from forms.model import Ask, Field, Procedure, Section
from tests import moves
from tests.enclosures import pdf, photo
from tests.pages import Page, Resident
from tests.residents import with_finished_drafts
from tests.screening import look_at_all
from tests.sending import NOW, PAGE, PATH, kept, send, submit
from tests.staff import office_clerk

# -- at the office ---------------------------------------------------------------------------------------------------


def test_the_office_sees_and_fetches_its_documents_and_every_opening_is_written_down(
    resident: Resident, draft: tuple[str, str], store: Store, app: Flask, blobs: Blobs
) -> None:
    send(resident, (photo(), "写真.jpg"), (pdf(2), '証明"\r\n<b>.pdf'))
    look_at_all(store, blobs)
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
    look_at_all(store, blobs)
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
        assert blobs.get(left.kept)
        erasure.erase_application(session, other, actor="staff:1")
        assert attachments.sweep(session, blobs, later) == 1
