"""The way into the guide: what happened, its first question, and a draft once that is answered."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db, limiter
from counter.services import drafts, guide
from counter.web.access import public
from counter.web.apply import owner
from counter.web.apply.begin import chosen
from counter.web.apply.guide import begun, judged, list_page, question_page
from counter.web.front import blueprint
from forms.life_events import LIFE_EVENTS, LifeEvent
from forms.web import PageForm, page_form

PAGES_OF_THEIR_OWN = {"business": "suppliers.start"}


@blueprint.get("/start/<event>", endpoint="guide")
@public
def show(event: str) -> str | Response:
    """The first question; what follows at once where nothing has to be asked. Nothing is kept yet."""
    found = LIFE_EVENTS.get(event) or flask.abort(404)
    if event in PAGES_OF_THEIR_OWN:
        return flask.redirect(flask.url_for(PAGES_OF_THEIR_OWN[event]))
    return _page(found)


@blueprint.post("/start/<event>", endpoint="begin_guide")
@limiter.limit("3000 per hour")
@public
def begin(event: str) -> str | Response:
    """The first answer begins a draft, which keeps it sealed; an event without questions begins with its choice."""
    found = LIFE_EVENTS.get(event) or flask.abort(404)
    if event in PAGES_OF_THEIR_OWN:
        return flask.redirect(flask.url_for(PAGES_OF_THEIR_OWN[event]))
    start = guide.beginning(found)
    steps = guide.steps(found, start)
    if not len(steps):
        codes = chosen()
        return begun(found, start, codes) if codes and not locales.switching() else _page(found)
    form = _form(found, flask.request.form)
    if locales.switching() or not judged(found, steps.all[0], form):
        return question_page(found, start, steps.all[0], form)
    for path, value in form.values.items():
        drafts.put(start, path, value)
    return begun(found, start)


def _page(event: LifeEvent) -> str:
    start = guide.beginning(event)
    steps = guide.steps(event, start)
    mine = [one for one in drafts.mine(db(), owner.token()) if one.event == event.key and not one.bundle_id]
    if not len(steps):
        return list_page(event, start, flask.url_for("front.begin_guide", event=event.key), mine=mine)
    return question_page(event, start, steps.all[0], _form(event), mine=mine)


def _form(event: LifeEvent, formdata: object = None) -> PageForm:
    """The first step's form; a link on another site may name the wards."""
    questions = guide.steps(event, guide.beginning(event)).all[0].questions
    linked = {guide.place_question(place).path: flask.request.args.get(place.name) for place in event.places}
    values = {path: code for path, code in linked.items() if code}
    return page_form(questions, translate=locales.markup)(formdata, values=values)
