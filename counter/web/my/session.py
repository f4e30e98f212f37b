"""The cookie of a signed-in resident: a token of its own, apart from staff's sessions, that ends after idle time."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass

import flask
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from counter.extensions import db
from counter.services import accounts

IDLE = 30 * 60  # seconds without a request after which a resident signs in again
_AGAIN = 60  # a cookie older than this is written anew
_SALT = "resident"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The resident of this request. ``owner`` owns their drafts; it never leaves the server."""

    account_id: str
    owner: str


def current() -> SignedIn | None:
    """Who is signed in; None for a visitor, after signing out, and after idle time. Looked up once a request."""
    if "resident" not in flask.g:
        flask.g.resident = _look_up()
    found: SignedIn | None = flask.g.resident
    return found


def seems_signed_in() -> bool:
    """What the header of any page may go by, without a query: a cookie of ours that did not sleep too long."""
    return not flask.g.get("resident_gone") and _token() is not None


def begin(response: Response, token: str) -> Response:
    """Give a fresh token to the browser; whatever it held before is worth nothing."""
    _write(response, token)
    flask.g.resident_written = True
    flask.g.pop("resident", None)
    flask.g.pop("resident_gone", None)
    return response


def former() -> str | None:
    """The account that this browser was signed in to last, even if it slept."""
    stamped = _stamped()
    return accounts.former(db(), stamped[0]) if stamped else None


def forget(response: Response) -> Response:
    """End the sign-in of this browser: for signing out, and for the next person at a shared machine."""
    if flask.request.cookies.get(_name()):
        if stamped := _stamped():
            accounts.sign_out(db(), stamped[0])
        response.delete_cookie(_name(), secure=_https(), httponly=True, samesite="Lax", path="/")
    flask.g.resident = None
    flask.g.resident_written = flask.g.resident_gone = True
    return response


def keep_awake(response: Response) -> Response:
    """Every request moves the idle time on; registered for the whole app."""
    stamped = _stamped()
    if flask.g.get("resident") is not None and stamped and not flask.g.get("resident_written"):
        token, at = stamped
        if time.time() - at > _AGAIN:
            _write(response, token)
    return response


def _look_up() -> SignedIn | None:
    token = _token()
    account_id = accounts.signed_in(db(), token, dt.datetime.now(dt.UTC)) if token else None
    return SignedIn(account_id, accounts.owner_of(db(), account_id)) if account_id else None


def _token() -> str | None:
    """The token in the cookie, unless it slept too long."""
    stamped = _stamped()
    return stamped[0] if stamped and time.time() - stamped[1] < IDLE else None


def _stamped() -> tuple[str, float] | None:
    """(token, when the cookie was written) as we signed it."""
    try:
        token, at = _signer().loads(flask.request.cookies.get(_name(), "")[:400])
    except (BadSignature, TypeError, ValueError):
        return None
    return (token, float(at)) if isinstance(token, str) and isinstance(at, (int, float)) else None


def _write(response: Response, token: str) -> None:
    value = _signer().dumps([token, int(time.time())])
    assert isinstance(value, str)
    response.set_cookie(_name(), value, secure=_https(), httponly=True, samesite="Lax", path="/")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(flask.current_app.secret_key or b"", salt=_SALT)


def _https() -> bool:
    return bool(flask.current_app.config.get("HTTPS"))


def _name() -> str:
    return "__Host-resident" if _https() else "resident"
