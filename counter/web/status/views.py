"""申請状況: what number and second secret show to a resident."""

from __future__ import annotations

import datetime as dt

import flask
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db, keep_changes
from counter.services import guessing, status
from counter.web.access import public, receipt_holder
from counter.web.status import actions, beside, blueprint, grant, words
from counter.web.wards import ward_name
from forms.messages import N_
from forms.web import presentable

DONE = {
    "corrected": N_("補正の答えを受け付けました。担当の課にもう一度届けます。"),
    "sent": N_("メッセージを送りました。"),
    "withdrawn": N_("申請を取り下げました。担当の課にお知らせします。"),
    "booked": N_("来庁を予約しました。"),
    "cancelled": N_("来庁の予約を取り消しました。"),
    "document": N_("書類を受け付けました。担当の課に届きます。"),
}


@blueprint.get("/")
@public
def look_up() -> str:
    return _form(number=presentable(flask.request.args.get("number", "")[:40]), late="late" in flask.request.args)


@blueprint.post("/")
@public
def find() -> str | Response | tuple[str, int]:
    number, secret = (presentable(flask.request.form.get(name, "")[:100]) for name in ("number", "secret"))
    if locales.switching():
        return _form(number=number, secret=secret)
    keep_changes()
    try:
        found = status.by_number(db(), number, secret, get_remote_address())
    except guessing.TooManyGuesses as guesses:
        return _form(number=number, wait=-(-guesses.retry_after // 60)), 429
    if found is None:
        return _form(number=number, secret=secret, failed=True)
    grant.give(found.bundle_id)
    return flask.redirect(flask.url_for("status.show", number=found.number), 303)


@blueprint.get("/<number>")
@receipt_holder
def show(number: str) -> str:
    found, now = grant.opened_bundle(number), dt.datetime.now(dt.UTC)
    return flask.render_template(
        "status/show.html", found=found, ward_name=ward_name, words=words, now=now, **beside.beside(found, now),
        done=DONE.get(flask.request.args.get("done", "")), actions=actions.of,
    )  # fmt: skip


@blueprint.post("/<number>/close")
@receipt_holder
def close(number: str) -> Response:
    grant.close(number)
    return flask.redirect(flask.url_for("front.index"))


def _form(number: str, secret: str = "", failed: bool = False, wait: int = 0, late: bool = False) -> str:
    return flask.render_template(
        "status/look_up.html", number=number, secret=secret, failed=failed, wait=wait, late=late, open_form=True
    )
