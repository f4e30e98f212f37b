"""By which day an application has to be with its office, from the answers in its record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import tenancy, vault
from counter.models.application import Application
from counter.models.definition import Definition
from counter.queries import records
from forms import snapshot
from forms.deadlines import last_day
from forms.kinds.dates import date_of
from forms.model import Procedure
from forms.path import valid_answer
from forms.procedures import CATALOGUE


@dataclass(frozen=True, slots=True)
class Due:
    """``say``: 住み始めた日から14日以内; ``day``: the last of them."""

    say: str
    day: dt.date


def due(procedure: Procedure, record: Mapping[str, Any]) -> Due | None:
    """The earliest of its legal deadlines that the record's dates tell; None where there is none."""
    known = CATALOGUE.get(procedure.code, procedure)  # what a definition tells people is no part of its stored shape
    found = []
    for deadline in (trigger.deadline for trigger in known.triggers if trigger.deadline):
        event = valid_answer(record, deadline.after.key, deadline.after)
        if event is not None:
            found.append(Due(deadline.say, last_day(deadline, date_of(event))))
    return min(found, key=lambda each: each.day, default=None)


def earliest(session: Session, ward: str, application_ids: Sequence[str]) -> Due | None:
    """The first deadline among applications of one ward. Their records are opened: for whoever may see them."""
    with tenancy.tenant(session, ward):
        rows = session.execute(
            sa.select(Application, Definition.content)
            .join(Definition, Definition.digest == Application.definition_digest)
            .where(Application.ward == ward, Application.id.in_(application_ids))
        ).all()
        found = []
        for row in rows:
            try:
                record = records.opened(session, row.Application).record
            except vault.Shredded:
                continue
            found.append(due(CATALOGUE.get(row.Application.procedure) or snapshot.load(row.content), record))
    return min((each for each in found if each), key=lambda each: each.day, default=None)
