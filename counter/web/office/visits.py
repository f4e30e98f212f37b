"""来庁予約 for staff: who comes today and presses 来庁, and, for the ward's administrator, when the counters take visitors."""

from __future__ import annotations

import datetime as dt
import re

import flask
from werkzeug.exceptions import NotFound

from counter import ids
from counter.extensions import db
from counter.locales import JST
from counter.models.application import Status
from counter.queries import office, organisation
from counter.queries import visits as diary
from counter.queries.visits import AHEAD, Hours
from counter.services import cases, visits
from counter.services.status import Conflict
from counter.web import access
from counter.web.account.frame import dress
from counter.web.office import words
from forms.deadlines import is_closed
from forms.procedures import CATALOGUE

blueprint = flask.Blueprint("visits", __name__, url_prefix="/office/visits")
dress(blueprint)

MOST = 50  # visitors a slot: more is a slip of the finger
_TIME = re.compile(r"([01]\d|2[0-3]):(00|30)")


@blueprint.get("")
@access.staff("clerk")
def today() -> str:
    """The visits of a day at one's own offices. Nobody is named: whoever opens a case is written down."""
    me = access.me()
    now = dt.datetime.now(JST).date()
    day = _day(flask.request.args.get("day", "")) or now
    return flask.render_template(
        "office/visits.html",
        day=day,
        today=now,
        before=_open_day(day, -1),
        after=_open_day(day, 1),
        expected=diary.expected(db(), me.ward, me.offices, day),
        names=organisation.office_names(db(), me.ward),
        weekday="月火水木金土日"[day.weekday()],
        words=words,
    )


@blueprint.post("/<application_id>/arrived")
@access.staff("clerk")
def arrived(application_id: str) -> flask.typing.ResponseReturnValue:
    """Somebody is at the counter: everything of theirs that waits for a visit to one's offices arrives now."""
    me, now = access.me(), dt.datetime.now(dt.UTC)
    first = office.application(db(), me.ward, application_id, me.offices)
    if first is None:
        raise NotFound
    awaited = [application_id] if first.row.status == Status.AWAITING_VISIT else []
    awaited += [
        each.id for each in first.siblings if each.office in me.offices and each.status == Status.AWAITING_VISIT
    ]
    done = 0
    for each in awaited:
        view = office.application(db(), me.ward, each, me.offices)
        assert view is not None
        try:
            cases.set_status(db(), view, actor=me.actor, to=Status.IN_REVIEW, note="", now=now, seen=view.last_event)
            done += 1
        except (cases.Refused, Conflict):
            continue
    flask.flash(f"来庁を確認しました（{done}件）。" if done else "もう確認してあります。")
    day = diary.booked(db(), me.ward, ids.normalise(first.row.number) or "")
    return flask.redirect(flask.url_for("visits.today", day=day.day.isoformat() if day else None), 303)


@blueprint.get("/settings")
@access.staff("admin")
def settings() -> str:
    return _settings()


@blueprint.post("/settings")
@access.staff("admin")
def save_hours() -> flask.typing.ResponseReturnValue:
    """Opening hours and places of one office."""
    me, form = access.me(), flask.request.form
    code, opens, closes, places = (form.get(name, "").strip() for name in ("office", "opens", "closes", "capacity"))
    if code not in organisation.office_names(db(), me.ward):
        raise NotFound
    problem = _problem(opens, closes, places)
    if problem:
        return _settings(code, problem, {"opens": opens, "closes": closes, "capacity": places}), 422
    visits.set_hours(db(), me.ward, code, Hours(opens, closes, int(places)), actor=me.actor)
    flask.flash("受付時間を変えました。これまでの予約はそのままです。")
    return flask.redirect(flask.url_for("visits.settings"), 303)


@blueprint.post("/settings/closed")
@access.staff("admin")
def save_closed() -> flask.typing.ResponseReturnValue:
    """A day without visitors, or with them again."""
    me, form = access.me(), flask.request.form
    code, day, now = form.get("office", ""), _day(form.get("day", "")), dt.datetime.now(JST).date()
    if code not in organisation.office_names(db(), me.ward):
        raise NotFound
    if day is None or not now <= day <= now + dt.timedelta(days=366):
        return _settings(code, "休む日は、今日から1年以内の日付を選んでください。", field="day"), 422
    closed = form.get("closed") == "yes"
    visits.set_closed(db(), me.ward, code, day, closed=closed, actor=me.actor)
    kept = diary.booked_on(db(), me.ward, code, [day]).get(day, 0)
    flask.flash(
        f"{day.month}月{day.day}日を{'休みにしました' if closed else '受付日に戻しました'}。"
        + (f"この日の予約が{kept}件あります。電話などで変更をお願いしてください。" if closed and kept else "")
    )
    return flask.redirect(flask.url_for("visits.settings"), 303)


def _settings(wrong: str = "", problem: str = "", typed: dict[str, str] | None = None, field: str = "hours") -> str:
    me, now = access.me(), dt.datetime.now(JST).date()
    names = organisation.office_names(db(), me.ward)
    offered = {procedure.office for procedure in CATALOGUE.values() if procedure.visit} & set(names)
    counters = sorted(offered | set(diary.counters(db(), me.ward)))
    return flask.render_template(
        "office/visit_settings.html",
        counters=[(code, names.get(code, code), diary.hours(db(), me.ward, code, now)) for code in counters],
        wrong=wrong,
        problem=problem,
        field=field,
        typed=typed,
        ahead=AHEAD,
        most=MOST,
    )


def _problem(opens: str, closes: str, places: str) -> str:
    if not _TIME.fullmatch(opens) or not _TIME.fullmatch(closes):
        return "時刻は 08:30 のように、00分か30分で入力してください。"
    if opens >= closes:
        return "終わりの時刻は、始まりより後にしてください。"
    if not (places.isascii() and places.isdecimal() and int(places[:9]) <= MOST):
        return f"枠の人数は、0から{MOST}までの数字で入力してください。"
    return ""


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2999 else None


def _open_day(day: dt.date, step: int) -> dt.date:
    """The next day before or after on which counters are open."""
    day += dt.timedelta(days=step)
    while is_closed(day):
        day += dt.timedelta(days=step)
    return day
