"""Signing in with the provider, and out again. Whoever does not sign in can do everything but find things again."""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import astuple

import flask
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from counter.extensions import db, limiter
from counter.services import accounts, drafts
from counter.web import access
from counter.web.apply import owner
from counter.web.my import blueprint, session
from counter.web.my.provider import Refused, Unreachable, Way, configured, provider

PATIENCE = 15 * 60  # seconds an attempt to sign in may take
LONGEST_ADDRESS = 300


def admit() -> Response | None:
    """Before a view for signed-in residents runs: go on, or sign in first and come back."""
    if not configured():
        raise NotFound
    if session.current() is not None:
        return None
    here = flask.request.full_path.rstrip("?") if flask.request.method == "GET" else ""
    return flask.redirect(flask.url_for("my.sign_in", next=here or None))


@blueprint.get("/sign-in")
@access.public
def sign_in() -> str | Response:
    """What signing in is for, before anybody leaves for the provider."""
    if not configured():
        raise NotFound
    after = ours(flask.request.args.get("next", ""))
    if session.current() is not None:
        return flask.redirect(after or flask.url_for("my.home"))
    return flask.render_template("my/sign_in.html", after=after)


@blueprint.get("/go")
@limiter.limit("600 per hour")
@access.public
def go() -> Response | tuple[str, int]:
    """Off to the provider. What must come back stands in a signed cookie of this browser alone."""
    if not configured():
        raise NotFound
    after = ours(flask.request.args.get("next", ""))
    try:
        address, way = provider().begin(_back())
    except (Unreachable, Refused) as failure:
        return _failed("down", after, failure)
    response = flask.redirect(address)
    value = _signer().dumps([*astuple(way), after])
    response.set_cookie(_name(), str(value), max_age=PATIENCE, secure=_https(), httponly=True, samesite="Lax", path="/")
    return response


@blueprint.get("/callback")
@limiter.limit("600 per hour")
@access.looks
@access.public
def callback() -> Response | tuple[str, int]:
    """Back from the provider: only with the state this browser left with, and only once."""
    if not configured():
        raise NotFound
    return _forget_way(flask.make_response(_come_back()))


@blueprint.post("/sign-out")
@access.public
def sign_out() -> Response:
    """This browser is signed out, and opens what the account holds no more; the next page offers to leave the provider."""
    resident = session.current()
    if resident is not None:
        _leave_drafts(resident.account_id)
    return session.forget(flask.redirect(flask.url_for("my.signed_out"), 303))


@blueprint.get("/signed-out")
@access.public
def signed_out() -> str | Response:
    if not configured():
        raise NotFound
    done = flask.request.args.get("state") == "done"
    leave = None if done else provider().goodbye(flask.url_for("my.signed_out", _external=True))
    return flask.render_template("my/signed_out.html", leave=leave, done=done)


def ours(address: str) -> str:
    """A path of this site to go on to; "" for anything else."""
    own = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if own and address.isprintable() and len(address) <= LONGEST_ADDRESS else ""


def _come_back() -> Response | tuple[str, int]:
    asked = flask.request.args
    left = _left()
    if left is None or not hmac.compare_digest(left[0].state.encode(), asked.get("state", "").encode()):
        return _failed("again", left[1] if left else "")
    way, after = left
    if asked.get("iss", provider().issuer).rstrip("/") != provider().issuer:
        return _failed("again", after)
    if "error" in asked or not asked.get("code"):
        return _failed("stopped" if asked.get("error") == "access_denied" else "again", after)
    try:
        sub = provider().finish(_back(), way, asked["code"])
    except Unreachable as failure:
        return _failed("down", after, failure)
    except Refused as failure:
        return _failed("again", after, failure)
    now, before = dt.datetime.now(dt.UTC), session.former()
    token = accounts.sign_in(db(), provider().issuer, sub, now)
    account_id = accounts.signed_in(db(), token, now)
    assert account_id is not None
    if before is not None and before != account_id:
        _leave_drafts(before)
    there = _take_along(after, account_id)
    return session.begin(session.forget(flask.redirect(there or flask.url_for("my.home"))), token)


def _take_along(after: str, account_id: str) -> str:
    """The draft that somebody was writing when they signed in becomes their account's; one of somebody else does not."""
    parts = after.split("/")
    if len(parts) < 3 or parts[1] != "apply":
        return after
    if not owner.token() or drafts.load(db(), parts[2], owner.token()) is None:
        return ""
    drafts.adopt(db(), parts[2], accounts.owner_of(db(), account_id))
    return after


def _leave_drafts(account_id: str) -> None:
    """This browser opens what an account holds no more; whoever signs in to it again does."""
    browser = owner.token()
    for draft in drafts.mine(db(), accounts.owner_of(db(), account_id)) if browser else ():
        drafts.release(db(), draft.id, browser)


def _left() -> tuple[Way, str] | None:
    """What this browser left with, and where it wanted to go."""
    try:
        state, nonce, verifier, after = _signer().loads(flask.request.cookies.get(_name(), "")[:1500], max_age=PATIENCE)
    except (BadSignature, TypeError, ValueError):
        return None
    return Way(str(state), str(nonce), str(verifier)), ours(str(after))


def _failed(why: str, after: str, failure: Exception | None = None) -> tuple[str, int]:
    """A page that says what to do, and always the way on without signing in."""
    if failure is not None:
        flask.current_app.logger.warning("sign-in: %s: %s", type(failure).__name__, failure)
    page = flask.render_template("my/failed.html", why=why, after=after)
    return page, 503 if why == "down" else 400


def _forget_way(response: Response) -> Response:
    response.delete_cookie(_name(), secure=_https(), httponly=True, samesite="Lax", path="/")
    return response


def _back() -> str:
    return flask.url_for("my.callback", _external=True)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(flask.current_app.secret_key or b"", salt="resident-way")


def _https() -> bool:
    return bool(flask.current_app.config.get("HTTPS"))


def _name() -> str:
    return "__Host-resident-way" if _https() else "resident-way"
