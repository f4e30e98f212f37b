"""安否 has a door of its own, suppliers come through the one door, once for every ward they chose."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
import sqlalchemy as sa

from counter import tenancy
from counter.extensions import Store
from counter.jobs import engine
from counter.models.application import Application
from counter.models.disaster import SafetyRecord
from counter.models.keys import Key
from counter.models.supplier import Company, SupplierRegistration
from counter.queries import records
from counter.services import disaster
from counter.services.applications import NotComplete
from counter.vault import Shredded, Vault
from forms.procedures import CATALOGUE
from tests import documents
from tests.conftest import both_backends
from tests.integration.test_submit import NOW, submit

SAFE: dict[str, Any] = {
    "safety": {
        "ward": "131083", "name": {"family": "山田", "given": "太郎"}, "state": "well", "hide_from_family": "no",
        "hide_from_friends": "no", "publish": "no", "place": "東陽小学校の体育館",
    }
}  # fmt: skip


def register(session: Any, nonce: str = "s1", answers: dict[str, Any] = SAFE) -> disaster.SafetyReceipt:
    return disaster.register_safety(session, answers, nonce=nonce, language="ja", registered_at=NOW)


@both_backends
def test_a_registration_is_stored_sealed_once_and_makes_no_job(store: Store, vault: Vault) -> None:
    with store.scope() as session:
        first = register(session)
    with store.scope() as session:
        assert register(session) == first  # the page was sent twice
        assert register(session, "s2").id != first.id
    with store.scope() as session:
        rows = {row.nonce: row for row in session.scalars(sa.select(SafetyRecord))}
        assert set(rows) == {"s1", "s2"}
        assert disaster.opened(session, rows["s1"])["safety"]["place"] == "東陽小学校の体育館"
        assert "山田".encode() not in rows["s1"].sealed
        assert rows["s1"].name_token == rows["s2"].name_token != None  # noqa: E711
        assert rows["s1"].key_id != rows["s2"].key_id
        assert session.scalar(sa.select(sa.func.count()).where(Key.scope == "safety")) == 2
        assert engine.depth(session) == 0
        vault.shred(session, rows["s1"].key_id)
        with pytest.raises(Shredded):
            disaster.opened(session, rows["s1"])


def test_an_incomplete_registration_is_refused(store: Store) -> None:
    with store.scope() as session, pytest.raises(NotComplete):
        register(session, answers={"safety": {"ward": "131083"}})
    with store.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SafetyRecord)) == 0


def a_supplier(wards: list[str], number: str = "7010705000725") -> dict[str, Any]:
    document = documents.household([CATALOGUE["supplier"]], random.Random(1))
    document["supplier"] |= {"wards": wards, "form": "corporation", "corporate_number": number, "capital": 1000}
    document["supplier"]["trade_name"] = "株式会社見本"
    return document


@both_backends
def test_a_supplier_files_once_for_three_wards(store: Store) -> None:
    wards = ["131016", "131083", "131130"]
    with store.scope() as session:
        receipt = submit(session, "s", ("supplier",), answers=a_supplier(wards))
    assert [line.ward for line in receipt.lines] == wards
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads every ward"):
        rows = list(session.scalars(sa.select(Application).order_by(Application.line)))
        seen = [records.opened(session, row).record["supplier"]["wards"] for row in rows]
        filed = session.execute(sa.select(SupplierRegistration.ward, SupplierRegistration.corporate_number)).all()
        company = session.get_one(Company, "7010705000725")
    assert seen == [[ward] for ward in wards]  # no ward learns of another
    assert sorted(filed) == sorted((ward, "7010705000725") for ward in wards)
    assert company.name == "株式会社見本"


def test_a_later_filing_does_not_rename_a_company(store: Store) -> None:
    other = a_supplier(["131083"])
    other["supplier"]["trade_name"] = "成りすまし"
    with store.scope() as session:
        submit(session, "a", ("supplier",), answers=a_supplier(["131083"]))
        submit(session, "b", ("supplier",), answers=other, received_at=NOW + dt.timedelta(days=1))
        company = session.get_one(Company, "7010705000725", populate_existing=True)
    assert (company.name, company.first_filed_at) == ("株式会社見本", NOW)


def test_a_sole_proprietor_stays_out_of_the_public_register(store: Store) -> None:
    document = a_supplier(["131083"])
    document["supplier"]["form"] = "sole"
    with store.scope() as session:
        submit(session, "a", ("supplier",), answers=document)
        assert session.scalar(sa.select(sa.func.count()).select_from(Company)) == 0
