"""来庁予約: the resident chooses a day, then a time, at the counter of a ward; changes it, or gives it back."""

from __future__ import annotations

import datetime as dt

import flask
from werkzeug.wrappers import Response

from counter import ids, locales
from counter.extensions import db, limiter
from counter.locales import JST
from counter.queries import visits as diary
from counter.queries.visits import Day, Need
from counter.services import visits
from counter.web.access import receipt_holder
from counter.web.status import beside, blueprint, grant
from counter.web.wards import ward_name
from forms.messages import N_
from forms.procedures import CATALOGUE

FULL = N_("その時間は、ほかの方が先に予約しました。別の時間を選んでください。")
NOT_CHOSEN = N_("来庁する時間を選んでください。")
NOT_OFFERED = N_("その時間は予約できません。別の時間を選んでください。")


MOVES = "30 per hour"
"""Every press is an event, and mostly a mail: nobody may fill a stranger's letter box with them."""


def _whose() -> str:
    return f"visit:{grant.holder_of(str((flask.request.view_args or {}).get('number', '')))}"


@blueprint.get("/<number>/visit/<ward>")
@receipt_holder
def visit(number: str, ward: str) -> str | Response:
    bundle_id, need = _opened(number, ward)
    return _page(bundle_id, need, _day(flask.request.args.get("day", ""))) if need else _home(bundle_id)


@blueprint.post("/<number>/visit/<ward>")
@limiter.limit(MOVES, key_func=_whose)
@receipt_holder
def book(number: str, ward: str) -> str | Response | tuple[str, int]:
    """Pressed twice, it is one booking."""
    bundle_id, need = _opened(number, ward)
    if need is None:
        return _home(bundle_id)
    text, _, time = flask.request.form.get("slot", "").partition("T")
    day = _day(text)
    if locales.switching():
        return _page(bundle_id, need, day or _day(flask.request.form.get("day", "")), chosen=time)
    if day is None:
        return _page(bundle_id, need, _day(flask.request.form.get("day", "")), problem=NOT_CHOSEN), 422
    try:
        visits.book(db(), bundle_id, ward, day, time, actor="resident", now=dt.datetime.now(dt.UTC))
    except (visits.Full, visits.NotOffered) as refused:
        db().rollback()
        problem = FULL if isinstance(refused, visits.Full) else NOT_OFFERED
        return _page(bundle_id, need, day, problem=problem), 409
    return _home(bundle_id, "booked")


@blueprint.post("/<number>/visit/<ward>/cancel")
@limiter.limit(MOVES, key_func=_whose)
@receipt_holder
def give_back(number: str, ward: str) -> Response:
    bundle_id, need = _opened(number, ward)
    if need and need.booked:
        visits.cancel(db(), bundle_id, ward, actor="resident", now=dt.datetime.now(dt.UTC))
    return _home(bundle_id, "cancelled")


def _opened(number: str, ward: str) -> tuple[str, Need | None]:
    """The bundle, and what there is to come for in this ward; None once somebody came, or where nobody has to."""
    bundle_id = grant.holder_of(number)
    if bundle_id is None:
        flask.abort(404)
    needs = {need.ward: need for need in diary.needs(db(), bundle_id)}
    return bundle_id, needs.get(ward)


def _page(bundle_id: str, need: Need, day: dt.date | None, problem: str = "", chosen: str = "") -> str:
    number = ids.grouped(bundle_id)
    days = diary.days(db(), need.ward, need.office, dt.datetime.now(dt.UTC))
    due = beside.due(need)
    last = due.day if due else None
    picked = next((each for each in days if each.day == day), None)
    booked = need.booked
    if not chosen and picked and booked and booked.day == picked.day:
        chosen = booked.time
    return flask.render_template(
        "status/visit.html", number=number, need=need, due=due, picked=picked, chosen=chosen, problem=problem,
        weeks=_weeks([each for each in days if last is None or each.day <= last]), late=bool(picked and last and picked.day > last),
        later=_weeks([each for each in days if last is not None and each.day > last]), open_form=picked is not None,
        bring=_bring(need), home=flask.url_for("status.show", number=number), ward_name=ward_name,
        today=dt.datetime.now(JST).date(),
    )  # fmt: skip


def _weeks(days: list[Day]) -> list[list[Day]]:
    """The days by their weeks, Monday first."""
    found: dict[tuple[int, int], list[Day]] = {}
    for each in days:
        found.setdefault(each.day.isocalendar()[:2], []).append(each)
    return list(found.values())


def _bring(need: Need) -> list[str]:
    """What to lay ready, each thing once."""
    known = [CATALOGUE[errand.procedure].at_hand for errand in need.errands if errand.procedure in CATALOGUE]
    return list(dict.fromkeys(thing for things in known for thing in things))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _home(bundle_id: str, done: str = "") -> Response:
    address = flask.url_for("status.show", number=ids.grouped(bundle_id), done=done or None)
    return flask.redirect(address, 303)
