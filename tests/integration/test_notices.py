"""Mails to residents, through a real mail server: sent once, tried again, refused, given up; never more than was to be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from counter import config, create_app, extensions, tenancy
from counter.extensions import Store
from counter.jobs import engine, notify, reconcile
from counter.models.application import Application, Status
from counter.models.event import Event
from counter.models.notice import Contact, Notice, NoticeAbout, NoticeKind, NoticeState
from counter.queries import office, records
from counter.queries.office import View
from counter.services import cases, erasure, notices, withdrawal
from counter.services.notices import Of
from counter.services.receipts import Line, Receipt
from tests import moves
from tests.conftest import both_backends
from tests.databases import Home
from tests.integration.test_delivery import wait_until
from tests.integration.test_submit import NOW, submit
from tests.mailserver import MailServer

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


def test_what_offices_and_residents_do_is_told_by_mail(home: Home, store: Store) -> None:
    """Taken, a message, decided, withdrawn: each from the service that does it, through to the server."""
    with MailServer() as server, counter(home, **server.settings) as (app, here):
        receipt = received(here)
        lines = {line.procedure_code: line for line in receipt.lines}
        allowance, insurance = lines["child-allowance"], lines["health-insurance"]

        def view(session: Session, line: Line) -> View:
            tenancy.tenant(session, line.ward)
            found = office.application(session, line.ward, line.application_id)
            assert found is not None
            return found

        with here.scope() as session:
            opened = view(session, allowance)
            cases.take(session, opened, actor="staff:1", now=NOW, seen=opened.last_event)
        for to in (Status.IN_REVIEW, Status.DONE):
            with here.scope() as session:
                opened = view(session, allowance)
                cases.set_status(session, opened, actor="staff:1", to=to, note="", now=NOW, seen=opened.last_event)
        with here.scope() as session:
            tenancy.tenant(session, insurance.ward)
            withdrawal.withdraw(session, insurance.ward, insurance.application_id, reason="引っ越さない", now=NOW)
        kinds = [row.kind for row in ledger(here)]
        assert {"received", "decided", "withdrawn"} <= set(kinds)
        for row in ledger(here):
            assert notify.attempt(app, here, row.id)
        bodies = [message.get_body(("plain",)).get_content() for message in server.mails]
    assert len({message["Message-ID"] for message in server.mails}) == len(kinds)
    told = next(body for body in bodies if "結果が出ました" in body)
    assert f"{receipt.number}-{allowance.suffix}" in told and f"{receipt.number}-{insurance.suffix}" not in told
    assert not [body for body in bodies if "引っ越さない" in body or "完了" in body], (
        "what was decided stays on the page"
    )
