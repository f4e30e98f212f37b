"""The cookie that says whose drafts these are: a random token that outlives the browser."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from counter.services import drafts

DAYS = 90


def token() -> str:
    """The token of whoever asks; empty for a newcomer."""
    return flask.request.cookies.get(_name(), "")[:100]


def give(response: Response, owner: str) -> Response:
    """Keep the token with the browser, from now for as long as a draft is kept."""
    response.set_cookie(_name(), owner, max_age=DAYS * 86400, secure=_https(), httponly=True, samesite="Lax", path="/")
    return response


def token_or_new() -> str:
    return token() or drafts.new_token()


def forget(response: Response) -> Response:
    """For a shared machine: the next person does not find these drafts."""
    response.delete_cookie(_name(), secure=_https(), httponly=True, samesite="Lax", path="/")
    return response


def _https() -> bool:
    return bool(flask.current_app.config.get("HTTPS"))


def _name() -> str:
    return "__Host-owner" if _https() else "owner"
