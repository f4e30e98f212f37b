"""The second screen: what the clerk fills in, as the person before them reads it. It looks at one session and changes nothing."""

from __future__ import annotations

import datetime as dt

import flask
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db, keep_changes, limiter
from counter.services import assisted, guessing
from counter.web.access import public
from counter.web.apply.opened import Opened
from counter.web.apply.summary import destinations, groups
from forms.web import presentable

blueprint = flask.Blueprint("second", __name__, url_prefix="/second")

SESSION = "second"
SECONDS = 5


@blueprint.get("/")
@public
def ask() -> str:
    return _ask()


@blueprint.post("/")
@limiter.limit("60 per minute")
@public
def open_() -> str | Response | tuple[str, int]:
    code = presentable(flask.request.form.get("code", "")[:200])
    if locales.switching():
        return _ask(code)
    keep_changes()
    try:
        found = assisted.open_screen(db(), code, get_remote_address(), dt.datetime.now(dt.UTC))
    except guessing.TooManyGuesses as guesses:
        return _ask(wait=-(-guesses.retry_after // 60)), 429
    if found is None:
        return _ask(code, failed=True), 422
    flask.session[SESSION] = found
    return flask.redirect(flask.url_for("second.show"), 303)


@blueprint.get("/show")
@public
def show() -> str | Response:
    """Read only. Once the session is over nothing is left to be seen, also not by Back."""
    if SESSION not in flask.session:
        return flask.redirect(flask.url_for("second.ask"))
    seen = assisted.on_screen(db(), flask.session[SESSION])
    if seen is None:
        return _over()
    opened = Opened(seen[1]) if seen[1] else None
    return flask.render_template(
        "second/show.html", opened=opened, seconds=SECONDS, mark=_mark(seen),
        groups=groups(opened) if opened else (), destinations=destinations(opened) if opened else (),
    )  # fmt: skip


@blueprint.get("/state")
@public
def state() -> Response:
    """Whether there is something new to show; no more than that."""
    seen = assisted.on_screen(db(), flask.session[SESSION]) if SESSION in flask.session else None
    return flask.jsonify(mark=_mark(seen) if seen else "over")


@blueprint.post("/close")
@public
def close() -> Response:
    flask.session.pop(SESSION, None)
    return flask.redirect(flask.url_for("second.ask"), 303)


def _over() -> Response:
    flask.session.pop(SESSION, None)
    response = flask.make_response(flask.render_template("second/waiting.html"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _mark(seen: tuple[assisted.CounterSession, assisted.Draft | None]) -> str:
    counter, draft = seen
    return f"{draft.id}.{draft.version}" if draft else counter.id


def _ask(code: str = "", *, failed: bool = False, wait: int = 0) -> str:
    return flask.render_template("second/ask.html", code=code, failed=failed, wait=wait, open_form=True)
