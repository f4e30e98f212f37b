"""Wards' offices and people, for headers and lists."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import tenancy
from counter.models.organisation import BackOffice
from counter.models.staff import Staff


def office_names(session: Session, ward: str) -> dict[str, str]:
    """Code → name of a ward's offices."""
    with tenancy.tenant(session, ward):
        rows = session.execute(sa.select(BackOffice.code, BackOffice.name).order_by(BackOffice.code))
        return {row.code: row.name for row in rows}


def offices(session: Session, ward: str) -> list[BackOffice]:
    """A ward's offices, in the order they are named by procedures."""
    with tenancy.tenant(session, ward):
        return list(session.scalars(sa.select(BackOffice).order_by(BackOffice.code)))


def people(session: Session, ward: str) -> list[Staff]:
    """Everybody who works for a ward."""
    return list(session.scalars(sa.select(Staff).where(Staff.ward == ward).order_by(Staff.email)))


def demo_people(session: Session) -> list[Staff]:
    """The sign-ins of the demonstration; there are none in a real installation."""
    return list(
        session.scalars(
            sa.select(Staff).where(Staff.demo.is_(True), Staff.active.is_(True)).order_by(Staff.ward.desc(), Staff.id)
        )
    )
