"""What number and second secret show, and that guessing them tells nothing and soon ends."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from counter import ids, tenancy
from counter.extensions import Store
from counter.models.application import Status
from counter.models.bundle import Guess
from counter.models.event import Kind
from counter.services import status
from counter.services.guessing import MOST, WINDOW, TooManyGuesses
from tests import moves
from tests.conftest import both_backends
from tests.integration.test_submit import NOW, submit

WRONG = "0000-0000-0000"


@both_backends
def test_number_and_secret_show_every_office_and_what_it_wrote(store: Store) -> None:
    with store.scope() as session:
        receipt = submit(session)
        tenancy.tenant(session, moves.KOTO)
        one = receipt.lines[3].application_id
        status.append(session, moves.KOTO, one, Kind.STATUS, actor="9", at=NOW, status=Status.DONE, note="認定しました")
    typed = receipt.number.replace("-", " ").lower(), f" {receipt.secret.lower()} "
    for number, secret in ((receipt.number, receipt.secret), typed):
        with store.scope() as session:
            shown = status.by_number(session, number, secret, "192.0.2.1")
        assert shown is not None
        assert [line.status for line in shown.lines] == ["received", "awaiting-visit", "received", "done"]
        assert [(step.suffix, step.note) for step in shown.steps if step.note] == [(4, "認定しました")]
        assert "山田" not in str(shown)


def test_a_wrong_number_and_a_wrong_secret_are_answered_alike_and_counted_alike(store: Store) -> None:
    with store.scope() as session:
        receipt = submit(session)
    for number, secret in (
        (receipt.number, WRONG),
        (ids.grouped(ids.new_id()), receipt.secret),
        ("?", ""),
        ("\0", "\ud800"),
    ):
        with store.scope() as session:
            before = session.scalar(sa.select(sa.func.sum(Guess.failures))) or 0
            assert status.by_number(session, number, secret, "192.0.2.1") is None
            assert (session.scalar(sa.select(sa.func.sum(Guess.failures))) or 0) == before + 3


def test_guessing_a_secret_ends_after_a_few_tries_even_for_the_right_one_and_opens_again_later(store: Store) -> None:
    with store.scope() as session:
        receipt = submit(session)
    for number in range(MOST["receipt"]):
        with store.scope() as session:
            assert status.by_number(session, receipt.number, WRONG, f"192.0.2.{number}", NOW) is None
    with store.scope() as session, pytest.raises(TooManyGuesses) as refused:
        status.by_number(session, receipt.number, receipt.secret, "198.51.100.1", NOW)
    assert 0 < refused.value.retry_after <= WINDOW.total_seconds()
    with store.scope() as session:
        assert status.by_number(session, receipt.number, receipt.secret, "198.51.100.1", NOW + WINDOW)


def test_an_address_that_tries_number_after_number_is_stopped_and_others_are_not(store: Store) -> None:
    with store.scope() as session:
        receipt = submit(session)
        for _ in range(MOST["address"]):
            assert status.by_number(session, ids.grouped(ids.new_id()), WRONG, "192.0.2.1", NOW) is None
        with pytest.raises(TooManyGuesses):
            status.by_number(session, ids.grouped(ids.new_id()), WRONG, "192.0.2.1", NOW)
        assert status.by_number(session, receipt.number, receipt.secret, "198.51.100.1", NOW)


def test_all_addresses_together_are_stopped_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MOST, "everybody", 5)
    with store.scope() as session:
        for number in range(5):
            status.by_number(session, ids.grouped(ids.new_id()), WRONG, f"192.0.2.{number}", NOW)
        with pytest.raises(TooManyGuesses):
            status.by_number(session, ids.grouped(ids.new_id()), WRONG, "198.51.100.1", NOW)


def test_old_counts_are_forgotten(store: Store) -> None:
    with store.scope() as session:
        for days in range(3):
            status.by_number(session, "x", WRONG, "192.0.2.1", NOW + dt.timedelta(days=days))
        assert session.scalar(sa.select(sa.func.count()).select_from(Guess)) == 3


def test_the_database_holds_no_secret(store: Store) -> None:
    with store.scope() as session:
        receipt = submit(session)
    dump = "\n".join(store.engine.raw_connection().driver_connection.iterdump())  # type: ignore[union-attr]
    plain = receipt.secret.replace("-", "")
    assert receipt.secret not in dump and plain not in dump and plain.encode().hex().upper() not in dump.upper()
