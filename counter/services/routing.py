"""Which office of which ward gets an application: the decision, its reason and what it was decided from are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import tenancy
from counter.models.organisation import BackOffice
from forms.model import Procedure
from forms.routing import OFFICES, route

RULE = "procedure-office.1"


@dataclass(frozen=True, slots=True)
class Decision:
    """Where one application goes, why, and how it is handed over there."""

    ward: str
    office: str
    office_name: str
    way: str
    reason: str
    inputs: dict[str, Any]
    characters: str | None = None  # what its system can hold: forms.characters


def decide(session: Session, applications: Sequence[tuple[Procedure, str, Mapping[str, Any]]]) -> list[Decision]:
    """One decision a (procedure, ward, record), in their order; raises forms.routing.NotOurs, never falls back silently."""
    with tenancy.all_wards(session, "the offices of every ward a bundle goes to"):
        rows = session.execute(
            sa.select(BackOffice.ward, BackOffice.code, BackOffice.name, BackOffice.way, BackOffice.characters).where(
                BackOffice.ward.in_({ward for _, ward, _ in applications}),
                BackOffice.code.in_({procedure.office for procedure, _, _ in applications}),
            )
        )
        offices = {(row.ward, row.code): (row.name, row.way, row.characters) for row in rows}
    decisions = []
    for procedure, ward, record in applications:
        own = {code: name for (of, code), (name, *_) in offices.items() if of == ward}
        to = route(procedure, ward, {**OFFICES, **own}, record)
        name, way, characters = offices.get((ward, to.office), (to.office_name, "inbox", None))
        inputs = {
            "rule": RULE,
            "procedure": procedure.code,
            "to": to.to,
            "ward": to.ward,
            "office_name": name,
        }
        decisions.append(Decision(to.ward, to.office, name, way, str(to.reason), inputs, characters))
    return decisions
