"""案件: the queue of one's own offices in one's own ward, and one application with its answers, history and actions."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

import flask
from werkzeug.exceptions import NotFound

from counter.extensions import db
from counter.locales import JST
from counter.models.application import Application, Status
from counter.models.correspondence import Side
from counter.queries import characters, correspondence, office, organisation
from counter.queries.office import View
from counter.services import attachments, audit, cases, corrections, delivery
from counter.services.status import Conflict
from counter.web import access
from counter.web.account.frame import dress
from counter.web.office import words
from counter.web.office.answers import groups
from counter.web.office.beside import beside
from counter.web.office.changes import answered
from counter.web.office.filters import UNREAD, Chosen
from forms.web import presentable

blueprint = flask.Blueprint("office", __name__, url_prefix="/office/cases")
dress(blueprint)


@blueprint.get("")
@access.staff("clerk")
def queue() -> flask.typing.ResponseReturnValue:
    me, chosen = access.me(), Chosen.of(flask.request.args, access.me())
    try:
        page = office.queue(db(), me.ward, chosen.offices, chosen.filters(), chosen.after)
    except office.BadCursor:
        return flask.redirect(flask.url_for("office.queue", **chosen.without("after")))
    today = dt.datetime.now(JST).date()
    return flask.render_template(
        "office/queue.html",
        page=page,
        chosen=chosen,
        counts=office.counts(db(), me.ward, chosen.offices),
        unread=correspondence.unread(db(), me.ward, chosen.offices),
        unread_words=UNREAD,
        words=words,
        people=_people(),
        offices=organisation.office_names(db(), me.ward),
        exports={row.procedure: row.title for row in page.rows},
        dues={row.id: words.due(row, today) for row in page.rows},
    )


@blueprint.get("/<application_id>")
@access.looks
@access.staff("clerk")
def case(application_id: str) -> flask.typing.ResponseReturnValue:
    """Who looks is written down before the page is sent."""
    view = opened(application_id)
    audit.record(db(), view.row.ward, access.me().actor, "application.look", view.row.id)
    return case_page(view)


@blueprint.post("/<application_id>/take")
@access.staff("clerk")
def take(application_id: str) -> flask.typing.ResponseReturnValue:
    view = opened(application_id)
    try:
        cases.take(db(), view, actor=access.me().actor, now=_now(), seen=seen())
    except cases.Refused as refused:
        return case_page(view, str(refused)), 422
    except Conflict:
        return case_page(_again(application_id), CHANGED), 409
    flask.flash("担当になりました。")
    return flask.redirect(flask.url_for("office.case", application_id=application_id))


@blueprint.post("/<application_id>/status")
@access.staff("clerk")
def status(application_id: str) -> flask.typing.ResponseReturnValue:
    view, to = opened(application_id), flask.request.form.get("to", "")
    note = flask.request.form.get("note", "")
    try:
        cases.set_status(db(), view, actor=access.me().actor, to=to, note=note, now=_now(), seen=seen())
    except cases.Refused as refused:
        return case_page(view, str(refused), note=note, to=to), 422
    except Conflict:
        return case_page(_again(application_id), CHANGED, note=note, to=to), 409
    flask.flash(f"状況を「{words.STATUSES[to]}」にしました。申請者の画面にも出ます。")
    return flask.redirect(flask.url_for("office.case", application_id=application_id))


@blueprint.post("/<application_id>/deliveries/<delivery_id>")
@access.staff("clerk")
def resend(application_id: str, delivery_id: str) -> flask.typing.ResponseReturnValue:
    """A hand-over that was given up is tried again, from its first attempt."""
    view = opened(application_id)
    if delivery_id not in {each.id for each in view.deliveries}:
        raise NotFound
    again = delivery.resend(db(), view.row.ward, delivery_id, access.me().actor, _now())
    flask.flash("もう一度送ります。" if again else "もう届いています。")
    return flask.redirect(flask.url_for("office.case", application_id=application_id))


CHANGED = "開いている間に、ほかの職員か申請者がこの案件を変更しました。履歴を確かめてから、もう一度操作してください。"


def case_page(view: View, problem: str = "", note: str = "", to: str = "", text: str = "") -> str:
    here = Status(view.row.status)
    return present(
        "office/case.html", view, problem=problem, note=note, to=to, text=presentable(text),
        groups=groups(view, characters.sets(db(), view.row.ward).get(view.row.office)),
        next=cases.following(view.row), open=here in cases.OPEN, corrections=answered(view),
        may_ask=here in corrections.FROM and view.record is not None, nonce=secrets.token_urlsafe(16),
        fresh=[each for each in view.messages if each.side == Side.RESIDENT and each.read_at is None],
        files=_files(view), beside=beside(view),
    )  # fmt: skip


def _files(view: View) -> list[attachments.Sent]:
    """The documents of an opened case; none once it was erased."""
    row = None if view.record is None else db().get(Application, (view.row.ward, view.row.id))
    return [] if row is None else attachments.of_application(db(), row)


def present(template: str, view: View, **more: Any) -> str:
    """A page about one case, with what all of them show."""
    return flask.render_template(
        template, view=view, row=view.row, words=words, people=_people(),
        deadline=words.due(view.row, dt.datetime.now(JST).date()), me_offices=access.me().offices,
        me_actor=access.me().actor, offices=organisation.office_names(db(), view.row.ward), **more,
    )  # fmt: skip


def opened(application_id: str) -> View:
    """An application of one's own offices; anything else is not there."""
    me = access.me()
    view = office.application(db(), me.ward, application_id, me.offices)
    if view is None:
        raise NotFound
    return view


def _again(application_id: str) -> View:
    db().rollback()
    return opened(application_id)


def _people() -> dict[str, str]:
    return {f"staff:{person.id}": person.name for person in organisation.people(db(), access.me().ward)}


def seen() -> int:
    """The last event that the page knew of, which this press came from."""
    return flask.request.form.get("seen", -1, type=int)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
