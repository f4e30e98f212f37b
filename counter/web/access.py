"""Who may call a view. Every view carries a mark; one without is refused, and a test fails on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import flask
from werkzeug.exceptions import Forbidden, NotFound

from counter import tenancy
from counter.extensions import db

View = TypeVar("View", bound=Callable[..., Any])
ROLES = ("clerk", "desk", "admin")


@dataclass(frozen=True, slots=True)
class Access:
    """`roles` of a staff view: any one of them is enough."""

    kind: Literal["public", "draft_owner", "receipt_holder", "resident", "staff"]
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Member:
    """The signed-in staff member, as the database says at this request."""

    id: int
    email: str
    name: str
    ward: str
    offices: tuple[str, ...]
    roles: frozenset[str]

    @property
    def actor(self) -> str:
        """As the audit log names them."""
        return f"staff:{self.id}"


PUBLIC = Access("public")
_FOREIGN: dict[str, Access] = {"static": PUBLIC}


def public(view: View) -> View:
    """Anybody may call it; it sees no ward's rows but through a service."""
    return _mark(view, PUBLIC)


def draft_owner(view: View) -> View:
    """Whoever holds the token of the draft in the address; the view looks it up and answers 404 otherwise."""
    return _mark(view, Access("draft_owner"))


def receipt_holder(view: View) -> View:
    """Whoever may open the receipt `<number>` of the address (counter.web.status.grant); others go to the look-up."""
    return _mark(view, Access("receipt_holder"))


def resident(view: View) -> View:
    """A resident who is signed in (counter.web.my); it sees what belongs to their account alone."""
    return _mark(view, Access("resident"))


def staff(*roles: str) -> Callable[[View], View]:
    """Signed-in staff with one of these roles; the session is bound to their ward before the view runs."""
    unknown = set(roles) - set(ROLES)
    if not roles or unknown:
        raise ValueError(f"unknown roles: {sorted(unknown)}")
    return lambda view: _mark(view, Access("staff", frozenset(roles)))


def looks(view: View) -> View:
    """A GET that leaves an audit event of the look: its session may write."""
    view.looks = True  # type: ignore[attr-defined]
    return view


def declare(endpoint: str, access: Access) -> None:
    """The mark of a view that a library brings along."""
    _FOREIGN[endpoint] = access


def of(app: flask.Flask, endpoint: str) -> Access | None:
    view = app.view_functions.get(endpoint)
    return getattr(view, "access", None) or _FOREIGN.get(endpoint)


def me() -> Member:
    """The staff member of this request."""
    member: Member = flask.g.member
    return member


def init_app(app: flask.Flask) -> None:
    app.before_request(_enforce)


def _mark(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def _enforce() -> Any:
    endpoint = flask.request.endpoint
    if endpoint is None:
        return None  # no such route: 404 or 405 follows
    if any(isinstance(piece, str) and not piece.isprintable() for piece in (flask.request.view_args or {}).values()):
        raise NotFound  # nothing of ours is named so, and PostgreSQL refuses to be asked for a NUL
    access = of(flask.current_app, endpoint)
    if access is None:
        raise Forbidden(f"{endpoint} carries no access mark")
    if access.kind == "receipt_holder":
        from counter.web.status import grant

        return grant.admit()
    if access.kind == "resident":
        from counter.web.my import signing

        return signing.admit()
    return _admit(access.roles) if access.kind == "staff" else None


def _admit(roles: frozenset[str]) -> Any:
    from flask_login import current_user

    if not current_user.is_authenticated:
        manager = flask.current_app.login_manager  # type: ignore[attr-defined]
        return manager.unauthorized()
    held = frozenset(role.name for role in current_user.roles)
    if not held & roles:
        raise Forbidden("none of the roles of this page")
    flask.g.member = Member(
        current_user.id,
        current_user.email,
        current_user.name,
        current_user.ward,
        tuple(current_user.offices),
        held,
    )
    tenancy.tenant(db(), current_user.ward)
    return None
