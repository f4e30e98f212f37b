"""Mail servers as they are: hanging, encrypted, wrongly signed in to, gone while they answer; and addresses that are traps."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from counter import create_app, letters, locales, mail
from counter.extensions import Store
from counter.jobs import notify
from counter.models.notice import NoticeKind
from counter.services import notices
from tests import moves
from tests.databases import Home
from tests.integration.test_delivery import wait_until
from tests.integration.test_notices import ADDRESS, counter, ledger, received, shift
from tests.integration.test_submit import NOW
from tests.mailserver import PASSWORD, USER, MailServer
from tests.servers import ROOT


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
