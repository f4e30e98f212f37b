"""Staff of a test: people hired into a ward, and clients signed in as them through the real page."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter.extensions import Store
from counter.models.staff import Role, Staff
from tests.moves import KOTO

PASSWORD = "correct horse battery"


def hire(
    store: Store, app: Flask, email: str, *, role: str = "clerk", ward: str = KOTO, offices: tuple[str, ...] = ()
) -> int:
    """A staff member's id."""
    with store.scope() as session:
        known = session.scalars(sa.select(Role).where(Role.name == role)).one_or_none() or Role(name=role)
        person = Staff(
            email=email, name=email.split("@")[0], ward=ward, offices=list(offices), password=_hash(app),
            fs_uniquifier=secrets.token_hex(32), roles=[known],
        )  # fmt: skip
        session.add(person)
        session.flush()
        return person.id


def _hash(app: Flask) -> str:
    from flask_security.utils import hash_password

    with app.app_context():
        return str(hash_password(PASSWORD))


def sign_in(app: Flask, email: str, password: str = PASSWORD) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/staff/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 302, answer.text
    return client


def office_clerk(store: Store, app: Flask, office: str, ward: str = KOTO) -> FlaskClient:
    email = f"{ward}-{office}@example.jp"
    hire(store, app, email, ward=ward, offices=(office,))
    return sign_in(app, email)


def desk_clerk(store: Store, app: Flask, ward: str = KOTO, name: str = "desk") -> FlaskClient:
    email = f"{ward}-{name}@example.jp"
    hire(store, app, email, role="desk", ward=ward)
    return sign_in(app, email)


def rows(store: Store, ward: str, entity: Any) -> list[Any]:
    """Every row of a ward-owned table, detached."""
    from counter import tenancy

    with store.scope(write=False) as session:
        tenancy.tenant(session, ward)
        return list(session.scalars(sa.select(entity)))
