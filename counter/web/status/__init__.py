"""申請状況: what number and second secret show to a resident."""

from __future__ import annotations

import time

import flask
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db, keep_changes
from counter.services import status
from counter.web.access import public
from counter.web.status import words
from counter.web.wards import ward_name
from forms.web import presentable

blueprint = flask.Blueprint("status", __name__, url_prefix="/status")

MINUTES = 30
_SEEN = "status"


@blueprint.get("/")
@public
def look_up() -> str:
    return _form(number=presentable(flask.request.args.get("number", "")[:40]))


@blueprint.post("/")
@public
def find() -> str | Response | tuple[str, int]:
    number, secret = (presentable(flask.request.form.get(name, "")[:100]) for name in ("number", "secret"))
    if locales.switching():
        return _form(number=number, secret=secret)
    keep_changes()
    try:
        found = status.by_number(db(), number, secret, get_remote_address())
    except status.TooManyGuesses as guesses:
        return _form(number=number, wait=-(-guesses.retry_after // 60)), 429
    if found is None:
        return _form(number=number, secret=secret, failed=True)
    flask.session[_SEEN] = {"bundle": found.bundle_id, "until": time.time() + MINUTES * 60}
    return flask.redirect(flask.url_for("status.show", number=found.number), 303)


@blueprint.get("/<number>")
@public
def show(number: str) -> str | Response:
    seen = flask.session.get(_SEEN) or {}
    found = status.of_bundle(db(), seen["bundle"]) if seen.get("until", 0) > time.time() else None
    if found is None or found.number != number:
        return flask.redirect(flask.url_for("status.look_up", number=number[:40]))
    return flask.render_template("status/show.html", found=found, ward_name=ward_name, **vars_of_words())


@blueprint.post("/close")
@public
def close() -> Response:
    flask.session.pop(_SEEN, None)
    return flask.redirect(flask.url_for("front.index"))


def vars_of_words() -> dict[str, object]:
    return {name: getattr(words, name) for name in ("status_words", "status_help", "tone", "step_words")}


def _form(number: str, secret: str = "", failed: bool = False, wait: int = 0) -> str:
    return flask.render_template(
        "status/look_up.html", number=number, secret=secret, failed=failed, wait=wait, open_form=True
    )
