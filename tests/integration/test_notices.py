"""Mails to residents, through a real mail server: sent once, tried again, refused, given up; never more than was to be told."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from counter import config, create_app, extensions, letters, locales, mail, tenancy
from counter.extensions import Store
from counter.jobs import engine, notify, reconcile
from counter.models.application import Application
from counter.models.event import Event
from counter.models.notice import Contact, Notice, NoticeAbout, NoticeKind, NoticeState
from counter.queries import records
from counter.services import erasure, notices
from counter.services.notices import Of
from counter.services.receipts import Receipt
from tests import moves
from tests.conftest import both_backends
from tests.databases import Home
from tests.integration.test_delivery import wait_until
from tests.integration.test_submit import NOW, submit
from tests.mailserver import PASSWORD, USER, MailServer
from tests.servers import ROOT

ADDRESS = "taro.yamada@example.jp"


def answers() -> dict[str, Any]:
    document = moves.answers()
    document["people"][0]["email"] = ADDRESS
    return document


@contextmanager
def counter(home: Home, **settings: Any) -> Iterator[tuple[Flask, Store]]:
    """The service with these settings of its mail."""
    made = {"TESTING": True, "RATELIMIT_ENABLED": False, **home.settings, **settings}
    app = create_app(made)
    store = extensions.connect(config.load(made))
    yield app, store
    store.engine.dispose()
    app.extensions["store"].engine.dispose()


def received(store: Store, nonce: str = "n1", **changes: Any) -> Receipt:
    with store.scope() as session:
        return submit(session, nonce, answers=answers(), **changes)


def ledger(store: Store) -> list[Notice]:
    with store.session(write=False) as session:
        return list(session.scalars(sa.select(Notice).order_by(Notice.created_at, Notice.kind)))


def shift(later: dt.timedelta) -> Callable[[], dt.datetime]:
    return lambda: dt.datetime.now(dt.UTC) + later


@both_backends
def test_the_applicant_gets_one_mail_for_the_bundle_and_it_tells_nothing_personal(store: Store, home: Home) -> None:
    with MailServer() as server, counter(home, **server.settings) as (app, here):
        receipt = received(here)
        (row,) = ledger(here)
        assert notify.attempt(app, here, row.id)
        assert not notify.attempt(app, here, row.id), "twice"
        (message,) = server.mails
        assert server.to == [ADDRESS] and message["To"] == ADDRESS
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for body in (text, html):
        assert receipt.number in body and f"https://counter.example.jp/status/?number={receipt.number}" in body
        assert "渋谷区" in body and "江東区" in body
        for secret in (receipt.secret, "山田", "ヤマダ", "太郎", "09012345678", "神南", "児童手当", ADDRESS, "taro"):
            assert secret not in body
    assert str(message["From"]) == "スマート電子窓口 <noreply@counter.example.jp>"
    assert message["Subject"] == f"申請を受け付けました（受付番号 {receipt.number}）"
    assert message["Message-ID"] == f"<notice.{row.id.lower()}@counter.example.jp>"
    assert message["Auto-Submitted"] == "auto-generated" and message["Reply-To"] is None
    (row,) = ledger(here)
    assert (row.state, row.attempts, row.claimed_until) == ("sent", 1, None) and row.ended_at


def test_the_address_is_kept_sealed_with_the_bundle_and_can_be_forgotten(store: Store) -> None:
    receipt = received(store)
    with store.scope() as session:
        contact = session.get_one(Contact, receipt.bundle_id)
        assert b"taro" not in contact.sealed and b"example.jp" not in contact.sealed
        assert notices.address(session, receipt.bundle_id) == ADDRESS
        assert notices.masked(ADDRESS) == "t…@example.jp"
        notices.forget(session, receipt.bundle_id)
    with store.session(write=False) as session:
        assert notices.address(session, receipt.bundle_id) is None


def test_a_corrected_address_gets_what_follows(store: Store) -> None:
    receipt = received(store)
    old, new = {"applicant": {"email": ADDRESS}}, {"applicant": {"email": "new@example.jp"}}
    for before, after, expected in (
        (old, old, ADDRESS), (old, new, "new@example.jp"), (new, {"applicant": {}}, "new@example.jp"),
    ):  # fmt: skip
        with store.scope() as session:
            notices.readdress(session, receipt.bundle_id, before, after)
        with store.session(write=False) as session:
            assert notices.address(session, receipt.bundle_id) == expected
    with store.scope() as session:
        silent = submit(session, "silent")
        notices.readdress(session, silent.bundle_id, {"applicant": {}}, new)
        assert notices.address(session, silent.bundle_id) == "new@example.jp"


def test_the_address_goes_with_the_last_application_that_is_erased(store: Store) -> None:
    receipt = received(store)
    for number, line in enumerate(receipt.lines, start=1):
        with store.scope() as session, tenancy.tenant(session, line.ward):
            row = session.get_one(Application, (line.ward, line.application_id))
            erasure.erase_application(session, row, actor="staff:1")
            assert (notices.address(session, receipt.bundle_id) is None) == (number == len(receipt.lines))


def test_without_an_address_nothing_is_queued_and_without_a_server_nothing_pretends(store: Store) -> None:
    with store.scope() as session:
        submit(session, "none")  # nobody said where to write
    assert ledger(store) == []
    received(store)
    (row,) = ledger(store)
    assert (row.state, row.job_id, row.next_attempt_at) == ("off", "", None)


def test_what_happens_at_once_is_one_mail_and_what_happens_later_another(home: Home, store: Store) -> None:
    receipt = received(store)
    cases = [Of(line.ward, line.application_id) for line in receipt.lines]
    with store.scope() as session:
        for case in (*cases, cases[0]):
            notices.queue(session, bundle_id=receipt.bundle_id, kind=NoticeKind.WITHDRAWN, application=case, at=NOW)
        later = NOW + dt.timedelta(minutes=1)
        notices.queue(session, bundle_id=receipt.bundle_id, kind=NoticeKind.WITHDRAWN, application=cases[0], at=later)
    with store.session(write=False) as session, tenancy.all_wards(session, "the test counts"):
        about = session.execute(
            sa.select(Notice.created_at, sa.func.count())
            .join(NoticeAbout, NoticeAbout.notice_id == Notice.id)
            .where(Notice.kind == "withdrawn")
            .group_by(Notice.created_at)
            .order_by(Notice.created_at)
        ).all()
    assert [row[1] for row in about] == [4, 1]


@both_backends
def test_a_mail_refused_for_now_is_sent_later_through_the_workers_own_path(
    store: Store, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "BACKOFF", (dt.timedelta(milliseconds=100),) * 3)
    with (
        MailServer("451 4.3.0 later", "450 4.2.1 busy") as server,
        counter(home, **server.settings) as (app, here),
    ):
        received(here)
        beat = engine.start(app, here)
        try:
            wait_until(lambda: ledger(here)[0].state == "sent")
        finally:
            beat.stop()
        assert len(server.mails) == 1
        assert ledger(here)[0].attempts == 3


def test_a_server_that_never_answers_well_is_given_up_after_all_its_tries(home: Home, store: Store) -> None:
    nobody = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "9", "SMTP_SECURITY": "none", "PUBLIC_URL": "https://x.example",
              "SMTP_FROM": "noreply@x.example"}  # fmt: skip
    with counter(home, **nobody) as (app, here):
        received(here)
        clock = dt.timedelta()
        waits = []
        for _ in range(len(notices.BACKOFF) + 1):
            (row,) = ledger(here)
            waits.append(row.next_attempt_at)
            notify.attempt(app, here, row.id, now=shift(clock))
            clock += dt.timedelta(days=1)
        (row,) = ledger(here)
    assert (row.state, row.attempts, row.next_attempt_at) == ("given-up", len(notices.BACKOFF) + 1, None)
    assert row.last_error == "ConnectionRefusedError"


@pytest.mark.parametrize("at", ["RCPT", "DATA"])
def test_a_mail_refused_for_good_is_not_tried_again_and_changes_no_application(
    store: Store, home: Home, at: str
) -> None:
    refusal = f"550 5.1.1 <{ADDRESS}> unknown"
    with MailServer(refusal, at=at) as server, counter(home, **server.settings) as (app, here):
        receipt = received(here)
        before = history(here)
        (row,) = ledger(here)
        assert not notify.attempt(app, here, row.id)
        assert not notify.attempt(app, here, row.id, now=shift(dt.timedelta(days=9)))
        (row,) = ledger(here)
        assert (row.state, row.last_error) == ("refused", "550 5.1.1")
        assert server.mails == [] and history(here) == before and receipt.lines


def history(store: Store) -> list[tuple[str, str]]:
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads history"):
        rows = session.execute(
            sa.select(Event.kind, Application.status).join(Application, Application.id == Event.application_id)
        )
        return sorted((row.kind, row.status) for row in rows)


@pytest.fixture
def silent() -> Iterator[tuple[int, list[bytes]]]:
    """A server that takes connections and says what stands in the list, a byte a moment, then nothing."""
    words: list[bytes] = []
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    for byte in b"".join(words):
                        if over.wait(0.05):
                            return
                        try:
                            connection.send(bytes([byte]))
                        except OSError:
                            break
                    else:
                        over.wait(20)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1], words
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.parametrize("words", [b"", b"220 " + b"x" * 100], ids=["says nothing", "a byte at a time"])
def test_a_hanging_server_costs_one_try_and_a_moment(
    home: Home, store: Store, silent: tuple[int, list[bytes]], words: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, says = silent
    says.append(words)
    monkeypatch.setattr(mail, "LONGEST", 0.5)
    hanging = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECURITY": "none", "SMTP_TIMEOUT": "0.3",
               "PUBLIC_URL": "https://x.example", "SMTP_FROM": "noreply@x.example"}  # fmt: skip
    with counter(home, **hanging) as (app, here):
        received(here)
        (row,) = ledger(here)
        began = dt.datetime.now(dt.UTC)
        assert not notify.attempt(app, here, row.id)
        assert dt.datetime.now(dt.UTC) - began < dt.timedelta(seconds=5)
        (row,) = ledger(here)
    assert row.state == "waiting" and row.attempts == 1 and row.last_error


def test_a_worker_killed_while_the_server_took_the_mail_sends_the_same_mail_again_under_the_same_id(
    store: Store, home: Home
) -> None:
    """SMTP has no way to ask whether a mail was taken. What can be had: never lost, and the repeat is byte for byte the same."""
    workers: list[subprocess.Popen[bytes]] = []

    def work(environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
        with (home.instance / "worker.log").open("ab") as log:
            workers.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))

    with MailServer() as server, counter(home, **server.settings) as (_, here):
        received(here)
        server.on_data = lambda: len(server.raw) == 1 and os.kill(workers[0].pid, signal.SIGKILL)
        try:
            for _ in range(2):
                work({**home.environment, **server.environment})
                workers[-1].wait(40) if len(workers) == 1 else wait_until(lambda: ledger(here)[0].state == "sent", 40)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        first, second = server.raw
        assert first == second and len({message["Message-ID"] for message in server.mails}) == 1
        assert ledger(here)[0].attempts == 2


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_encrypted_to_a_server_that_proves_who_it_is(
    store: Store, home: Home, tmp_path: Path, security: str
) -> None:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    with MailServer(security=security, sign_in=security == "starttls", folder=tmp_path) as server:
        known = server.settings
        if security == "starttls":
            known |= {"SMTP_USER": USER, "SMTP_PASSWORD_FILE": str(tmp_path / "password")}
        with counter(home, **known) as (app, here):
            received(here)
            (row,) = ledger(here)
            assert notify.attempt(app, here, row.id), ledger(here)[0].last_error
        known.pop("SMTP_TRUST")
        with counter(home, **known) as (app, here):
            received(here, "n2")
            row = next(row for row in ledger(here) if row.state == "waiting")
            assert not notify.attempt(app, here, row.id)
            assert next(r for r in ledger(here) if r.id == row.id).last_error == "SSLCertVerificationError"
        assert len(server.mails) == 1


def test_a_wrong_password_of_ours_is_no_fault_of_the_resident(store: Store, home: Home, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("wrong")
    with MailServer(security="starttls", sign_in=True, folder=tmp_path) as server:
        known = server.settings | {"SMTP_USER": USER, "SMTP_PASSWORD_FILE": str(tmp_path / "password")}
        with counter(home, **known) as (app, here):
            received(here)
            (row,) = ledger(here)
            assert not notify.attempt(app, here, row.id)
            (row,) = ledger(here)
    assert row.state == "waiting" and row.last_error == "SMTPAuthenticationError 535 5.7.8"


@pytest.mark.parametrize("language", [language.code for language in locales.LANGUAGES])
def test_every_kind_is_written_in_every_language_with_headers_of_ascii(store: Store, app: Flask, language: str) -> None:
    sender = mail.address("noreply@counter.example.jp", "スマート電子窓口")
    for kind in NoticeKind:
        letter = notices.Letter(
            id="0" * 17, address=ADDRESS, kind=kind, number="ABCD-ABCD-ABCD-ABCDE", language=language,
            detail={"day": "2026-12-04", "time": "10:30"} if "visit" in kind else {},
            places=(notices.Place(1, moves.KOTO, "戸籍住民課"),), written_at=NOW,
        )  # fmt: skip
        with app.app_context():
            message = letters.written(letter, sender, "https://counter.example.jp")
            with locales.speaking(language):
                subject = locales.translate(letters.WORDS[kind][0])
        wire = message.as_bytes()
        head = wire.split(b"\r\n\r\n")[0]
        assert head.isascii() and all(len(line) < 998 for line in wire.split(b"\r\n"))
        assert subject in message["Subject"] and letter.number in message["Subject"]
        text = message.get_body(("plain",)).get_content()
        assert "{" not in text and "<" not in text, "readings or markup in the plain twin"
        assert ("10:30" in text) == ("visit" in kind)


@pytest.mark.parametrize(
    "address",
    ["a@example.jp\r\nBcc: b@example.jp", "a@example.jp\nX: y", "a@example.jp, b@example.jp", "a@b@c,d", "", "a", "a@",
     "\"a\" <b@example.jp>", "a@example.jp\x00", "a b@example.jp", "a@example.jp;b@example.jp", "@example.jp"],
)  # fmt: skip
def test_no_address_can_write_a_header_or_reach_a_second_person(address: str) -> None:
    with pytest.raises(mail.Refused):
        mail.address(address)


@pytest.mark.parametrize(
    ("address", "wire"), [("a@日本.jp", "a@xn--wgv71a.jp"), ("o'neil+x@example.jp", "o'neil+x@example.jp")]
)
def test_unusual_addresses_are_reached(address: str, wire: str) -> None:
    assert mail.address(address).addr_spec == wire


def test_half_a_setting_is_an_error_at_the_start(home: Home) -> None:
    for wrong in (
        {"SMTP_HOST": "mail"},
        {"SMTP_HOST": "mail", "SMTP_FROM": "a@b.jp", "PUBLIC_URL": "x", "SMTP_SECURITY": "ssl"},
    ):
        with pytest.raises(mail.WrongSettings):
            create_app({"TESTING": True, **home.settings, **wrong})


def test_a_notice_whose_job_is_lost_gets_a_new_one(home: Home, store: Store) -> None:
    with MailServer() as server, counter(home, **server.settings) as (_, here):
        received(here)
        (row,) = ledger(here)
        with here.scope() as session:
            session.execute(sa.update(Notice).values(job_id="lost"))
        assert reconcile.reconcile(here, NOW) == 0, "not late yet"
        assert reconcile.reconcile(here, NOW + dt.timedelta(minutes=2)) >= 1
        assert ledger(here)[0].job_id not in ("lost", row.job_id)


def test_the_address_is_the_applicants_own(store: Store) -> None:
    assert notices.address_of({"applicant": {"email": ADDRESS}, "head": {"email": "x@y.jp"}}) == ADDRESS
    assert notices.address_of({"head": {"email": "x@y.jp"}}) is None
    assert notices.address_of({"applicant": {}}) is None
    receipt = received(store)
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads a record"):
        application = session.scalars(sa.select(Application).where(Application.procedure == "move-in")).one()
        assert notices.address_of(records.opened(session, application).record) == ADDRESS
        assert notices.address(session, receipt.bundle_id) == ADDRESS


def test_states_and_kinds_fit_their_columns() -> None:
    assert max(len(kind) for kind in NoticeKind) <= 20
    assert max(len(state) for state in NoticeState) <= 10
