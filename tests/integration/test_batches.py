"""A stack of mixed paper: what came twice, what is missing, what nobody knows, whose it is, and who stops it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from counter import ids, tenancy
from counter.extensions import Store
from counter.models.draft import PrintedSheet
from counter.models.intake import (
    Batch,
    BatchState,
    FileState,
    FormState,
    PaperForm,
    Reading,
    ScanFile,
    ScanPage,
    TwinWhy,
)
from counter.services import duplicates, sheets
from forms.procedures import CATALOGUE
from tests.conftest import both_backends
from tests.moves import KOTO, SHIBUYA
from tests.papers import Reader, picture, read_all, send, unknown
from tests.staff import rows

RECORD: dict[str, Any] = {
    "applicant": {"name": {"family": "山田", "given": "太郎"}, "name_kana": {"family": "ヤマダ", "given": "タロウ"}}
}


def press(desk: FlaskClient, place: str, action: str, **data: Any) -> str:
    answer = desk.post(place, data={"action": action, **data}, follow_redirects=True)
    assert answer.status_code == 200
    return str(answer.text)


def inked(reader: Reader, seed: int, first: int = 0) -> None:
    """The pages that wait lie on paper with ink of their own: equal seeds are scans of one sheet."""
    noise = np.random.default_rng(seed).integers(0, 255, (594, 420), np.uint8)
    scan = np.clip(noise.astype(int) + np.random.default_rng(first).integers(-20, 20, noise.shape), 0, 255)
    reader.pages[first:] = [
        dataclasses.replace(
            page,
            straightened=scan.astype(np.uint8),
            values={
                key: dataclasses.replace(one, text=one.text or "字", crop=(10, 10, 300, 200))
                for key, one in page.values.items()
            },
        )
        for page in reader.pages[first:]
    ]


@both_backends
def test_pages_of_one_case_meet_across_batches_and_what_is_missing_is_said(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    reader.write(RECORD)
    last, reader.pages = reader.pages[2:], reader.pages[:2]
    first = send(desk, ("a.tiff", picture(2))).location
    (form,) = read_all(store, instance)
    assert "3ページ目がありません" in desk.get(first).text
    reader.pages = last
    second = send(desk, ("b.tiff", picture())).location
    (same,) = read_all(store, instance)
    assert (same.id, same.batch_id) == (form.id, form.batch_id)
    assert same.version > form.version, "a clerk who has it open would confirm without the page"
    assert "ページ目がありません" not in desk.get(first).text
    assert "ほかの取込の申請書に加えた紙" in desk.get(second).text
    assert desk.get("/desk").status_code == 200


@both_backends
def test_the_same_sheet_again_is_told_and_linked_and_a_copied_blank_is_told_apart(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    serial = reader.write(RECORD)
    inked(reader, 1)
    send(desk, ("a.tiff", picture(3)))
    (first,) = read_all(store, instance)
    reader.write(RECORD, serial=serial)
    inked(reader, 1)
    reader.write(RECORD, serial=serial)
    inked(reader, 2, first=3)
    reader.write(RECORD, code="resident-record", serial=serial)
    place = send(desk, ("b.tiff", picture(8))).location
    _, again, copied, other = read_all(store, instance)
    assert [(form.twin_id, form.twin_why) for form in (again, copied, other)] == [
        (first.id, TwinWhy.SAME_PAGE), (again.id, TwinWhy.COPIED_SERIAL), (again.id, TwinWhy.OTHER_SHEET),
    ]  # fmt: skip
    page = desk.get(place).text
    assert f"/desk/forms/{first.id}" in page
    assert "コピーした用紙" in page
    assert f"/desk/forms/{again.id}" in desk.get(f"/desk/forms/{copied.id}").text
    said = press(desk, f"{place}/forms/{copied.id}", "another", version=str(copied.version))
    assert "コピーした用紙" not in said
    assert "先に操作" in press(desk, f"{place}/forms/{copied.id}", "another", version=str(copied.version))
    assert len([form for form in rows(store, KOTO, PaperForm) if form.twin_settled_by]) == 1


def test_a_sheet_without_a_serial_scanned_twice_is_known_by_its_ink(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    for seed in (1, 1, 2):
        start = len(reader.pages)
        reader.write(RECORD)
        inked(reader, seed, start)
    reader.pages = [dataclasses.replace(page, serial=None) for page in reader.pages]
    send(desk, ("a.tiff", picture(9)))
    first, second, third = read_all(store, instance)  # the pages of a sheet follow each other
    assert (second.twin_id, second.twin_why) == (first.id, TwinWhy.ALIKE)
    assert third.twin_id is None
    assert sorted(page.page for page in rows(store, KOTO, ScanPage) if page.form_id == third.id) == [1, 2, 3]
    for page in rows(store, KOTO, ScanPage):
        assert "山田".encode() not in (page.trace or b"")


def test_traces_survive_being_kept() -> None:
    ink = duplicates._even(np.random.default_rng(1).random((duplicates.ROWS, duplicates.COLUMNS)))
    one = {key: duplicates.Place("山田太郎", ink) for key in "abc"}
    assert duplicates.alike(one, duplicates.load(duplicates.dump(one)))
    assert not duplicates.alike(one, {})
    assert not duplicates.alike(one, {key: duplicates.Place("鈴木", ink) for key in "abc"})


def test_the_same_file_again_waits_for_a_word_of_a_clerk(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    data = picture()
    first = send(desk, ("a.tiff", data)).location
    second = send(desk, ("other name.tiff", data), ("c.tiff", data)).location
    assert len(read_all(store, instance)) == 1
    page = desk.get(second).text
    assert page.count("前に取り込んだものと同じです") == 2
    assert first in page
    files = sorted(rows(store, KOTO, ScanFile), key=lambda row: (row.batch_id, row.position))
    held = [file for file in files if file.state == FileState.HELD]
    assert len(held) == 2
    assert "同じファイルなので" in press(desk, f"{second}/files/{held[0].id}", "leave")
    assert "このファイルも読み取ります" in press(desk, f"{second}/files/{held[1].id}", "read")
    assert "操作できません" in press(desk, f"{second}/files/{held[0].id}", "read")
    assert len(read_all(store, instance)) == 2
    assert held[0].fingerprint != _fingerprint_elsewhere(store, data), "other wards' papers could be compared"


def _fingerprint_elsewhere(store: Store, data: bytes) -> bytes:
    with store.scope() as session, tenancy.tenant(session, SHIBUYA):
        return duplicates.fingerprint(session, SHIBUYA, data)


def test_a_sheet_of_another_wards_case_tells_nothing_of_it(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    serial = reader.write(RECORD)
    with store.scope() as session:
        session.add(PrintedSheet(serial=serial, nonce=ids.new_id(), procedure="child-allowance", addressee=SHIBUYA))
    place = send(desk, ("a.tiff", picture())).location
    (form,) = read_all(store, instance)
    assert (form.state, form.procedure, form.reason) == (FormState.MANUAL, None, "ほかの区の用紙です")
    assert rows(store, KOTO, Reading) == []
    assert rows(store, KOTO, ScanPage)[0].trace is None
    page = desk.get(f"{place}/unknown").text
    assert "ほかの区の用紙です" in page
    assert "申請した方に返す" in page
    assert "渋谷" not in page
    assert "児童手当</option>" not in page, "it could be typed in all the same"


def test_a_sheet_of_an_older_definition_is_read_by_it_and_says_so(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    old = dataclasses.replace(CATALOGUE["child-allowance"], title="まえの児童手当")
    with store.scope() as session:
        sheets.remember(session, old)
    reader.write(RECORD, procedure=old)
    place = send(desk, ("a.tiff", picture(3))).location
    (form,) = read_all(store, instance)
    assert form.state == FormState.REVIEW
    assert "以前の版の様式です" in desk.get(place).text


def test_unknown_pages_are_told_apart_on_a_list_of_their_own(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    reader.write(RECORD)
    reader.pages += [unknown(), unknown(), unknown()]
    place = send(desk, ("a.tiff", picture(6))).location
    form, one, two, three = read_all(store, instance)
    assert f"{place}/unknown" in desk.get(place).text
    assert desk.get(f"{place}/unknown").text.count("これは何の紙ですか") == 3
    said = press(desk, f"{place}/forms/{one.id}", "join", version=str(one.version))
    assert said.count("これは何の紙ですか") == 2
    page = next(row for row in rows(store, KOTO, ScanPage) if row.position == 3)
    assert (page.form_id, page.page) == (form.id, 4)
    assert desk.get(f"/desk/forms/{form.id}/pages/{page.id}.jpg").data.startswith(b"\xff\xd8")
    assert "手続を選んで" in press(desk, f"{place}/forms/{two.id}", "identify", procedure="x")
    answer = desk.post(
        f"{place}/forms/{two.id}", data={"action": "identify", "procedure": "move-in", "version": str(two.version)}
    )
    assert answer.location.endswith(f"/desk/forms/{two.id}")
    press(desk, f"{place}/forms/{three.id}", "aside", version=str(three.version))
    assert "分ける紙はもうありません" in desk.get(f"{place}/unknown").text
    states = {row.id: row.state for row in rows(store, KOTO, PaperForm)}
    assert [states[row.id] for row in (one, two, three)] == ["set-aside", "manual", "set-aside"]


def test_a_batch_is_paused_between_two_pages_goes_on_and_is_cancelled(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = send(desk, ("a.tiff", picture(6)), ("b.tiff", picture(2))).location
    asked: list[int] = []

    def slow(image: Any, templates: Any, **_: Any) -> Any:
        asked.append(1)
        if len(asked) == 2:
            press(desk, place, "pause")
        if len(asked) == 4:
            press(desk, place, "cancel")
        return unknown()

    monkeypatch.setattr("ocr.reading.read_page", slow)
    read_all(store, instance)
    assert len(rows(store, KOTO, ScanPage)) == 2, "the page in hand is kept"
    assert "一時停止中" in desk.get(place).text
    assert "一時停止中" in desk.get("/desk").text
    assert "先に操作" in press(desk, place, "pause")
    press(desk, place, "resume")
    read_all(store, instance)
    assert len(rows(store, KOTO, ScanPage)) == 2, "nothing comes after it was cancelled"
    (batch,) = rows(store, KOTO, Batch)
    assert batch.state == BatchState.CANCELLED
    assert {row.state for row in rows(store, KOTO, ScanFile)} == {FileState.CANCELLED}
    assert desk.get(f"{place}/progress").json["finished"]
    assert len(rows(store, KOTO, PaperForm)) == 2


def test_a_file_that_failed_is_tried_again(desk: FlaskClient, store: Store, reader: Reader, instance: Path) -> None:
    place = send(desk, ("a.tiff", picture()), ("b.tiff", picture())).location
    with store.scope() as session, tenancy.tenant(session, KOTO):
        session.execute(sa.update(ScanFile).where(ScanFile.position == 0).values(attempts=3))
    read_all(store, instance)
    assert "1番目のファイルを読み取れませんでした" in desk.get(place).text
    file = min(rows(store, KOTO, ScanFile), key=lambda row: row.position)
    press(desk, f"{place}/files/{file.id}", "again")
    read_all(store, instance)
    assert "読み取れませんでした" not in desk.get(place).text
    assert sorted(row.state for row in rows(store, KOTO, PaperForm)) == ["manual", "manual", "set-aside"]


def test_what_is_left_is_said_by_the_pace_of_the_last_pages(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path
) -> None:
    from counter.models.worker import Worker

    place = send(desk, ("a.tiff", picture(4))).location
    read_all(store, instance)
    assert "装置が動いていません" in _half_read(desk, store, place, [])
    with store.scope() as session:
        session.add(Worker(executor="w", started_at=dt.datetime.now(dt.UTC), beat_at=dt.datetime.now(dt.UTC)))
    assert _half_read(desk, store, place, [0, 2, 4, 600]) == "4 / 100枚を読み取りました・残り約4分"


def _half_read(desk: FlaskClient, store: Store, place: str, seconds: list[int]) -> str:
    with store.scope() as session, tenancy.tenant(session, KOTO):
        session.execute(sa.update(ScanFile).values(state=FileState.WAITING, pages=100))
        begun = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
        for page, second in zip(session.scalars(sa.select(ScanPage)).all(), seconds, strict=False):
            page.created_at = begun + dt.timedelta(seconds=second)
        session.commit()
    return str(desk.get(f"{place}/progress").json["text"])


def test_a_long_batch_costs_as_many_statements_as_a_short_one(
    desk: FlaskClient, store: Store, reader: Reader, instance: Path, app: Any
) -> None:
    counted: list[int] = []
    sa.event.listen(app.extensions["store"].engine, "before_cursor_execute", lambda *_: counted.append(1))
    costs = []
    for sheets_ in (2, 5):
        serial = reader.write(RECORD)
        for _ in range(sheets_):
            reader.write(RECORD, serial=serial)
            reader.pages.append(unknown())
        place = send(desk, ("a.tiff", picture(len(reader.pages)))).location
        read_all(store, instance)
        counted.clear()
        desk.get(place)
        desk.get("/desk")
        costs.append(len(counted))
    assert costs[0] == costs[1]
