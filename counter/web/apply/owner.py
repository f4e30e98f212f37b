"""The cookie that says whose drafts these are: a random token that outlives the browser, or 30 minutes where others sit down next."""

from __future__ import annotations

import datetime as dt

import flask
from werkzeug.wrappers import Response

from counter.locales import JST
from counter.services import assisted, drafts
from counter.web.assisted import serving

DAYS = 90
SHARED_MINUTES = 30
_SHARED = "shared"


def token() -> str:
    """The token of whoever asks; empty for a newcomer. A clerk who serves somebody asks as their counter session."""
    if serving.left_over():
        return ""
    if counter := serving.current():
        return assisted.owner_of(counter)
    said = flask.request.cookies.get(_name(), "")[:100]
    return "" if ":" in said else said  # what stands before a colon is given by us alone


def give(response: Response, owner: str) -> Response:
    """Keep the token with the browser, from now for as long as a draft is kept."""
    if ":" in owner:
        return response  # a counter session is no browser's
    age = SHARED_MINUTES * 60 if shared() else DAYS * 86400
    response.set_cookie(_name(), owner, max_age=age, secure=_https(), httponly=True, samesite="Lax", path="/")
    return response


def token_or_new() -> str:
    return token() or drafts.new_token()


def shared() -> bool:
    """Whether the resident said that others use this machine too."""
    found: bool = flask.g.get("shared_machine", flask.request.cookies.get(_SHARED) == "1")
    return found


def share(response: Response, yes: bool) -> Response:
    """From now on this browser forgets after minutes without a page, or again after months."""
    flask.g.shared_machine = yes
    if yes:
        response.set_cookie(_SHARED, "1", secure=_https(), httponly=True, samesite="Lax", path="/")
    else:
        response.delete_cookie(_SHARED, secure=_https(), httponly=True, samesite="Lax", path="/")
    return give(response, token()) if token() else response


def keep_awake(response: Response) -> Response:
    """On a shared machine every page of a draft begins the minutes anew."""
    if shared() and token() and response.status_code < 400 and not flask.g.get("forgotten"):
        return give(response, token())
    return response


def of_machine() -> dict[str, object]:
    """For templates: whether a clerk serves somebody here, and how long this browser holds a draft."""
    return {
        "assisted_now": serving.current, "shared_machine": shared, "shared_minutes": SHARED_MINUTES,
        "assisted_words": assisted,
        "ends_at": lambda: f"{dt.datetime.now(JST) + dt.timedelta(minutes=SHARED_MINUTES):%H:%M}",
    }  # fmt: skip


def forget(response: Response) -> Response:
    """For a shared machine: the next person does not find these drafts."""
    flask.g.forgotten = True
    for name in (_name(), _SHARED):
        response.delete_cookie(name, secure=_https(), httponly=True, samesite="Lax", path="/")
    return response


def _https() -> bool:
    return bool(flask.current_app.config.get("HTTPS"))


def _name() -> str:
    return "__Host-owner" if _https() else "owner"
