"""From the procedures that were chosen to a draft, and changing that choice later."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db, limiter
from counter.services import changed_definitions, drafts, guide, newborn
from counter.services.journey import ROSTER, asks_about_people, urgent_first
from counter.web.access import draft_owner, public
from counter.web.apply import blueprint, owner
from counter.web.apply.opened import Opened, open_draft
from counter.web.assisted import leaving
from counter.web.assisted.serving import SESSION
from counter.web.my import reuse, session
from forms.life_events import LIFE_EVENTS, said
from forms.model import Procedure
from forms.procedures import CATALOGUE
from forms.wards import WARDS


@blueprint.post("/")
@limiter.limit("3000 per hour")
@public
def begin() -> Response:
    """A new draft; without a procedure, back to where one is chosen."""
    codes = chosen()
    if not codes or locales.switching():
        return flask.redirect(_back_to_choice())
    token = owner.token_or_new()
    event = flask.request.form.get("event", "")
    if found := _already(token, event, codes):
        return flask.make_response(flask.render_template("apply/already.html", found=found, said=_said()))
    known = event if event in LIFE_EVENTS else ""
    draft = drafts.begin(
        db(), token, codes, event=known, suggested=_suggested(event, codes),
        answers=with_self(codes, said(known) if known else {}),
    )  # fmt: skip
    reuse.begun(draft.id)
    response = flask.redirect(flask.url_for("apply.tasks", draft_id=draft.id), 303)
    return owner.give(response, token)


@blueprint.get("/<draft_id>/procedures")
@draft_owner
def choice(draft_id: str) -> str | Response:
    opened = open_draft(draft_id)
    if opened.draft.bundle_id:
        return flask.redirect(flask.url_for("apply.receipt", draft_id=draft_id))
    return flask.render_template("apply/choice.html", opened=opened, catalogue=_together(opened.draft.procedures))


@blueprint.post("/<draft_id>/procedures")
@draft_owner
def choose(draft_id: str) -> str | Response:
    opened = open_draft(draft_id)
    if opened.draft.bundle_id:
        return flask.redirect(flask.url_for("apply.receipt", draft_id=draft_id))
    codes = chosen()
    if codes:
        take_up(opened, codes)
    if not codes or locales.switching():
        return flask.redirect(flask.url_for("apply.choice", draft_id=draft_id, none=None if codes else 1))
    return flask.redirect(flask.url_for("apply.tasks", draft_id=draft_id))


@blueprint.post("/<draft_id>/discard")
@draft_owner
def discard(draft_id: str) -> Response:
    """Erase the draft; one that was submitted only leaves this browser."""
    open_draft(draft_id)
    drafts.discard(db(), draft_id, owner.token())
    return flask.redirect(flask.url_for("front.index", gone=1))


@blueprint.post("/leave")
@public
def leave() -> Response:
    """For a machine that others use too: this browser forgets whose drafts these were."""
    if SESSION in flask.session:
        return leaving.next_person()
    flask.session.clear()
    return session.forget(owner.forget(flask.redirect(flask.url_for("front.index", left=1), 303)))


def _already(token: str, event: str, codes: tuple[str, ...]) -> list[Opened]:
    """Drafts of the same case that this browser holds: to go on with, instead of a second one."""
    if flask.request.form.get("anew"):
        return []
    same = (
        draft
        for draft in drafts.mine(db(), token)
        if not draft.bundle_id and ((event and draft.event == event) or set(draft.procedures) == set(codes))
    )
    return [Opened(draft) for draft in same]


def _said() -> list[tuple[str, str]]:
    """What was chosen, to be sent again by whoever wants a new draft all the same."""
    return [(name, value) for name, value in flask.request.form.items(multi=True) if name != "csrf_token"]


def take_up(opened: Opened, codes: tuple[str, ...]) -> None:
    """From now on the draft is about these procedures."""
    opened.draft.procedures = codes
    changed_definitions.note(db(), opened.draft.digests, codes)
    with_self(codes, opened.draft.answers)
    guide.tell(opened.draft.event, opened.draft.answers)
    reuse.procedures_changed(opened)
    opened.save()


def chosen() -> tuple[str, ...]:
    picked = [CATALOGUE[code] for code in dict.fromkeys(flask.request.form.getlist("procedure")) if code in CATALOGUE]
    return tuple(one.code for one in urgent_first(picked) if one.door == "application")


def with_self(codes: tuple[str, ...], answers: drafts.Document) -> drafts.Document:
    """Whoever begins is the first of the people; a child whose birth began it is the second."""
    if asks_about_people([CATALOGUE[code] for code in codes]) and not answers.get(ROSTER):
        drafts.new_person(answers, ROSTER)
        newborn.bring(answers)
    return answers


def _together(chosen: tuple[str, ...]) -> list[Procedure]:
    """What may be filed beside what was chosen: whatever makes applications, business apart from home."""
    business = {code for code, one in CATALOGUE.items() if any(t.event == "business" for t in one.triggers)}
    kin = business if set(chosen) & business else set(CATALOGUE) - business
    return [one for one in urgent_first(CATALOGUE.values()) if one.code in kin and one.door == "application"]


def _suggested(event: str, codes: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """The wards of the guide or the catalogue, to stand in the addresses before anything was typed there."""
    to = (CATALOGUE[code].to for code in codes)
    given = {field.key: flask.request.form.get("ward", "") for field in to if field.kind.code == "address"}
    places = LIFE_EVENTS[event].places if event in LIFE_EVENTS else ()
    given |= {place.key: flask.request.form.get(place.name, "") for place in places}
    return {key: {"city": WARDS[code].city} for key, code in given.items() if code in WARDS}


def _back_to_choice() -> str:
    event = flask.request.form.get("event", "")
    if event not in LIFE_EVENTS:
        return flask.url_for("front.procedures")
    places = {place.name: flask.request.form.get(place.name, "") for place in LIFE_EVENTS[event].places}
    return flask.url_for("front.guide", event=event, **places, none=None if locales.switching() else 1)
