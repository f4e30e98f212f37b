"""The front page, the guide from what happened to what to file, the catalogue, and the pages of plain words."""

from __future__ import annotations

import unicodedata
from typing import Any

import flask

from counter.extensions import db
from counter.locales import brief, markup, translate
from counter.services import drafts
from counter.services.journey import urgent_first
from counter.web.access import public
from counter.web.apply import owner
from counter.web.wards import ward_name
from forms.life_events import LIFE_EVENTS, LifeEvent, suggestions
from forms.messages import N_
from forms.model import Procedure
from forms.procedures import CATALOGUE
from forms.wards import WARDS
from forms.web import presentable

blueprint = flask.Blueprint("front", __name__)

ELSEWHERE = "other"
ICONS = {"moving": "move", "certificate": "paper", "disaster": "safety", "business": "company"}
PAGES_OF_THEIR_OWN = {"disaster": "safety.register", "business": "suppliers.start"}
BOTH_ELSEWHERE = N_("引っ越す前か、引っ越した先の、どちらかは東京23区を選んでください。")
CHOOSE = N_("一覧から選んでください。")
SAME_WARD = N_("同じ区の中での引っ越し（転居届）は、まだこの窓口で受け付けていません。区役所の窓口で届け出てください。")


@blueprint.get("/")
@public
def index() -> str:
    return flask.render_template(
        "front/index.html",
        events=LIFE_EVENTS.values(),
        icons=ICONS,
        titles=titles_of,
        mine=drafts.mine(db(), owner.token()),
    )


@blueprint.get("/start/<event>")
@public
def guide(event: str) -> str | flask.typing.ResponseReturnValue:
    found = LIFE_EVENTS.get(event) or flask.abort(404)
    if event in PAGES_OF_THEIR_OWN:
        return flask.redirect(flask.url_for(PAGES_OF_THEIR_OWN[event]))
    if not found.places:
        return flask.render_template(
            "front/follow.html", event=found, follow=suggestions(event, {}), places={}, ward_name=ward_name
        )
    chosen = {place.name: flask.request.args.get(place.name, "") for place in found.places}
    problems = _place_problems(chosen) if flask.request.args.keys() & chosen.keys() else {}
    if problems or not all(chosen.values()):
        return flask.render_template(
            "front/guide.html",
            event=found,
            chosen=chosen,
            wards=ward_options(),
            elsewhere=ELSEWHERE,
            problems=problems,
            failed=bool(problems),
        )
    follow = suggestions(event, document_of(found, chosen))
    order = [one.code for one in urgent_first(each.procedure for each in follow)]
    follow.sort(key=lambda each: order.index(each.procedure.code))
    return flask.render_template(
        "front/follow.html",
        event=found,
        follow=follow,
        places=chosen,
        ward_name=ward_name,
        same=SAME_WARD if len(set(chosen.values())) == 1 else "",
    )


@blueprint.get("/procedures")
@public
def procedures() -> str:
    query = presentable(flask.request.args.get("q", "")[:100]).strip()
    return flask.render_template("front/procedures.html", query=query, found=search(query))


@blueprint.get("/help")
@public
def help_page() -> str:
    return flask.render_template("front/help.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    return flask.render_template("front/privacy.html", days=drafts.KEEP.days, after=drafts.KEEP_SUBMITTED.days)


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    return flask.render_template("front/accessibility.html")


def search(query: str) -> list[Procedure]:
    """Procedures whose words hold every word of the query, in Japanese or in the reader's language."""
    words = _folded(query).split()
    return [one for one in urgent_first(CATALOGUE.values()) if all(word in _words_of(one) for word in words)]


def document_of(event: LifeEvent, chosen: dict[str, str]) -> dict[str, Any]:
    """An answers document that knows no more than the wards."""
    document: dict[str, Any] = {}
    for place in event.places:
        city = WARDS[chosen[place.name]].city if chosen[place.name] in WARDS else ""
        document.setdefault(place.section.key, {})[place.name] = {"city": city}
    return document


def ward_options() -> list[tuple[str, str]]:
    return [(code, ward_name(code)) for code in WARDS]


def titles_of(codes: tuple[str, ...]) -> str:
    return markup(N_("、")).join(brief(CATALOGUE[code].title) for code in codes if code in CATALOGUE)


def _place_problems(chosen: dict[str, str]) -> dict[str, str]:
    """What is wrong with each place; both are named when neither is ours."""
    wrong = {name: CHOOSE for name, value in chosen.items() if value not in WARDS and value != ELSEWHERE}
    none_of_ours = not any(value in WARDS for value in chosen.values())
    return wrong or (dict.fromkeys(chosen, BOTH_ELSEWHERE) if none_of_ours else {})


def _words_of(procedure: Procedure) -> str:
    texts = [procedure.title, procedure.summary, *(trigger.reason for trigger in procedure.triggers)]
    texts += [LIFE_EVENTS[trigger.event].title for trigger in procedure.triggers if trigger.event in LIFE_EVENTS]
    return _folded(" ".join([*texts, *map(translate, texts)]))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
