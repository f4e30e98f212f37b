"""The pages where a resident answers: task list, people, questions."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from counter import locales
from counter.services import drafts
from counter.services.journey import ROSTER, Page, was_shown
from counter.web.access import draft_owner
from counter.web.apply import blueprint
from counter.web.apply.opened import Opened, open_draft
from forms.web import PageForm

DO = "_do"


@blueprint.get("/<draft_id>/")
@draft_owner
def tasks(draft_id: str) -> str | Response:
    opened = open_draft(draft_id)
    if opened.draft.bundle_id:
        return flask.redirect(flask.url_for("apply.receipt", draft_id=draft_id))
    return flask.render_template("apply/tasks.html", opened=opened, journey=opened.journey)


@blueprint.get("/<draft_id>/people")
@draft_owner
def people(draft_id: str) -> str | Response:
    opened = open_draft(draft_id)
    form = opened.roster_form()
    if "fix" in flask.request.args:
        form.validate()
    return _roster(opened, form)


@blueprint.post("/<draft_id>/people")
@draft_owner
def send_people(draft_id: str) -> str | Response:
    opened = open_draft(draft_id)
    if opened.draft.bundle_id:
        return flask.redirect(flask.url_for("apply.receipt", draft_id=draft_id))
    form = opened.roster_form(flask.request.form)
    action, _, person = flask.request.form.get(DO, "").partition(":")
    if action in ("add", "remove", "later") or locales.switching():
        opened.put(form, unfinished=True)
        return _change_roster(opened, action, person)
    good = form.validate()
    opened.put(form)
    _first_is_yourself(opened)
    opened.save()
    return _onward(opened, ROSTER) if good else _roster(opened, form)


@blueprint.get("/<draft_id>/q/<key>")
@draft_owner
def page(draft_id: str, key: str) -> str | Response:
    opened = open_draft(draft_id)
    here = opened.journey.page(key)
    if here is None or opened.draft.bundle_id or key == ROSTER:
        return _elsewhere(opened, key)
    form = opened.form(here.questions)
    if "fix" in flask.request.args:
        form.validate()
        _refuse(form, here)
    return _question_page(opened, here, form)


@blueprint.post("/<draft_id>/q/<key>")
@draft_owner
def send_page(draft_id: str, key: str) -> str | Response:
    opened = open_draft(draft_id)
    here = opened.journey.page(key)
    if here is None or opened.draft.bundle_id or key == ROSTER:
        return _elsewhere(opened, key)
    form = opened.form(here.questions, flask.request.form)
    action = flask.request.form.get(DO, "")
    if locales.switching() or action in ("later", "roster"):
        opened.put(form, unfinished=True)
        opened.save()
        return _stay(opened, key) if locales.switching() else _leave(opened, action)
    form.validate()
    opened.put(form)
    opened.save()
    return _judge(opened, here, form)


def _judge(opened: Opened, here: Page, form: PageForm) -> str | Response:
    """On to the next page, or back to this one: with errors, or with questions that these answers opened."""
    now = opened.journey.page(here.key)
    asked = {question.path for question in here.questions}
    if now is not None:
        _refuse(form, now)
    if form.summary:
        return _question_page(opened, here, form)
    if now is not None and any(question.path not in asked for question in now.questions) and now.state != "done":
        return flask.redirect(_address(opened, here.key, more=1) + "#more")
    return _onward(opened, here.key)


def _refuse(form: PageForm, page: Page) -> None:
    """Put onto the form what only the whole document can tell."""
    for problem in page.problems:
        if problem.path in form and problem.code in ("must", "not-ours", "invalid") and not form[problem.path].errors:
            form[problem.path].refuse(problem.message)


def _question_page(opened: Opened, here: Page, form: PageForm) -> str:
    return flask.render_template(
        "apply/page.html", opened=opened, page=here, form=form, journey=opened.journey, open_form=True,
        failed=bool(form.summary), more=_first_new(opened, here), back=_to_check(),
        action=_address(opened, here.key),
    )  # fmt: skip


def _first_new(opened: Opened, here: Page) -> str:
    """Where the questions begin that the last answers opened; empty unless the page is shown for them."""
    paths = [question.path for question in here.questions] if "more" in flask.request.args else []
    draft = opened.draft
    return next((path for path in paths if not was_shown(draft.answers, path) and path not in draft.kept), "")


def _roster(opened: Opened, form: PageForm) -> str | Response:
    if opened.draft.bundle_id:
        return flask.redirect(flask.url_for("apply.receipt", draft_id=opened.draft.id))
    problems = [problem for problem in opened.journey.problems if problem.path == ROSTER]
    for field in list(form)[1:]:
        field.help = []  # said once, at the first name
    return flask.render_template(
        "apply/people.html", opened=opened, form=form, open_form=True, failed=bool(form.summary), problems=problems,
        journey=opened.journey, full=len(opened.people) >= drafts.MOST_PEOPLE, back=_to_check(),
        action=_address(opened, ROSTER),
    )  # fmt: skip


def _change_roster(opened: Opened, action: str, person: str) -> Response:
    if action == "add":
        drafts.new_person(opened.draft.answers)
    elif action == "remove" and person in {found["id"] for found in opened.people[1:]}:
        drafts.remove_person(opened.draft, person)
    opened.changed()
    _first_is_yourself(opened)
    opened.save()
    if action == "later":
        return _leave(opened, action)
    mark = f"people-{opened.people[-1]['id']}-name-family" if action == "add" else ""
    return flask.redirect(_address(opened, ROSTER) + (f"#{mark}" if mark else ""))


def _first_is_yourself(opened: Opened) -> None:
    """Whoever writes is the applicant, until they say otherwise."""
    applicant = "who.applicant"
    asked = any(question.path == applicant for page in opened.journey.pages for question in page.questions)
    if asked and opened.people and not opened.draft.answers.get("who", {}).get("applicant"):
        drafts.put(opened.draft.answers, applicant, opened.people[0]["id"])


def _onward(opened: Opened, key: str) -> Response:
    journey = opened.journey
    following = journey.after(key)
    if following is None or (_to_check() and journey.complete):
        return flask.redirect(flask.url_for("apply.check", draft_id=opened.draft.id))
    return flask.redirect(_address(opened, following.key))


def _elsewhere(opened: Opened, key: str) -> Response:
    """A page that is not on the path: the list of tasks says what is."""
    if key == ROSTER and not opened.draft.bundle_id:
        return flask.redirect(_address(opened, ROSTER))
    return flask.redirect(flask.url_for("apply.tasks", draft_id=opened.draft.id))


def _leave(opened: Opened, action: str) -> Response:
    if action == "roster":
        return flask.redirect(_address(opened, ROSTER))
    return flask.redirect(flask.url_for("apply.tasks", draft_id=opened.draft.id, saved=1))


def _stay(opened: Opened, key: str) -> Response:
    return flask.redirect(_address(opened, key))


def _address(opened: Opened, key: str, **more: int) -> str:
    extra = {"back": "check"} if _to_check() else {}
    if key == ROSTER:
        return flask.url_for("apply.people", draft_id=opened.draft.id, **extra, **more)
    return flask.url_for("apply.page", draft_id=opened.draft.id, key=key, **extra, **more)


def _to_check() -> bool:
    """Whether the resident came from 変更 on the check page, and goes back there."""
    return flask.request.args.get("back") == "check"
