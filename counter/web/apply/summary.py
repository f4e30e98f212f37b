"""A draft's answers as the check page and the copy show them: grouped by page, with who receives what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import flask

from counter.locales import markup
from counter.services.journey import ROSTER, roster_questions
from counter.web.apply.opened import Opened
from counter.web.wards import ward_name
from forms.bundle import Bundle, Incomplete
from forms.messages import N_
from forms.model import Procedure, Question
from forms.path import look_up
from forms.procedures import CATALOGUE
from forms.routing import NotOurs, route

FROM_START = N_("最初に選んだ区から")
CHOOSES_ONLY = N_("手続を選ぶためだけに使います")


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    value: str
    change: str
    used_by: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    rows: tuple[Row, ...]
    change: str


@dataclass(frozen=True, slots=True)
class Destination:
    """One application to be: a procedure, the office that will receive it, and whether a visit follows."""

    procedure: Procedure
    ward: str
    office: str


def groups(opened: Opened) -> list[Group]:
    """Every answer on the path, page by page."""
    found = []
    for page in opened.journey.pages:
        if page.key == ROSTER:
            address = flask.url_for("apply.people", draft_id=opened.draft.id, back="check")
            questions: Sequence[Question] = roster_questions(opened.procedures, opened.draft.answers)
        else:
            address = flask.url_for("apply.page", draft_id=opened.draft.id, key=page.key, back="check")
            questions = page.questions
        rows = tuple(_row(opened, question, address) for question in questions)
        found.append(Group(opened.title_of(page), rows, address))
    return found


def destinations(opened: Opened) -> list[Destination]:
    """Which offices will receive what; empty while the answers do not say."""
    try:
        filed = Bundle(opened.procedures).applications(opened.draft.answers)
        return [
            Destination(CATALOGUE[one.procedure], ward_name(one.ward), route(CATALOGUE[one.procedure], one.ward).office_name)
            for one in filed
        ]  # fmt: skip
    except (Incomplete, NotOurs):
        return []


def _row(opened: Opened, question: Question, address: str) -> Row:
    part = {"name": "-family", "date": "-year", "address": "-postcode", "account": "-bank", "kana": "-family"}
    mark = question.path.replace(".", "-") + part.get(question.field.kind.code, "")
    used = tuple(markup(CATALOGUE[code].title) for code in question.by if code in CATALOGUE)
    return Row(markup(question.field.label), opened.shown(question), f"{address}#{mark}", used, _source(opened, question))


def _source(opened: Opened, question: Question) -> str:
    if question.choosing:
        return markup(CHOOSES_ONLY)
    suggested = opened.draft.suggested.get(question.path)
    value = look_up(opened.draft.answers, question.path)
    if suggested and isinstance(value, dict) and value.get("city") == suggested.get("city"):
        return markup(FROM_START)
    return ""
