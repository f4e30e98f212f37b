"""事業者: one filing for several wards is one application at each; the public register knows the company once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.supplier import Company, SupplierRegistration
from counter.services.writing import insert

PROCEDURE = "supplier"


def note_filings(
    session: Session, filings: Sequence[tuple[str, str, Mapping[str, Any]]], received_at: dt.datetime
) -> None:
    """Called by the door for each (ward, application id, record) of a supplier, in its transaction.

    A filing adds a company nobody filed for before and changes none: whoever knows a 法人番号 could file under it.
    A sole proprietor has no public number and stays out of the register until a ward approves.
    """
    numbered = [
        (ward, application_id, record["supplier"])
        for ward, application_id, record in filings
        if record["supplier"].get("corporate_number")
    ]
    if not numbered:
        return
    companies = {
        answers["corporate_number"]: {
            "corporate_number": answers["corporate_number"],
            "name": answers["trade_name"],
            "first_filed_at": received_at,
        }
        for _, _, answers in numbered
    }
    added = insert(session, Company).on_conflict_do_nothing(index_elements=["corporate_number"])
    session.execute(added, list(companies.values()))
    rows = [
        {"ward": ward, "application_id": application_id, "corporate_number": answers["corporate_number"]}
        for ward, application_id, answers in numbered
    ]
    session.execute(sa.insert(SupplierRegistration), rows)


def note_correction(
    session: Session, ward: str, application_id: str, record: Mapping[str, Any], at: dt.datetime
) -> None:
    """A correction may name another 法人番号: the filing then stands under that one."""
    session.execute(
        sa.delete(SupplierRegistration).where(
            SupplierRegistration.ward == ward, SupplierRegistration.application_id == application_id
        )
    )
    note_filings(session, [(ward, application_id, record)], at)
