"""What the frame of every staff page shows: the ward and the offices, who is signed in, the tasks they have."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import flask
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from counter.extensions import db
from counter.locales import DEFAULT, JST
from counter.queries import organisation
from counter.web import access
from forms.wards import WARDS


@dataclass(frozen=True, slots=True)
class Face:
    """The signed-in person as the header names them."""

    name: str
    ward: str
    ward_name: str
    accent: str
    office_names: tuple[str, ...]
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Task:
    label: str
    url: str
    here: bool
    count: int = 0


_TASKS = (  # roles of which one is enough, label, first page, endpoints that belong to it
    ("clerk", "案件", "office.queue", "office."),
    ("clerk", "来庁予約", "visits.today", "visits.today"),
    ("desk", "書かない窓口", "assisted.home", "assisted."),
    ("desk", "取込", "desk.home", "desk."),
    ("desk", "確認", "review.waiting", "review."),
    ("desk", "用紙", "sheets.choose", "sheets."),
    ("desk admin", "区の様式", "own_forms.home", "own_forms."),
    ("desk admin", "読み取りの正確さ", "accuracy.show", "accuracy."),
    ("desk admin", "訂正記憶", "memory.show", "memory."),
    ("admin", "手続", "settings.procedures", "settings."),
    ("admin", "所管課", "offices.show", "offices."),
    ("admin", "来庁の受付時間", "visits.settings", "visits.s"),
    ("admin", "2人での確認", "passing.rules", "passing.r"),
    ("admin", "職員", "admin.people", "admin."),
)


def dress(blueprint: flask.Blueprint) -> None:
    """Give a blueprint of staff its frame; what staff see is Japanese, whatever their browser asks for."""
    blueprint.context_processor(frame)
    blueprint.before_request(_in_japanese)


def _in_japanese() -> None:
    flask.g.language = DEFAULT


def frame() -> dict[str, Any]:
    """A context processor for the blueprints of staff."""
    member: access.Member | None = flask.g.get("member")
    if member is None:
        return {"me": None, "tasks": (), "csrf_field": csrf_field}
    ward = WARDS[member.ward]
    names = organisation.office_names(db(), member.ward)
    offices = tuple(names.get(code, code) for code in member.offices)
    face = Face(member.name, member.ward, ward.name, ward.accent, offices, member.roles)
    endpoint = flask.request.endpoint or ""
    tasks = tuple(
        Task(label, flask.url_for(first), endpoint.startswith(own))
        for roles, label, first, own in _TASKS
        if member.roles & set(roles.split())
    )
    return {"me": face, "tasks": tasks, "csrf_field": csrf_field}


def csrf_field() -> Markup:
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def jst(moment: dt.datetime) -> str:
    """11月21日 14:05, with the year where it is another one."""
    here = moment.astimezone(JST)
    year = "" if here.year == dt.datetime.now(JST).year else f"{here.year}年"
    return f"{year}{here.month}月{here.day}日 {here:%H:%M}"


def clock(moment: dt.datetime) -> str:
    """14:05, in Japan."""
    return f"{moment.astimezone(JST):%H:%M}"
