"""A draft in other hands: taken home by a code, gone on with on another device, held by a counter, on a shared machine."""

from __future__ import annotations

import datetime as dt

import flask
import segno
from flask_limiter.util import get_remote_address
from markupsafe import Markup
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db, keep_changes, limiter
from counter.locales import translate
from counter.services import assisted, changed_definitions, guessing, take_away
from counter.web.access import draft_owner, public
from counter.web.apply import blueprint, owner
from counter.web.apply.opened import open_draft, whose
from counter.web.assisted import serving
from forms.messages import N_
from forms.web import presentable


@blueprint.get("/<draft_id>/take-away")
@draft_owner
def take_away_page(draft_id: str) -> str | Response:
    opened = open_draft(draft_id)
    if opened.draft.bundle_id:
        return flask.redirect(flask.url_for("apply.receipt", draft_id=draft_id))
    return flask.render_template(
        "apply/take_away.html", opened=opened, code="", days=take_away.KEEP.days, uses=take_away.USES
    )


@blueprint.post("/<draft_id>/take-away")
@limiter.limit("30 per hour", key_func=whose)
@draft_owner
def make_take_away(draft_id: str) -> str | Response:
    """A new code. It is on this one page and nowhere else; loading the page again makes another."""
    opened = open_draft(draft_id)
    if opened.draft.bundle_id or locales.switching():
        return flask.redirect(flask.url_for("apply.take_away_page", draft_id=draft_id))
    code, ends = take_away.make(db(), opened.draft, _now())
    return flask.render_template(
        "apply/take_away.html", opened=opened, code=code, ends=ends, days=take_away.KEEP.days, uses=take_away.USES,
        address=flask.url_for("apply.resume", _external=True), picture=_picture(code),
    )  # fmt: skip


@blueprint.post("/<draft_id>/take-away/revoke")
@draft_owner
def revoke_take_away(draft_id: str) -> Response:
    take_away.revoke(db(), open_draft(draft_id).draft)
    return flask.redirect(flask.url_for("apply.take_away_page", draft_id=draft_id, revoked=1))


@blueprint.get("/resume")
@public
def resume() -> str:
    return _ask_code()


@blueprint.post("/resume")
@limiter.limit("60 per minute")
@public
def go_on() -> str | Response | tuple[str, int]:
    """The code of a draft that was begun elsewhere: from here on this browser may open it too."""
    code = presentable(flask.request.form.get("code", "")[:200])
    if locales.switching():
        return _ask_code(code)
    keep_changes()
    token = owner.token_or_new()
    try:
        found = take_away.use(db(), code, token, get_remote_address(), _now())
    except guessing.TooManyGuesses as guesses:
        return _ask_code(wait=-(-guesses.retry_after // 60)), 429
    if found is None:
        return _ask_code(code, failed=True), 422
    response = flask.redirect(flask.url_for("apply.tasks", draft_id=found, resumed=1), 303)
    if flask.request.form.get("shared"):
        flask.g.shared_machine = True
        return owner.share(owner.give(response, token), True)
    return owner.give(response, token)


@blueprint.post("/<draft_id>/share")
@draft_owner
def share(draft_id: str) -> Response:
    """Whether others use this machine too."""
    open_draft(draft_id)
    yes = bool(flask.request.form.get("shared"))
    return owner.share(flask.redirect(flask.url_for("apply.tasks", draft_id=draft_id)), yes)


@blueprint.get("/away")
@public
def away() -> Response:
    """Where a shared machine goes when its minutes are over: an empty screen that says what to do."""
    response = flask.make_response(flask.render_template("apply/away.html", minutes=owner.SHARED_MINUTES))
    return owner.forget(response) if owner.shared() else response


@blueprint.post("/<draft_id>/take-back")
@draft_owner
def take_back(draft_id: str) -> Response:
    """Not at the counter any more: the clerk's session with this draft ends, and this browser goes on."""
    opened = open_draft(draft_id)
    if serving.current() is None:
        assisted.take_back(db(), opened.draft, _now())
    return flask.redirect(flask.url_for("apply.tasks", draft_id=draft_id))


@blueprint.post("/<draft_id>/changes")
@draft_owner
def note_changes(draft_id: str) -> Response:
    """The resident has read what is asked differently; what is offered no more leaves the list."""
    opened = open_draft(draft_id)
    opened.draft.procedures = tuple(procedure.code for procedure in opened.procedures)
    opened.draft.digests = {}
    changed_definitions.note(db(), opened.draft.digests, opened.draft.procedures)
    opened.save()
    return flask.redirect(flask.url_for("apply.tasks", draft_id=draft_id))


def _ask_code(code: str = "", *, failed: bool = False, wait: int = 0) -> str:
    return flask.render_template("apply/resume.html", code=code, failed=failed, wait=wait, open_form=True)


def _picture(code: str) -> Markup:
    """The code stands behind the fragment, which browsers send to nobody: no log on the way ever holds it."""
    made = segno.make(flask.url_for("apply.resume", _external=True) + "#" + code, micro=False, error="m")
    title = translate(N_("続きを書くためのQRコード"))
    return Markup(made.svg_inline(scale=4, border=2, svgclass="sc-qr", title=title))  # noqa: S704 - segno escapes


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
