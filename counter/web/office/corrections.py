"""補正依頼 at the office: fields of the record are marked, with a reason each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import flask
from werkzeug.datastructures import MultiDict

from counter.extensions import db
from counter.locales import JST
from counter.queries.correspondence import Mark
from counter.queries.office import View
from counter.services import audit, corrections, mending
from counter.services.status import Conflict, Refused
from counter.web import access
from counter.web.office.answers import text_of
from counter.web.office.views import CHANGED, blueprint, opened, present, seen
from forms.gather import record_value
from forms.web import presentable

USUAL_TERM = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Markable:
    """One field of the record with its box; ``number`` names its inputs, so that no path stands in an id."""

    number: int
    path: str
    heading: str
    label: str
    text: str
    marked: bool
    reason: str


@blueprint.get("/<application_id>/correction")
@access.looks
@access.staff("clerk")
def ask_correction(application_id: str) -> flask.typing.ResponseReturnValue:
    view = opened(application_id)
    audit.record(db(), view.row.ward, access.me().actor, "application.look", view.row.id)
    return _page(view, MultiDict({"due": (dt.datetime.now(JST).date() + USUAL_TERM).isoformat()}))


@blueprint.post("/<application_id>/correction")
@access.staff("clerk")
def send_correction(application_id: str) -> flask.typing.ResponseReturnValue:
    view, form = opened(application_id), flask.request.form
    chosen = [Mark(each.path, each.reason) for each in _markable(view, form) if each.marked]
    try:
        corrections.ask(
            db(), view, actor=access.me().actor, marks=chosen, message=presentable(form.get("message", "")),
            due_on=_day(form.get("due", "")), now=dt.datetime.now(dt.UTC), seen=seen(),
        )  # fmt: skip
    except Refused as refused:
        return _page(view, form, str(refused)), 422
    except Conflict:
        db().rollback()
        return _page(opened(application_id), form, CHANGED), 409
    flask.flash("補正を依頼しました。申請者の画面に出ます。")
    return flask.redirect(flask.url_for("office.case", application_id=application_id))


def _markable(view: View, form: Mapping[str, str]) -> list[Markable]:
    if view.record is None:
        return []
    found = []
    for number, item in enumerate(mending.shown_items(view.definition, view.record)):
        value = record_value(view.record, item.path)
        row = str(item.row) if item.row else ""
        found.append(
            Markable(
                number, item.path, f"{item.about}{row}" or item.question.field.section.title, item.question.field.label,
                text_of(item.question.field.kind, value) if value is not None else "",
                form.get(f"mark-{number}") == item.path, presentable(form.get(f"reason-{number}", "")),
            )
        )  # fmt: skip
    return found


def _page(view: View, form: Mapping[str, str], problem: str = "") -> str:
    groups: dict[str, list[Markable]] = {}
    for each in _markable(view, form):
        groups.setdefault(each.heading, []).append(each)
    return present(
        "office/correction.html", view, problem=problem, groups=groups, message=presentable(form.get("message", "")),
        due_text=form.get("due", ""), possible=view.row.status in corrections.FROM, longest=corrections.LONGEST_REASON,
    )  # fmt: skip


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return dt.date.min
