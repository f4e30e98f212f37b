"""手続ナビ: one question a page, what has to be filed growing beside it, and the choice at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flask
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db
from counter.services import drafts, guide, overlays
from counter.services.filled import Filled, filled
from counter.services.guide import PLACES, Step, Steps
from counter.services.journey import urgent_first
from counter.web.access import draft_owner
from counter.web.apply import blueprint, owner
from counter.web.apply.begin import chosen, take_up, with_self
from counter.web.apply.opened import Opened, open_draft
from counter.web.my import reuse
from counter.web.wards import ward_name
from forms.life_events import LIFE_EVENTS, LifeEvent, Suggestion
from forms.messages import N_, Message
from forms.overlays import Overlay
from forms.wards import WARDS
from forms.web import PageForm

BOTH_ELSEWHERE = Message(N_("引っ越す前か、引っ越した先の、どちらかは東京23区を選んでください。"))
ONE_ELSEWHERE = Message(
    N_("東京23区の区を選んでください。ほかの市区町村の手続は、その市区町村の窓口で確かめてください。")
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A procedure that follows. ``taken``: its ward takes it here; ``new``: the last answer brought it."""

    suggestion: Suggestion
    filled: Filled
    overlay: Overlay | None = None
    new: bool = False

    @property
    def taken(self) -> bool:
        return self.overlay is None or self.overlay.offered

    @property
    def choosable(self) -> bool:
        """Whether it may be filed here, together with others."""
        return self.taken and self.suggestion.procedure.door == "application"


@blueprint.get("/<draft_id>/guide")
@draft_owner
def guide_list(draft_id: str) -> str | Response:
    """The first question without an answer, or, when there is none, everything that has to be filed."""
    opened = open_draft(draft_id)
    event = _event(opened)
    if event is None:
        return _elsewhere(opened)
    steps = guide.steps(event, opened.draft.answers)
    if steps.open is not None:
        return flask.redirect(_address(opened, steps.open))
    return list_page(event, opened.draft.answers, flask.url_for("apply.guide_choose", draft_id=draft_id), opened)


@blueprint.post("/<draft_id>/guide")
@draft_owner
def guide_choose(draft_id: str) -> Response:
    opened = open_draft(draft_id)
    if _event(opened) is None:
        return _elsewhere(opened)
    codes = chosen()
    if not codes or locales.switching():
        none = None if codes or locales.switching() else 1
        return flask.redirect(flask.url_for("apply.guide_list", draft_id=draft_id, none=none))
    take_up(opened, codes)
    return flask.redirect(flask.url_for("apply.tasks", draft_id=draft_id))


@blueprint.get("/<draft_id>/guide/<key>")
@draft_owner
def guide_step(draft_id: str, key: str) -> str | Response:
    opened = open_draft(draft_id)
    event = _event(opened)
    if event is None:
        return _elsewhere(opened)
    step = guide.steps(event, opened.draft.answers).find(key)
    if step is None:
        return flask.redirect(flask.url_for("apply.guide_list", draft_id=draft_id))
    return question_page(event, opened.draft.answers, step, opened.form(step.questions), opened)


@blueprint.post("/<draft_id>/guide/<key>")
@draft_owner
def send_guide_step(draft_id: str, key: str) -> str | Response:
    opened = open_draft(draft_id)
    event = _event(opened)
    if event is None:
        return _elsewhere(opened)
    step = guide.steps(event, opened.draft.answers).find(key)
    if step is None:
        return flask.redirect(flask.url_for("apply.guide_list", draft_id=draft_id))
    form = opened.form(step.questions, flask.request.form)
    if locales.switching():
        return question_page(event, opened.draft.answers, step, form, opened)
    if not judged(event, step, form):
        return question_page(event, opened.draft.answers, step, form, opened)
    opened.put(form)
    _suggest(opened, event)
    opened.save()
    return flask.redirect(_onward(opened, guide.steps(event, opened.draft.answers), key))


def judged(event: LifeEvent, step: Step, form: PageForm) -> bool:
    """Whether the step may be left; puts onto the form that no place is ours."""
    good = bool(form.validate())
    if good and step.key == PLACES and not any(value in WARDS for value in form.values.values()):
        for field in form:
            field.refuse(BOTH_ELSEWHERE if len(event.places) > 1 else ONE_ELSEWHERE)
        return False
    return good


def begun(event: LifeEvent, answers: drafts.Document, codes: tuple[str, ...] = ()) -> Response:
    """A draft that knows the first answers; without procedures it is still in the guide."""
    token = owner.token_or_new()
    draft = drafts.begin(
        db(), token, codes, event=event.key, suggested=guide.suggested(event, answers),
        answers=with_self(codes, answers) if codes else answers,
    )  # fmt: skip
    reuse.begun(draft.id)
    address = flask.url_for("apply.tasks" if codes else "apply.guide_list", draft_id=draft.id)
    return owner.give(flask.redirect(address, 303), token)


def question_page(
    event: LifeEvent,
    answers: drafts.Document,
    step: Step,
    form: PageForm,
    opened: Opened | None = None,
    mine: Sequence[drafts.Draft] = (),
) -> str:
    """One question and, beside it, what has to be filed as far as is known."""
    steps = guide.steps(event, answers)
    before = steps.before(step)
    return flask.render_template(
        "apply/guide.html", event=event, form=form, open_form=True, failed=bool(form.summary),
        now=steps.place(step) + 1, all=len(steps), offers=offers(event, answers, newest=before),
        address_back=_back(opened, before), ward_name=ward_name, mine=mine,
        action=_address(opened, step) if opened else flask.url_for("front.guide", event=event.key),
    )  # fmt: skip


def list_page(
    event: LifeEvent,
    answers: drafts.Document,
    action: str,
    opened: Opened | None = None,
    mine: Sequence[drafts.Draft] = (),
) -> str:
    """Everything that has to be filed, to choose from."""
    steps = guide.steps(event, answers)
    known = reuse.foreseen(opened, [one.procedure for one in guide.follow(event, answers)]) if opened else answers
    found = offers(event, answers, known=known)
    picked = opened.draft.procedures if opened and opened.draft.procedures else None
    return flask.render_template(
        "apply/guide_list.html", event=event, action=action, mine=mine, opened=opened, ward_name=ward_name,
        choices=[one for one in found if one.choosable], elsewhere=[one for one in found if not one.choosable],
        picked=picked, together=_together(found, known), kept=known is not answers,
        address_back=_back(opened, steps.all[-1] if steps.all else None), given=_given(opened, steps) if opened else (),
    )  # fmt: skip


def offers(
    event: LifeEvent,
    answers: drafts.Document,
    *,
    newest: Step | None = None,
    known: drafts.Document | None = None,
) -> list[Offer]:
    """What follows, the most urgent first.

    ``newest``: the step whose answer may have brought some. ``known``: the answers to count what is filled already.
    """
    found = guide.follow(event, answers)
    old = {one.procedure.code for one in guide.follow(event, _without(answers, newest))} if newest else None
    rank = {one.code: place for place, one in enumerate(urgent_first(one.procedure for one in found))}
    set_by_wards = overlays.found(db(), list(rank)) if found else {}
    return [
        Offer(
            one,
            filled([one.procedure], known) if known is not None else Filled(0, 0),
            set_by_wards.get((one.procedure.code, one.ward)),
            old is not None and one.procedure.code not in old,
        )
        for one in sorted(found, key=lambda one: rank[one.procedure.code])
    ]


def _together(found: list[Offer], answers: drafts.Document) -> tuple[int, int] | None:
    """Questions if each were filed alone, and filed together; None for one alone."""
    open_here = [one for one in found if one.choosable]
    if len(open_here) < 2:
        return None
    return sum(one.filled.asked for one in open_here), filled(
        [one.suggestion.procedure for one in open_here], answers
    ).asked


def _given(opened: Opened, steps: Steps) -> list[tuple[str, str, str]]:
    """(question, answer, where to change it) of everything the guide was told."""
    return [
        (locales.markup(question.field.label), opened.shown(question), _address(opened, step, back="list"))
        for step in steps
        for question in step.questions
    ]


def _without(answers: drafts.Document, step: Step) -> drafts.Document:
    """The answers as they were before this step was answered."""
    before: dict[str, Any] = {key: dict(value) if isinstance(value, dict) else value for key, value in answers.items()}
    for question in step.questions:
        drafts.take(before, question.path)
    return before


def _suggest(opened: Opened, event: LifeEvent) -> None:
    """The wards of the guide stand in addresses to which nothing was typed yet."""
    for place in event.places:
        opened.draft.suggested.pop(place.key, None)
    opened.draft.suggested.update(guide.suggested(event, opened.draft.answers))


def _event(opened: Opened) -> LifeEvent | None:
    """What happened; None where the guide has nothing to do any more, or never had."""
    return None if opened.draft.bundle_id else LIFE_EVENTS.get(opened.draft.event)


def _elsewhere(opened: Opened) -> Response:
    return flask.redirect(flask.url_for("apply.tasks", draft_id=opened.draft.id))


def _onward(opened: Opened, steps: Steps, key: str) -> str:
    """The question after this one; back to the list for who came from there and left nothing open."""
    here = steps.find(key)
    following = steps.after(here) if here else None
    if flask.request.args.get("back") == "list" or following is None:
        return flask.url_for("apply.guide_list", draft_id=opened.draft.id)
    return _address(opened, following)


def _address(opened: Opened, step: Step, **more: str) -> str:
    back = {"back": "list"} if flask.request.args.get("back") == "list" else {}
    return flask.url_for("apply.guide_step", draft_id=opened.draft.id, key=step.key, **{**back, **more})


def _back(opened: Opened | None, before: Step | None) -> str:
    if opened is None or before is None:
        return flask.url_for("front.index")
    if flask.request.args.get("back") == "list":
        return flask.url_for("apply.guide_list", draft_id=opened.draft.id)
    return flask.url_for("apply.guide_step", draft_id=opened.draft.id, key=before.key)
