"""Messages at the office: writing to the applicant, and saying that what came was read."""

from __future__ import annotations

import datetime as dt

import flask

from counter.extensions import db
from counter.models.correspondence import Side
from counter.services import cases, messages
from counter.vault import Shredded
from counter.web import access
from counter.web.office.views import blueprint, case_page, opened
from forms.web import presentable


@blueprint.post("/<application_id>/messages")
@access.staff("clerk")
def send_message(application_id: str) -> flask.typing.ResponseReturnValue:
    """Whoever answers has read what came."""
    view, text = opened(application_id), presentable(flask.request.form.get("text", ""))
    actor, now = access.me().actor, dt.datetime.now(dt.UTC)
    nonce = flask.request.form.get("nonce", "")[:64]
    try:
        if not nonce:
            raise messages.Empty
        messages.send(
            db(), view.row.ward, view.row.id, side=Side.OFFICE, author=actor, text=text, nonce=nonce, now=now
        )  # fmt: skip
    except messages.Empty:
        return case_page(view, "メッセージを書いてください。", text=text), 422
    except messages.TooLong:
        return case_page(view, f"メッセージは{messages.LONGEST}字までです。", text=text), 422
    except Shredded:
        return case_page(view, "内容が消去された申請には、メッセージを送れません。", text=text), 422
    messages.mark_read(db(), view.row.ward, view.row.id, reader=Side.OFFICE, who=actor, now=now)
    flask.flash("メッセージを送りました。")
    return flask.redirect(flask.url_for("office.case", application_id=application_id) + "#messages")


@blueprint.post("/<application_id>/read")
@access.staff("clerk")
def read(application_id: str) -> flask.typing.ResponseReturnValue:
    """Answers and messages of the applicant count as read from here on, for the whole office."""
    view = opened(application_id)
    cases.read(db(), view, actor=access.me().actor, now=dt.datetime.now(dt.UTC))
    flask.flash("確認済みにしました。")
    return flask.redirect(flask.url_for("office.case", application_id=application_id))
