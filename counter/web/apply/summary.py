"""A draft's answers as the check page and the copy show them: grouped by page, with who receives what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import flask

from counter.extensions import db
from counter.locales import markup
from counter.services import routing
from counter.services.journey import ROSTER, roster_questions
from counter.web.apply import carried
from counter.web.apply.opened import Opened
from counter.web.wards import ward_name
from forms.bundle import Bundle, Incomplete
from forms.characters import Change, to_tell
from forms.messages import N_
from forms.model import Procedure, Question
from forms.path import look_up
from forms.procedures import CATALOGUE
from forms.routing import NotOurs

FROM_START = N_("最初に選んだ区から")
CHOOSES_ONLY = N_("手続を選ぶためだけに使います")


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    value: str
    change: str
    source: str = ""
    to: tuple[int, ...] = ()  # the numbers of the destinations that receive it


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
    receives: tuple[tuple[str, tuple[str, ...]], ...]  # whom or what it is about, and the questions that leave
    number: int
    paths: frozenset[str]
    changes: tuple[Change, ...] = ()  # how its system writes what it cannot hold


def groups(opened: Opened, to: Sequence[Destination] = ()) -> list[Group]:
    """Every answer on the path, page by page; with ``to``, also where each one goes."""
    found = []
    for page in opened.journey.pages:
        if page.key == ROSTER:
            address = flask.url_for("apply.people", draft_id=opened.draft.id, back="check")
            questions: Sequence[Question] = roster_questions(opened.procedures, opened.draft.answers)
        else:
            address = flask.url_for("apply.page", draft_id=opened.draft.id, key=page.key, back="check")
            questions = page.questions
        rows = tuple(_row(opened, question, address, to) for question in questions)
        found.append(Group(opened.title_of(page), rows, address))
    return found


def destinations(opened: Opened) -> list[Destination]:
    """Which offices will receive what; empty while the answers do not say."""
    try:
        bundle = Bundle(opened.procedures, opened.overlays)
        filed = bundle.applications(opened.document)
        told = [(bundle.definition(one.procedure, one.ward), one.ward, one.answers) for one in filed]
        decisions = routing.decide(db(), told)
        return [
            Destination(
                CATALOGUE[one.procedure],
                ward_name(one.ward),
                decision.office_name,
                _receives(opened, set(one.origins.values())),
                number,
                frozenset(one.origins.values()),
                to_tell(decision.characters, one.answers),
            )
            for number, (one, decision) in enumerate(zip(filed, decisions, strict=True), start=1)
        ]
    except (Incomplete, NotOurs):
        return []


def _row(opened: Opened, question: Question, address: str, to: Sequence[Destination]) -> Row:
    part = {"name": "-family", "date": "-year", "address": "-postcode", "account": "-bank", "kana": "-family"}
    mark = question.path.replace(".", "-") + part.get(question.field.kind.code, "")
    label = markup(question.field.label)
    if question.path.startswith(f"{ROSTER}.") and not question.by:
        place = [person["id"] for person in opened.people].index(question.path.split(".")[1])
        label = markup(N_("%(number)s人目の方")) % {"number": place + 1} if place else markup(N_("あなた"))
    goes = tuple(each.number for each in to if question.path in each.paths)
    return Row(label, opened.shown(question), f"{address}#{mark}", _source(opened, question), goes)


def _receives(opened: Opened, origins: set[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The answers that leave for an office, by page, in words."""
    found = []
    for page in opened.journey.pages:
        names = roster_questions(opened.procedures, opened.draft.answers) if page.person else ()
        asked = (*(name for name in names if f".{page.person}." in name.path), *page.questions)
        labels = tuple(markup(question.field.label) for question in asked if question.path in origins)
        if labels:
            found.append((opened.title_of(page), labels))
    return tuple(found)


def _source(opened: Opened, question: Question) -> str:
    if (said := carried.words(opened.draft.sources.get(question.path))) is not None:
        return said
    if question.choosing:
        return markup(CHOOSES_ONLY)
    suggested = opened.draft.suggested.get(question.path)
    value = look_up(opened.draft.answers, question.path)
    if suggested and isinstance(value, dict) and value.get("city") == suggested.get("city"):
        return markup(FROM_START)
    return ""
