"""Whatever is laid on the scanner: it becomes a form to review or to type, and nothing is lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter.extensions import Store
from counter.models.intake import Batch, FileState, FormState, PaperForm, ScanFile, ScanPage
from counter.models.worker import Worker
from ocr import privacy, problems
from ocr.results import BLANKED
from tests.moves import KOTO, SHIBUYA
from tests.papers import Reader, picture, read_all, send, unknown
from tests.staff import desk_clerk, rows

RECORD: dict[str, Any] = {"applicant": {"name": {"family": "山田", "given": "太郎"}}}
GARBAGE = b"GIF89a<script>alert(1)</script>" * 20
ENCRYPTED = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(x)/P -1>>>>\n%%EOF"


def test_pages_of_one_serial_are_one_form_in_any_order(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    first = reader.write(RECORD)
    second = reader.write(RECORD)
    reader.pages = [reader.pages[index] for index in (3, 2, 0, 5, 1, 4)]
    assert send(desk, ("stack.tiff", picture(4)), ("more.tiff", picture(2))).status_code == 302
    forms = read_all(store, instance)
    assert [form.serial for form in forms] == [second, first]
    assert all(form.state == FormState.REVIEW for form in forms)
    pages = rows(store, KOTO, ScanPage)
    assert sorted((page.form_id, page.page) for page in pages) == sorted(
        (form.id, n) for form in forms for n in (1, 2, 3)
    )


def test_the_same_sheet_scanned_twice_is_two_forms(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    serial = reader.write(RECORD)
    reader.write(RECORD, serial=serial)
    send(desk, ("a.tiff", picture(6)))
    assert [form.serial for form in read_all(store, instance)] == [serial, serial]


@pytest.mark.parametrize(("name", "content"), [
    ("empty.pdf", b""), ("cut.jpg", picture(kind="JPEG")[:150]), ("locked.pdf", ENCRYPTED), ("page.gif", GARBAGE),
    ("x.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40), ("<b>.pdf", b"%PDF-1.7 nothing"),
])  # fmt: skip
def test_a_bad_file_waits_for_a_hand(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path, name: str, content: bytes
) -> None:
    answer = send(desk, (name, content), ("good.tiff", picture()))
    assert answer.status_code == 302
    forms = read_all(store, instance)
    assert sorted(form.state for form in forms) == [
        FormState.MANUAL,
        FormState.MANUAL,
    ]  # the good one is an unknown sheet
    files = sorted(rows(store, KOTO, ScanFile), key=lambda row: row.position)
    assert [file.state for file in files] == [FileState.FAILED, FileState.READ]
    page = desk.get(answer.location)
    assert page.status_code == 200
    assert files[0].reason
    assert files[0].reason in page.text
    bad = next(form for form in forms if form.file_id == files[0].id)
    assert "手元の紙を見て" in desk.get(f"/desk/forms/{bad.id}").text


def test_a_bomb_is_refused_before_it_is_unpacked(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 1, 0, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000)) + chunk(b"IEND", b"")
    send(desk, ("bomb.png", bomb))
    (form,) = read_all(store, instance)
    assert form.state == FormState.MANUAL
    assert form.reason


@pytest.mark.parametrize("issue", [problems.NO_SHEET, problems.UNKNOWN_SHEET, problems.UNKNOWN_PAGE])
def test_an_unknown_page_waits_for_a_hand(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path, issue: Any
) -> None:
    reader.pages = [unknown(issue)]
    send(desk, ("a.tiff", picture()))
    (form,) = read_all(store, instance)
    assert (form.state, form.reason) == (FormState.MANUAL, issue.text)
    page = desk.get(f"/desk/forms/{form.id}")
    assert issue.text in page.text
    image = rows(store, KOTO, ScanPage)[0]
    assert desk.get(f"/desk/forms/{form.id}/pages/{image.id}.jpg").data.startswith(b"\xff\xd8")


def test_a_blank_back_is_set_aside_but_kept(desk: FlaskClient, store: Store, reader: Reader, instance: Path) -> None:
    reader.pages = [unknown(problems.BLANK_PAGE)]
    send(desk, ("a.tiff", picture()))
    (form,) = read_all(store, instance)
    assert form.state == FormState.SET_ASIDE
    assert len(rows(store, KOTO, ScanPage)) == 1


def test_a_page_the_reader_stumbles_over_does_not_stop_the_others(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    reader.write(RECORD)
    reader.pages.insert(1, ValueError("a bug"))
    send(desk, ("a.tiff", picture(4)))
    assert sorted(form.state for form in read_all(store, instance)) == [FormState.MANUAL, FormState.REVIEW]


def test_a_killed_reading_goes_on_where_it_stopped(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    reader.write(RECORD)
    pages, reader.pages = reader.pages, [reader.pages[0], KeyboardInterrupt()]
    send(desk, ("a.tiff", picture(3)))
    reader.__class__.__call__, kept = _raising, reader.__class__.__call__
    try:
        with pytest.raises(KeyboardInterrupt):
            read_all(store, instance)
    finally:
        reader.__class__.__call__ = kept  # type: ignore[method-assign]
    assert len(rows(store, KOTO, ScanPage)) == 1
    reader.pages = pages[1:]
    (form,) = read_all(store, instance)
    assert sorted(page.page for page in rows(store, KOTO, ScanPage)) == [1, 2, 3]
    assert form.state == FormState.REVIEW


def _raising(self: Reader, image: Any, templates: Any, **_: Any) -> Any:
    answer = self.pages.pop(0)
    if isinstance(answer, BaseException):
        raise answer
    return answer


def test_a_file_that_kills_its_reader_is_not_tried_for_ever(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    send(desk, ("a.tiff", picture()))
    from counter import tenancy

    with store.scope() as session, tenancy.tenant(session, KOTO):
        session.execute(sa.update(ScanFile).values(attempts=3))
    (form,) = read_all(store, instance)
    assert (form.state, form.reason) == (FormState.MANUAL, "読み取りの途中で止まりました")


def test_a_double_click_is_one_batch(desk: FlaskClient, store: Store, reader: Reader) -> None:
    nonce = "0" * 17
    places = {send(desk, ("a.tiff", picture()), nonce=nonce).location for _ in range(2)}
    assert len(places) == 1
    assert len(rows(store, KOTO, Batch)) == len(rows(store, KOTO, ScanFile)) == 1


def test_what_was_uploaded_is_nowhere_in_the_clear(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    reader.write(RECORD)
    send(desk, ("山田太郎-zukai7781.tiff", picture(3)))
    read_all(store, instance)
    for file in instance.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for secret in ("山田", "太郎", "zukai7781"):
                assert secret.encode() not in content, file
            assert not (b"blobs" in bytes(file) and content.startswith((b"\xff\xd8", b"II*")))


def test_a_clerk_is_told_that_a_persons_number_was_blanked(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    key = "move.new_address.building"
    reader.write(RECORD)
    place, seen = next((n, page) for n, page in enumerate(reader.pages) if key in page.values)
    values = {**seen.values, key: privacy.emptied(seen.values[key])}
    reader.pages[place] = replace(seen, problems=(problems.NUMBER_HIDDEN,), values=values)
    send(desk, ("a.tiff", picture(3)))
    (form,) = read_all(store, instance)
    page = desk.get(f"/desk/forms/{form.id}").text
    assert problems.NUMBER_HIDDEN.text in page
    assert BLANKED in page


def test_another_wards_paper_is_absent(
    app: Flask, desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    reader.write(RECORD)
    batch = send(desk, ("a.tiff", picture(3))).location
    (form,) = read_all(store, instance)
    page = rows(store, KOTO, ScanPage)[0]
    other = desk_clerk(store, app, SHIBUYA)
    addresses = [batch, f"{batch}/progress", f"/desk/forms/{form.id}", f"/desk/forms/{form.id}/slip",
                 f"/desk/forms/{form.id}/pages/{page.id}.jpg", f"/desk/forms/{form.id}/pages/{page.id}/1-1-9-9.jpg"]  # fmt: skip
    for address in addresses:
        assert other.get(address).status_code == 404, address
        assert other.get(f"{address}?ward={KOTO}").status_code == 404, address
    for action in ("", "/procedure", "/set-aside"):
        data = {"procedure": "child-allowance", "reason": "x", "version": "1", "action": "confirm"}
        assert other.post(f"/desk/forms/{form.id}{action}", data=data).status_code == 404
    assert form.id not in other.get("/desk/forms").text
    assert "まだ何も取り込んでいません" in other.get("/desk").text
    assert rows(store, KOTO, PaperForm)[0].version == form.version


def test_progress_is_told_with_and_without_script(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    place = send(desk, ("a.tiff", picture(3))).location
    with store.scope() as session:
        session.add(Worker(executor="w", started_at=dt.datetime.now(dt.UTC), beat_at=dt.datetime.now(dt.UTC)))
    assert '<noscript><meta http-equiv="refresh"' in desk.get(place).text
    before = desk.get(f"{place}/progress").json
    assert before == {
        "finished": False, "going": True, "pages": 0, "read": 0, "share": 0,
        "text": "読み取りを待っています（1ファイル）",
    }  # fmt: skip
    reader.write(RECORD)
    read_all(store, instance)
    after = desk.get(f"{place}/progress").json
    assert after == {
        "finished": True, "going": False, "pages": 3, "read": 3, "share": 10, "text": "3枚の読み取りが終わりました",
    }  # fmt: skip
    assert "http-equiv" not in desk.get(place).text


def test_nothing_chosen_and_a_wrong_day_are_said_plainly(desk: FlaskClient, store: Store) -> None:
    assert desk.post("/desk/batches", data={}).status_code == 422
    for day in ("2999-01-01", "1900-01-01", "x", "2026-02-30"):
        answer = send(desk, ("a.tiff", picture()), counter_date=day)
        assert answer.status_code == 422
        assert "受け取った日" in answer.text
    assert rows(store, KOTO, Batch) == []


def test_samples_exist_only_in_the_demonstration(app: Flask, desk: FlaskClient, store: Store) -> None:
    assert "見本を取り込む" not in desk.get("/desk").text
    assert desk.post("/desk/samples").status_code == 404
    app.config["DEMO"] = True
    assert "見本を取り込む" in desk.get("/desk").text
    assert desk.post("/desk/samples").status_code == 302
    assert len(rows(store, KOTO, ScanFile)) >= 5
