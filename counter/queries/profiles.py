"""What わたしのページ shows of an account: what was filed, consents, and who looked. No writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, tenancy
from counter.models.application import Application
from counter.models.audit import AuditEvent
from counter.models.bundle import Bundle
from counter.models.definition import Definition
from counter.models.profile import AccountBundle, Consent, Look

MOST_BUNDLES = 50
MOST_LOOKS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One application of a bundle."""

    id: str
    title: str
    ward: str
    office_name: str
    status: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A bundle that was submitted while signed in."""

    bundle_id: str
    received_at: dt.datetime
    lines: tuple[Line, ...]

    @property
    def number(self) -> str:
        return ids.grouped(self.bundle_id)


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody used what a resident wrote. ``why``: a use of what is kept, or an action of staff on an application."""

    at: dt.datetime
    actor: str
    why: str
    ward: str = ""
    office_name: str = ""
    title: str = ""
    about: str = ""


def filed(session: Session, account_id: str) -> list[Filed]:
    """What was submitted, the latest first."""
    bundles = session.execute(
        sa.select(AccountBundle.bundle_id, Bundle.received_at)
        .join(Bundle, Bundle.id == AccountBundle.bundle_id)
        .where(AccountBundle.account_id == account_id)
        .order_by(AccountBundle.at.desc(), AccountBundle.bundle_id)
        .limit(MOST_BUNDLES)
    ).all()
    lines = _lines(session, [row.bundle_id for row in bundles])
    return [Filed(row.bundle_id, row.received_at, tuple(lines.get(row.bundle_id, ()))) for row in bundles]


def consents(session: Session, account_id: str) -> Sequence[Consent]:
    """Every consent that was given, the latest first."""
    query = sa.select(Consent).where(Consent.account_id == account_id)
    return session.scalars(query.order_by(Consent.given_at.desc(), Consent.id).limit(MOST_BUNDLES)).all()


def looks(session: Session, account_id: str) -> list[Seen]:
    """Who used what is kept, and which offices looked at what was filed, when and why; the latest first."""
    query = sa.select(Look).where(Look.account_id == account_id)
    own = session.scalars(query.order_by(Look.at.desc(), Look.id).limit(MOST_LOOKS))
    found = [Seen(row.at, row.actor, row.why, about=row.about or "") for row in own]
    lines = {line.id: line for bundle in filed(session, account_id) for line in bundle.lines}
    events = sa.select(AuditEvent.at, AuditEvent.action, AuditEvent.object_id).where(
        AuditEvent.object_id.in_(lines), AuditEvent.actor.startswith("staff:")
    )
    for row in session.execute(events.order_by(AuditEvent.at.desc()).limit(MOST_LOOKS)):
        line = lines[row.object_id]
        at = dt.datetime.fromisoformat(row.at)
        found.append(Seen(at, "office", row.action, line.ward, line.office_name, line.title))
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST_LOOKS]


def _lines(session: Session, bundles: Sequence[str]) -> dict[str, list[Line]]:
    """The applications of these bundles, with the words of the definitions they were made with."""
    with tenancy.all_wards(session, "a resident sees everything they filed, in whichever ward"):
        rows = session.execute(
            sa.select(
                Application.bundle_id,
                Application.id,
                Application.ward,
                Application.routing_inputs,
                Application.status,
                Definition.content,
            )
            .join(Definition, Definition.digest == Application.definition_digest)
            .where(Application.bundle_id.in_(bundles))
            .order_by(Application.bundle_id, Application.line)
        ).all()
    found: dict[str, list[Line]] = {}
    for row in rows:
        line = Line(row.id, row.content["title"], row.ward, row.routing_inputs["office_name"], row.status)
        found.setdefault(row.bundle_id, []).append(line)
    return found
