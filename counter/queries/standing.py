"""Where each application of a bundle stands for the resident: the office, the hand-over, what waits for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import tenancy
from counter.models.application import Application
from counter.models.delivery import Delivery
from counter.queries import correspondence
from counter.queries.correspondence import Waiting


@dataclass(frozen=True, slots=True)
class HandOver:
    """How the present revision is on its way; ``state`` is empty where no ledger row is left."""

    state: str
    subject: str
    attempts: int
    next_attempt_at: dt.datetime | None
    sent_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One application of a bundle, by its line."""

    application_id: str
    ward: str
    line: int
    procedure: str
    status: str
    key_id: str
    assigned: bool
    arrived_at: dt.datetime | None
    paused_days: int
    revision: int
    hand_over: HandOver
    waiting: Waiting


def of_bundle(session: Session, bundle_id: str) -> tuple[Standing, ...]:
    """In the receipt's order; three statements, however many offices."""
    waiting = correspondence.waiting_for_resident(session, bundle_id)
    with tenancy.all_wards(session, "the resident follows every office of the bundle"):
        found = session.execute(
            sa.select(
                Application.id, Application.ward, Application.line, Application.procedure, Application.status,
                Application.key_id, Application.assignee, Application.arrived_at, Application.paused_days,
                Application.revision, Delivery.state, Delivery.subject, Delivery.attempts, Delivery.next_attempt_at,
                Delivery.sent_at,
            )
            .outerjoin(
                Delivery,
                sa.and_(
                    Delivery.ward == Application.ward,
                    Delivery.application_id == Application.id,
                    Delivery.office == Application.office,
                    Delivery.revision == Application.revision,
                ),
            )
            .where(Application.bundle_id == bundle_id)
            .order_by(Application.line)
        ).all()  # fmt: skip
    return tuple(
        Standing(
            row.id, row.ward, row.line, row.procedure, row.status, row.key_id, row.assignee is not None, row.arrived_at,
            row.paused_days, row.revision,
            HandOver(row.state or "", row.subject or "", row.attempts or 0, row.next_attempt_at, row.sent_at),
            waiting.get(row.id, Waiting()),
        )
        for row in found
    )  # fmt: skip


def key_ids(standings: Sequence[Standing]) -> list[str]:
    return [each.key_id for each in standings]
