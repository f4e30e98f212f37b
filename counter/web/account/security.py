"""Flask-Security over our own staff table and session: passwords, locks on disabled people, sessions bound to a key."""

from __future__ import annotations

from typing import Any

import flask
import sqlalchemy as sa
from flask_security import Security, UserMixin
from flask_security.datastore import Datastore, UserDatastore
from werkzeug.wrappers import Response

from counter.extensions import db
from counter.models.staff import Role, Staff


class SignedIn(UserMixin):
    """A staff row with the face that Flask-Security wants; models know nothing of it."""

    def __init__(self, row: Staff) -> None:
        object.__setattr__(self, "row", row)

    @property
    def fs_uniquifier(self) -> str:
        """What a session is bound to: change it, and every session of this person ends."""
        return str(self.row.fs_uniquifier)

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "row"), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.row, name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SignedIn) and other.row.id == self.row.id

    def __hash__(self) -> int:
        return hash(self.row.id)


class StaffStore(Datastore, UserDatastore):
    """Finds staff in the session of the request; the request commits, never this."""

    def __init__(self) -> None:
        Datastore.__init__(self, None)
        UserDatastore.__init__(self, SignedIn, Role)

    def find_user(self, case_insensitive: bool = False, **by: Any) -> SignedIn | None:
        ((name, value),) = by.items()
        column = getattr(Staff, name)
        where = sa.func.lower(column) == str(value).lower() if case_insensitive else column == value
        row = db().scalars(sa.select(Staff).where(where)).one_or_none()
        return SignedIn(row) if row is not None else None

    def find_role(self, role: str) -> Role | None:
        return db().scalars(sa.select(Role).where(Role.name == role)).one_or_none()

    def put(self, model: Any) -> Any:
        db().add(model.row if isinstance(model, SignedIn) else model)
        return model

    def commit(self) -> None:
        """The request commits once, after its view."""


def init_app(app: flask.Flask) -> None:
    app.config.setdefault(
        "SECURITY_PASSWORD_SALT",
        app.extensions["store"].vault.derive("staff").hex() if app.extensions["store"].vault else "no installation yet",
    )
    for name, value in {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_PASSWORD_LENGTH_MIN": 10,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_DEFAULT_REMEMBER_ME": False,
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "SECURITY_SEND_REGISTER_EMAIL": False,
        "SECURITY_UNAUTHORIZED_VIEW": None,
    }.items():
        app.config.setdefault(name, value)
    Security(app, StaffStore(), register_blueprint=False)
    app.login_manager.request_loader(None)  # type: ignore[attr-defined]  # nobody signs in by a token in an address or a body
    app.login_manager.unauthorized_handler(_to_sign_in)  # type: ignore[attr-defined]
    app.login_manager.session_protection = None  # type: ignore[attr-defined]  # an address may change behind a proxy


def _to_sign_in() -> Response:
    where = flask.request.full_path.rstrip("?") if flask.request.method == "GET" else ""
    return flask.redirect(flask.url_for("account.sign_in", next=where or None))  # type: ignore[return-value]
