"""Documents and the 個人番号 on them: nobody sees an unchecked picture, a blanked copy takes its place, kills cost nothing."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageDraw

from counter import tenancy
from counter.delivery.files import FileDrop
from counter.extensions import Store
from counter.jobs import deliver, reconcile
from counter.jobs.reader import Child, Here, Lost, NotAvailable
from counter.jobs.screen import look
from counter.models.application import Application
from counter.models.attachment import DraftFile
from counter.models.laid_document import LaidDocument, Look
from counter.services import attachments, screening
from counter.services.blobs import Blobs
from counter.services.enclosing import enclose
from tests.conftest import both_backends
from tests.enclosures import pdf, photo
from tests.integration.test_delivery import ledger
from tests.pages import Page, Resident
from tests.screening import Eyes, look_at_all
from tests.sending import NOW, kept, send, submit
from tests.staff import office_clerk

BOX = (100, 50, 200, 40)
GREY = (128, 128, 128)


def laid(store: Store) -> list[LaidDocument]:
    with store.scope(write=False) as session:
        return list(session.scalars(sa.select(LaidDocument).order_by(LaidDocument.created_at)))


def files(blobs: Blobs) -> set[str]:
    return {path.name for path in blobs.folder.rglob("*") if path.is_file()}


def colour(jpeg: bytes, place: tuple[int, int] = (150, 70)) -> tuple[int, ...]:
    found = Image.open(io.BytesIO(jpeg)).convert("RGB").getpixel(place)
    assert isinstance(found, tuple)
    return found


def is_grey(jpeg: bytes, place: tuple[int, int] = (150, 70)) -> bool:
    return max(abs(one - two) for one, two in zip(colour(jpeg, place), GREY, strict=True)) < 8


def office_page(store: Store, app: Flask, application: Application) -> tuple[FlaskClient, Page]:
    clerk = office_clerk(store, app, application.office, application.ward)
    return clerk, Page(clerk.get(f"/office/cases/{application.id}"))


def pictures(page: Page) -> list[str]:
    return [one.get("src", "") for one in page.tree.iter("img") if "/files/" in one.get("src", "")]


def test_before_it_is_submitted(
    resident: Resident, draft: tuple[str, str], store: Store, app: Flask, blobs: Blobs
) -> None:
    page = send(resident, (photo(), "カード.jpg"), (photo(500), "証明.jpg"))
    assert page.text.count("写っていないか確かめています") == 2 and not pictures(page)
    [card, other] = kept(store, draft)
    here = f"/apply/{draft[0]}/files"
    for item in (card, other):
        assert resident.client.get(f"{here}/{item['id']}/page-1.jpg").status_code == 404
        assert resident.client.get(f"{here}/{item['id']}/preview.jpg").status_code == 404
    before = files(blobs)
    look_at_all(store, blobs, Eyes({640: (BOX,)}))
    page = resident.open(resident.address)
    assert len(pictures(page)) == 2 and page.text.count("その部分を塗りつぶしました") == 1
    assert is_grey(resident.client.get(f"{here}/{card['id']}/page-1.jpg").data)
    assert is_grey(resident.client.get(f"{here}/{card['id']}/preview.jpg").data, (112, 52))
    assert not is_grey(resident.client.get(f"{here}/{other['id']}/page-1.jpg").data)
    one, two = laid(store)
    assert (one.look, two.look) == (Look.BLANKED, Look.CLEAN)
    assert len(files(blobs)) == 2 and len(files(blobs) & before) == 1, "the unblanked copy is still there"
    application = submit(resident, draft, store)
    clerk, case = office_page(store, app, application)
    assert case.text.count("個人番号とみられる部分を") == 1
    assert [clerk.get(address).status_code for address in pictures(case)] == [200, 200]
    with store.scope() as session:
        late = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
        assert attachments.sweep(session, blobs, late) == 0
        screening.forget(session, late)
    assert len(laid(store)) == 2


def test_after_it_was_submitted_its_offices_wait_for_the_look_and_nobody_else_does(
    resident: Resident, draft: tuple[str, str], store: Store, app: Flask, blobs: Blobs, tmp_path: Path
) -> None:
    send(resident, (pdf(2), "証明.pdf"))
    application = submit(resident, draft, store)
    clerk, case = office_page(store, app, application)
    assert "個人番号が写っていないか確かめています" in case.text and not pictures(case)
    with store.scope(write=False) as session, tenancy.tenant(session, application.ward):
        [file] = attachments.of_application(session, application)
    links = [f"/office/cases/{application.id}/files/{file.id}{end}" for end in ("", "/page-1.jpg", "/preview.jpg")]
    assert {clerk.get(address).status_code for address in links} == {404}

    [row] = ledger(store)
    with store.scope() as session, tenancy.tenant(session, row.ward):
        session.merge(row).way = "outside"
        session.flush()
    drop = {"outside": FileDrop(tmp_path, blobs)}
    assert not deliver.attempt(store, drop, row.ward, row.id)
    [held] = ledger(store)
    assert (held.attempts, held.state, held.job_id) == (0, "waiting", row.job_id)
    width = Image.open(io.BytesIO(enclose(pdf(), "a.pdf").pages[0])).width
    look_at_all(store, blobs, Eyes({width: (BOX,)}))
    [woken] = ledger(store)
    assert woken.job_id != row.job_id, "the delivery waits for nothing any more"
    assert deliver.attempt(store, drop, row.ward, row.id)
    [told] = [json.loads(path.read_text())["files"] for path in tmp_path.rglob("application.json")]
    assert [(one["file"], one["blanked"]) for one in told] == [("file-01.pdf", True)]
    assert {clerk.get(address).status_code for address in links} == {200}
    assert is_grey(clerk.get(links[1]).data)


def test_a_look_that_fails_three_times_ends_in_words_and_the_same_file_may_be_sent_again(
    resident: Resident, draft: tuple[str, str], store: Store, app: Flask, blobs: Blobs, tmp_path: Path
) -> None:
    application = submit(resident, draft, store)
    with store.scope() as session, tenancy.tenant(session, application.ward):
        document = enclose(photo(), "追加.jpg")
        first = attachments.add_to_application(session, blobs, application, document, NOW, label="本人確認書類")
    eyes = Eyes(lost=3)
    for tries in (1, 2, 3):
        assert [row.look for row in laid(store)] == [Look.WAITING]
        look_at_all(store, blobs, eyes)
        assert laid(store)[0].tries == tries
    assert laid(store)[0].look == Look.GIVEN_UP
    clerk, case = office_page(store, app, application)
    assert "撮り直して送ってもらってください" in case.text and not pictures(case)
    assert clerk.get(f"/office/cases/{application.id}/files/{first.id}/page-1.jpg").status_code == 404
    status = resident.open(f"/status/{application.bundle_id}/{application.line}/document")
    assert "窓口では見られません" in status.text
    with store.scope() as session, tenancy.tenant(session, application.ward):
        again = attachments.add_to_application(session, blobs, application, document, NOW)
        assert again.id != first.id and again.look == Look.WAITING


@both_backends
def test_kills_repeats_and_a_process_that_does_not_start(store: Store, draft: tuple[str, str], blobs: Blobs) -> None:
    with store.scope() as session:
        attachments.add(session, blobs, draft[0], enclose(photo(), "a.jpg"))
    [row] = laid(store)
    with store.scope(write=False) as session:
        waiting = screening.to_look(session, blobs, row.blob)
    assert waiting is not None
    screening.put_down(blobs, waiting, waiting.pages, b"")  # killed before the copy has a row
    look_at_all(store, blobs, Eyes({640: (BOX,)}))
    late = screening.put_down(blobs, waiting, waiting.pages, b"")
    with store.scope() as session:
        assert screening.settle(session, late) == late.kept, "a second worker undid the first one's look"
        assert screening.failed(session, row.blob) is None
        assert attachments.sweep(session, blobs, dt.datetime.now(dt.UTC) + dt.timedelta(days=2)) == 2
    assert files(blobs) == {laid(store)[0].kept}

    class Absent(Eyes):
        def numbers(self, image: object) -> tuple[tuple[int, int, int, int], ...]:
            raise NotAvailable

    with store.scope() as session:
        attachments.add(session, blobs, draft[0], enclose(photo(300), "b.jpg"))
    look_at_all(store, blobs, Absent())
    assert [(row.look, row.tries) for row in laid(store)] == [(Look.BLANKED, 0), (Look.WAITING, 0)]
    with store.scope() as session:
        session.execute(sa.delete(DraftFile))
    look_at_all(store, blobs, Eyes({300: (BOX,)}))
    assert laid(store)[1].look == Look.WAITING, "nobody holds its secret any more"
    with store.scope() as session:
        screening.forget(session, dt.datetime.now(dt.UTC) + dt.timedelta(days=2))
    assert laid(store) == []


def test_a_document_whose_job_was_lost_gets_another(store: Store, draft: tuple[str, str], blobs: Blobs) -> None:
    with store.scope() as session:
        attachments.add(session, blobs, draft[0], enclose(photo(), "a.jpg"))
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
    assert reconcile.reconcile(store, later) == 0, "it was queued with its upload"
    with store.scope() as session:
        session.connection().exec_driver_sql("UPDATE workflow_status SET status = 'ERROR'")
    assert reconcile.reconcile(store, later) == 1
    assert reconcile.reconcile(store, later) == 0


@pytest.fixture
def child() -> Iterator[Child]:
    made = Child(page_seconds=3.0, program=("-m", "tests.hostile_reader"))  # a machine without any reader of lines
    yield made
    made.end()


def test_where_nobody_can_look_nothing_is_taken_for_looked_at(child: Child) -> None:
    with pytest.raises(Lost, match="stumbled"):
        child.numbers(np.zeros((40, 30, 3), np.uint8))


def test_a_card_as_it_is_photographed(store: Store, draft: tuple[str, str], blobs: Blobs) -> None:
    picture = Image.new("RGB", (1400, 900), (90, 80, 70))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((100, 80, 1300, 820), fill=(235, 240, 232))
    for text, x, y, size in (("Individual Number Card", 160, 130, 44), ("1234 5678 9018", 420, 560, 74)):
        draw.text((x, y), text, (30, 30, 30), font_size=size)
    out = io.BytesIO()
    picture.rotate(3, fillcolor=(90, 80, 70)).save(out, "JPEG", quality=85)
    with store.scope() as session:
        attachments.add(session, blobs, draft[0], enclose(out.getvalue(), "カード.jpg"))
    [row] = laid(store)
    look(store, blobs, row.blob, Here())
    [row] = laid(store)
    assert row.look == Look.BLANKED
    with store.scope(write=False) as session:
        [sent] = attachments.of_draft(session, draft[0]).values()
    pages = attachments.pages(blobs, sent)
    assert pages
    kept = np.asarray(Image.open(io.BytesIO(pages[0])).convert("L").rotate(-3))
    assert kept[570:640, 440:900].min() > 100, "a digit can be seen"
    assert kept[130:190, 160:480].min() < 90, "the rest is still there"
