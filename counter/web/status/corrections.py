"""補正: the resident answers the marked fields in place; the rest of the application stands beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flask
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db
from counter.locales import JST, markup
from counter.models.application import Status
from counter.models.correspondence import CorrectionState
from counter.models.event import Kind
from counter.services import corrections as service
from counter.services import mending
from counter.services.corrections import Opened
from counter.services.mending import Mended
from counter.vault import Shredded
from counter.web.access import receipt_holder
from counter.web.status import blueprint
from counter.web.status.opened import Case, opened_case
from counter.web.status.recorded import Group, groups, heading
from counter.web.status.words import status_words
from forms.gather import record_value
from forms.messages import N_, Message
from forms.model import Question
from forms.web import Context, PageForm, page_form, shown

SHOWN = "_shown"
DOCUMENT = N_("書類")
SEND_FIRST = N_("先に、書類を送ってください。")
UNCHANGED = Message(N_("答えが変わっていません。直すところがないときは、メッセージで担当の課にお知らせください。"))


@dataclass(frozen=True, slots=True)
class Field:
    """One open question: its input, what the office says about it, and what stands there now."""

    input: Any
    about: str
    reason: str
    now: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A marked field that this page cannot ask: a document, which is sent on a page of its own, before the answer."""

    label: str
    reason: str


@blueprint.get("/<number>/<int:line>/correction")
@receipt_holder
def correction(number: str, line: int) -> str | Response:
    case = opened_case(number, line)
    found = _opened(case)
    if found is None:
        return flask.redirect(case.home)
    if found.request.state != CorrectionState.OPEN:
        return _too_late(case, found, [])
    return _page(case, found, _form(found, _marked(found)))


@blueprint.post("/<number>/<int:line>/correction")
@receipt_holder
def send_correction(number: str, line: int) -> str | Response | tuple[str, int]:
    """Once. Whatever came meanwhile (an answer, a withdrawal, a decision), what was typed is shown again, not lost."""
    case = opened_case(number, line)
    found = _opened(case)
    if found is None:
        return flask.redirect(case.home)
    form = _form(found, _questions_sent(found), flask.request.form)
    if locales.switching():
        return _page(case, found, form)
    if found.request.id != flask.request.form.get("request", ""):
        return _too_late(case, found, _typed(found, form)), 409
    if found.request.state == CorrectionState.OPEN:
        form.validate()
        mended = _judge(case, found, form)
        if form.summary or _waits_for_document(case, found):
            return _page(case, found, form, checked=True), 422
        if mended.opened:
            questions = (*_questions_sent(found), *mended.opened)
            return _page(case, found, _form(found, questions, flask.request.form), mended.opened[0].path)
    try:
        service.answer(db(), case.ward, case.id, found.request.id, form.values, dt.datetime.now(dt.UTC))
    except (service.NotOpen, service.NotMended):
        db().rollback()
        case = opened_case(number, line)
        return _too_late(case, _opened(case) or found, _typed(found, form)), 409
    return case.back("corrected")


def _opened(case: Case) -> Opened | None:
    """The latest request; None where there is nothing to answer any more."""
    try:
        return service.opened(db(), case.ward, case.id)
    except Shredded:
        return None


def _marked(found: Opened) -> tuple[Question, ...]:
    return mending.open_questions(found.definition, found.content, found.request.paths)


def _questions_sent(found: Opened) -> tuple[Question, ...]:
    """The marked questions, and those that an earlier press brought onto the page."""
    marked = _marked(found)
    sent = set(flask.request.form.getlist(SHOWN)) - {question.path for question in marked}
    if not sent:
        return marked
    known = mending.every_question(found.definition, found.content.record)
    return (*marked, *(question for path, question in known.items() if path in sent))


def _form(found: Opened, questions: Sequence[Question], formdata: Any = None) -> PageForm:
    values = {question.path: record_value(found.content.record, question.path) for question in questions}
    return page_form(questions, translate=markup)(formdata, values=values)


def _judge(case: Case, found: Opened, form: PageForm) -> Mended:
    """Put onto the form what only the whole record can tell."""
    mended = mending.mend(found.definition, found.content, form.values, case.ward)
    for path, message in mended.problems.items():
        field = next((field for field in form if path == field.name), None) or next(iter(form), None)
        if field is not None and not field.errors:
            field.refuse(message)
    before = found.content.record
    unchanged = bool(form.values) and not _elsewhere(found)
    if (
        unchanged
        and not form.summary
        and all(record_value(before, path) == value for path, value in form.values.items())
    ):
        next(iter(form)).refuse(UNCHANGED)
    return mended


def _waits_for_document(case: Case, found: Opened) -> bool:
    """Whether a document is asked for that has not come since."""
    came = [step.at for step in case.office.steps if step.kind == Kind.DOCUMENT_ADDED]
    return bool(_elsewhere(found)) and not any(at >= found.request.asked_at for at in came)


def _page(case: Case, found: Opened, form: PageForm, more: str = "", checked: bool = False) -> str:
    today = dt.datetime.now(JST).date()
    waits = _waits_for_document(case, found)
    summary = [*form.summary, *([("document", markup(DOCUMENT), markup(SEND_FIRST))] if waits and checked else [])]
    fields = [_field(found, each) for each in form]
    return flask.render_template(
        "status/correction.html", case=case, request_=found.request, form=form, fields=fields, shown=SHOWN, more=more,
        elsewhere=_elsewhere(found), late=today > found.request.due_on, failed=bool(summary), summary=summary, waits=waits, open_form=True,
        rest=_rest(found, form), action=case.url("status.send_correction"),
    )  # fmt: skip


def _field(found: Opened, one: Any) -> Field:
    question: Question = one.question
    value = record_value(found.content.record, question.path)
    kind = question.field.kind
    now = shown(kind, value, Context(markup)) if value is not None and kind.valid(value) else ""
    return Field(one, heading(found.definition, question.path), found.request.reason_of(question.path), now)


def _elsewhere(found: Opened) -> list[Elsewhere]:
    return [
        Elsewhere(markup(item.question.field.label), found.request.reason_of(item.path))
        for item in mending.items(found.definition, found.content.record)
        if item.path in found.request.paths and item.question.field.kind.code in mending.NOT_HERE
    ]


def _rest(found: Opened, form: PageForm) -> list[Group]:
    """The other answers of this application, to read beside the questions."""
    asked = {place for field in form for place in mending.same_fact(found.content, field.name)}
    return groups(found.definition, found.content, leave_out=asked)


def _typed(found: Opened, form: PageForm) -> list[tuple[str, str]]:
    """What this browser was about to send, in words."""
    return [(field.words, field.shown or str(field.raw)) for field in form if not field.blank()]


def _too_late(case: Case, found: Opened, written: list[tuple[str, str]]) -> str:
    """How it stands now, and beside it what was typed and not taken."""
    return flask.render_template(
        "status/too_late.html", case=case, status_words=status_words, written=written,
        already=case.office.standing.status == Status.WITHDRAWN, answering=True, answered=found.request.answered_at, open_form=False,
    )  # fmt: skip
