"""Where personal data must not be: addresses, logs, the files of the installation; and what looking must not change."""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import exc

from counter import tenancy
from counter.extensions import CounterSession, Store
from counter.models.application import Application
from counter.models.audit import AuditEvent
from counter.models.base import Base
from tests import hostile, moves
from tests.databases import Home
from tests.integration.test_abuse_text import inert
from tests.pages import Page, Resident
from tests.papers import Reader, picture, read_all, send
from tests.staff import desk_clerk, office_clerk, rows

# One word a place, in every script that a place may hold; none stands in the product's own words.
CANARIES = ("鸕鷀", "黃鸝", "ヰヱヰヱ", "翡翠町", "鶺鴒荘", "7531-9-8642", "09087654321", "8765432", "鳰銀行", "鶫支店")


def answers() -> dict[str, Any]:
    document = copy.deepcopy(moves.answers())
    one = document["people"][0]
    one["name"], one["kana"] = {"family": "鸕鷀", "given": "黃鸝"}, {"family": "ヰヱヰヱ", "given": "ヱヰ"}
    one["phone"] = moves.phone("09087654321")
    one["account"] = {"bank": "鳰銀行", "branch": "鶫支店", "type": "ordinary", "number": "8765432"}
    document["move"]["new_address"] |= {"town": "翡翠町", "number": "7531-9-8642", "building": "鶺鴒荘"}
    return document


def spellings(word: str) -> Iterator[bytes]:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc-jp"):
        try:
            yield word.encode(encoding)
        except UnicodeEncodeError:
            continue
    if not word.isascii():
        yield word.encode("unicode_escape")
        yield "".join(f"%{byte:02X}" for byte in word.encode()).encode()


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def file_a_move(client: FlaskClient) -> tuple[Resident, list[str], str, str]:
    """The whole way over HTTP; every address that a request or a redirect named; number and secret."""
    resident, addresses = Resident(client), []
    opened = client.open

    def recording(*args: Any, **more: Any) -> Any:
        answer = opened(*args, **more)
        for one in (*answer.history, answer):
            addresses.extend((one.request.url, one.headers.get("Location", ""), one.headers.get("Set-Cookie", "")))
        return answer

    client.open = recording  # type: ignore[method-assign]
    resident.begin(*moves.MOVE, **moves.BEGIN)
    resident.walk(answers())
    resident.send()
    number, secret = resident.page.texts("sc-number")
    client.get(f"{resident.address}.pdf")
    resident.open("/status/")
    resident.send(number=number, secret=secret)
    return resident, addresses, number, secret


def test_nothing_a_resident_wrote_stands_in_an_address_a_log_or_a_file(
    app: Flask, store: Store, home: Home, log: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    resident, addresses, _, secret = file_a_move(app.test_client())
    assert "申請状況" in resident.page.heading
    clerk = office_clerk(store, app, "child-support")
    for row in rows(store, moves.KOTO, Application):
        clerk.get(f"/office/cases/{row.id}")
    assert "鸕鷀" in clerk.get("/office/cases/export/child-allowance.csv").data.decode("utf-8-sig")
    clerk.get("/office/cases?status=鸕鷀&number=09087654321")
    written = log.text + "".join(capfd.readouterr())
    everywhere = " ".join(addresses).encode() + written.encode("utf-8", "replace")
    app.extensions["store"].engine.dispose()
    files = {file: file.read_bytes() for file in home.instance.rglob("*") if file.is_file()}
    assert any(file.suffix == ".sqlite" for file in files)
    for word in (*CANARIES, secret, secret.replace("-", "")):
        for spelt in spellings(word):
            assert spelt not in everywhere, word
            for file, content in files.items():
                assert spelt not in content, f"{word} in {file.name}"


def test_an_outage_logs_the_statement_and_no_value(app: Flask, store: Store, log: pytest.LogCaptureFixture) -> None:
    with pytest.raises(exc.OperationalError) as told, store.session(write=False) as session:
        session.connection().execute(sa.text("SELECT * FROM nothing WHERE a = :a"), {"a": "鸕鷀"})
    assert "鸕鷀" not in str(told.value)
    assert "鸕鷀" not in log.text


def counts(store: Store) -> dict[str, int]:
    with store.engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


def test_looking_changes_nothing_but_the_record_of_the_look(
    app: Flask, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def note(session: CounterSession, *_: Any) -> None:
        written.extend(type(row).__name__ for row in (*session.new, *session.dirty, *session.deleted))

    resident, *_ = file_a_move(app.test_client())
    clerk, desk = office_clerk(store, app, "child-support"), desk_clerk(store, app)
    monkeypatch.setattr("ocr.reading.read_page", Reader())
    monkeypatch.setattr("counter.services.sheets.templates", lambda *_: {})
    send(desk, ("a.tiff", picture()))
    read_all(store, Path(app.config["INSTANCE"]))
    before = counts(store)
    sa.event.listen(CounterSession, "before_flush", note)
    try:
        for client, start in ((resident.client, "/"), (clerk, "/office/cases"), (desk, "/desk"), (desk, "/desk/forms")):
            _crawl(client, start)
    finally:
        sa.event.remove(CounterSession, "before_flush", note)
    after = counts(store)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {AuditEvent.__tablename__, "audit_chain"}, changed
    assert set(written) <= {"AuditEvent", "AuditChain", "Chain"}, set(written)


def _crawl(client: FlaskClient, start: str, most: int = 60) -> None:
    seen, todo = {start}, [start]
    while todo and len(seen) < most:
        answer = client.get(todo.pop(0), follow_redirects=True)
        assert answer.status_code in (200, 404), answer.request.path
        for link in re.findall(r'(?:href|src)="(/[^"#]*)', answer.text if answer.mimetype == "text/html" else ""):
            address = link.replace("&amp;", "&")
            if address not in seen and not address.startswith("/static/") and ".pdf" not in address:
                seen.add(address)
                todo.append(address)


class TestScriptsOfStrangers:
    """What a resident or a scan brings is text on the screens of staff."""

    EVIL = hostile.TEXTS["markup"] + hostile.TEXTS["attribute"]

    def test_names_and_notes_run_nowhere(self, app: Flask, store: Store) -> None:
        document = answers()
        for person in document["people"]:
            person["name"] = {"family": self.EVIL[:90], "given": hostile.TEXTS["template"]}
        document["move"]["new_address"]["building"] = self.EVIL
        document["people"][0]["account"]["bank"] = self.EVIL[:60]
        from counter.models.bundle import Channel
        from counter.services.applications import submit_bundle

        with store.scope() as session:
            import datetime as dt

            receipt = submit_bundle(session, procedures=moves.procedures(), answers=document, channel=Channel.ONLINE, nonce="evil",
                                    language="ja", received_at=dt.datetime.now(dt.UTC))  # fmt: skip
        clerk = office_clerk(store, app, "child-support")
        address = next(
            f"/office/cases/{line.application_id}" for line in receipt.lines if line.procedure_code == "child-allowance"
        )
        case = Page(clerk.get(address))
        inert(case)
        assert self.EVIL[:90] in case.text
        assert hostile.TEXTS["template"] in case.text
        noted = clerk.post(
            f"{address}/status", data={"seen": "1", "to": "in-review", "note": self.EVIL}, follow_redirects=True
        )
        inert(Page(noted))
        inert(Page(clerk.post(f"{address}/status", data={"seen": "1", "to": self.EVIL, "note": self.EVIL})))
        inert(
            Page(
                clerk.get(
                    "/office/cases", query_string={"number": self.EVIL, "procedure": self.EVIL, "status": self.EVIL}
                )
            )
        )
        status = app.test_client().post(
            "/status/", data={"number": receipt.number, "secret": receipt.secret}, follow_redirects=True
        )
        assert self.EVIL in Page(status).text
        inert(Page(status))

    def test_what_a_scan_says_runs_nowhere(self, app: Flask, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        reader = Reader()
        monkeypatch.setattr("ocr.reading.read_page", reader)
        monkeypatch.setattr("counter.services.sheets.templates", lambda *_: {})
        texts = dict.fromkeys(
            ("applicant.name.family", "claimant.account.bank", "move.new_address.building", "applicant.phone"),
            self.EVIL,
        )
        reader.write({"applicant": {"name": {"family": "山田", "given": "太郎"}}}, misread=texts, doubtful=tuple(texts))
        desk = desk_clerk(store, app)
        batch = send(desk, ("<img src=x onerror=alert(1)>.tiff", picture(3))).location
        forms = read_all(store, Path(app.config["INSTANCE"]))
        assert forms
        for form in forms:
            shown = desk.get(f"/desk/forms/{form.id}")
            inert(Page(shown))
            assert self.EVIL in Page(shown).text + str(Page(shown).form("review-form")[1])
            sent = {**Page(shown).form("review-form")[1].to_dict(), "action": "confirm"}
            inert(
                Page(
                    desk.post(
                        f"/desk/forms/{form.id}",
                        data={
                            **sent,
                            **dict.fromkeys([n for n in sent if "." in n and not n.startswith("rows")], self.EVIL),
                        },
                    )
                )
            )
            inert(
                Page(
                    desk.post(
                        f"/desk/forms/{form.id}/set-aside",
                        data={"reason": self.EVIL, "version": sent["version"]},
                        follow_redirects=True,
                    )
                )
            )
        for address in (batch, "/desk", "/desk/forms"):
            inert(Page(desk.get(address)))


def test_an_export_is_text_that_no_spreadsheet_runs(app: Flask, store: Store) -> None:
    import csv
    import datetime as dt
    import io

    from counter.models.bundle import Channel
    from counter.services.applications import submit_bundle

    document = answers()
    starts = (
        "=1+1",
        "+1",
        "-1",
        "@SUM(1)",
        "＝1",
        "＋1",
        "－1",
        "＠1",
        "\u3000=1+1",
        "= 1\"&cmd|' /C calc'!A0",
        '"=1+1',
        ",=1",
        "'=1",
    )
    for place, start in enumerate(starts):
        document["people"][0]["account"]["bank"] = start.strip("\u3000 ")
        with store.scope() as session:
            submit_bundle(session, procedures=moves.procedures("child-allowance"), answers=document, channel=Channel.ONLINE, nonce=f"n{place}",
                          language="ja", received_at=dt.datetime.now(dt.UTC))  # fmt: skip
    data = (
        office_clerk(store, app, "child-support")
        .get("/office/cases/export/child-allowance.csv")
        .data.decode("utf-8-sig")
    )
    table = list(csv.reader(io.StringIO(data, newline="")))
    assert len({len(line) for line in table}) == 1
    assert len(table) == 1 + len(starts)
    for cell in (cell for line in table[1:] for cell in line):
        assert not cell.lstrip(" \u3000").startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")), (
            cell
        )
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):
        assert session.scalar(sa.select(sa.func.count()).select_from(Application)) == len(starts)
