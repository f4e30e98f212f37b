"""The pages where a resident answers: task list, people, questions."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from counter import locales
from counter.services import drafts
from counter.services.journey import ROSTER, Page, was_shown
from counter.web.access import draft_owner
from counter.web.apply import blueprint, enclosures, tabs
from counter.web.apply.opened import Opened, open_draft
from counter.web.apply.saving import conflict, sent_last
from counter.web.bodies import takes_files
from forms.common import by_agent
from forms.web import PageForm

DO = "_do"


@blueprint.get("/<draft_id>/")
@draft_owner
def tasks(draft_id: str) -> str | Response:
    opened = open_draft(draft_id)
    if opened.draft.bundle_id:
        return flask.redirect(flask.url_for("apply.receipt", draft_id=draft_id))
    if opened.draft.event and not opened.draft.procedures:
        return flask.redirect(flask.url_for("apply.guide_list", draft_id=draft_id))
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
    if action in ("add", "remove", "later", "stay") or locales.switching():
        if conflicts := opened.put(form, unfinished=True):
            return conflict(opened, form, conflicts)
        return _change_roster(opened, action, person)
    good = form.validate()
    if conflicts := opened.put(form):
        return conflict(opened, form, conflicts)
    sent_last(opened)
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
@takes_files
@draft_owner
def send_page(draft_id: str, key: str) -> str | Response:
    came = enclosures.read(draft_id)
    opened = open_draft(draft_id)
    here = opened.journey.page(key)
    if here is None or opened.draft.bundle_id or key == ROSTER:
        return _elsewhere(opened, key)
    refused = enclosures.put(opened, here, came)
    form = opened.form(here.questions, flask.request.form)
    action = flask.request.form.get(DO, "")
    if locales.switching() or action in ("later", "roster", "stay"):
        if conflicts := opened.put(form, unfinished=True):
            return conflict(opened, form, conflicts)
        sent_last(opened)
        opened.save()
        return _stay(opened, key) if locales.switching() or action == "stay" else _leave(opened, action)
    if refused or action.partition(":")[0] in enclosures.ACTIONS:
        return _with_files(opened, here, form, action, refused)
    form.validate()
    if conflicts := opened.put(form):
        return conflict(opened, form, conflicts)
    sent_last(opened)
    opened.save()
    return _judge(opened, here, form)


def _with_files(
    opened: Opened, here: Page, form: PageForm, action: str, refused: tuple[str, str] | None
) -> str | Response:
    """Files were sent or taken away: back to their question, with everything else on the page kept."""
    if conflicts := opened.put(form, unfinished=True):
        return conflict(opened, form, conflicts)
    path = enclosures.act(opened, here, action)
    sent_last(opened)
    opened.save()
    at, code = refused or (path, "")
    more = {"at": at, "file": code} if code else {}
    return flask.redirect(_address(opened, here.key, **more) + enclosures.mark(at))


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
    enclosures.dress(opened, form)
    return flask.render_template(
        "apply/page.html", opened=opened, page=here, form=form, journey=opened.journey, open_form=True,
        failed=bool(form.summary), more=_first_new(opened, here), back=_to_check(),
        action=_address(opened, here.key), guard=tabs.hidden(opened.seen(here.questions)), key=here.key,
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
        action=_address(opened, ROSTER), guard=tabs.hidden(opened.seen(opened.roster)), key=ROSTER,
    )  # fmt: skip


def _change_roster(opened: Opened, action: str, person: str) -> Response:
    if action == "add":
        drafts.new_person(opened.draft.answers, listed=person != "apart")
    elif action == "remove" and person in {found["id"] for found in opened.people[1:]}:
        drafts.remove_person(opened.draft, person)
    opened.changed()
    sent_last(opened)
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
    nobody = not opened.draft.answers.get("who", {}).get("applicant")
    if asked and opened.people and nobody and not by_agent(opened.draft.answers):
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
    moved = 1 if flask.request.method == "POST" and not opened.draft.bundle_id else None
    return flask.redirect(flask.url_for("apply.tasks", draft_id=opened.draft.id, moved=moved))


def _leave(opened: Opened, action: str) -> Response:
    if action == "roster":
        return flask.redirect(_address(opened, ROSTER))
    return flask.redirect(flask.url_for("apply.tasks", draft_id=opened.draft.id, saved=1))


def _stay(opened: Opened, key: str) -> Response:
    return flask.redirect(_address(opened, key))


def _address(opened: Opened, key: str, **more: int | str) -> str:
    extra = {"back": "check"} if _to_check() else {}
    if key == ROSTER:
        return flask.url_for("apply.people", draft_id=opened.draft.id, **extra, **more)
    return flask.url_for("apply.page", draft_id=opened.draft.id, key=key, **extra, **more)


def _to_check() -> bool:
    """Whether the resident came from 変更 on the check page, and goes back there."""
    return flask.request.args.get("back") == "check"
