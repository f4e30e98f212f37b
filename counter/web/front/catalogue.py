"""手続の一覧: found by category, by what happened, by ward, by words; and a page for each procedure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import flask

from counter.extensions import db
from counter.locales import DEFAULT, current
from counter.services import overlays
from counter.services.journey import urgent_first
from counter.web.access import public
from counter.web.front import blueprint
from counter.web.front.languages import complete_languages
from counter.web.front.search import events, search
from counter.web.wards import ward_name
from forms.life_events import CATEGORIES, LIFE_EVENTS
from forms.model import Deadline, Procedure
from forms.overlays import Overlay
from forms.procedures import CATALOGUE
from forms.routing import OFFICES
from forms.wards import WARDS
from forms.web import presentable

LONGEST_QUERY = 100


@dataclass(frozen=True, slots=True)
class Group:
    """Procedures under a heading; ``key`` is a category or a life event."""

    key: str
    title: str
    procedures: tuple[Procedure, ...]


@blueprint.get("/procedures")
@public
def procedures() -> str:
    """Everything there is, or what a search finds; with a ward, what that ward takes here."""
    query = presentable(flask.request.args.get("q", "")[:LONGEST_QUERY]).strip()
    by = "event" if flask.request.args.get("by") == "event" else "category"
    ward = _ward()
    here = _offered(ward)
    found, whole = search(query) if query else (urgent_first(CATALOGUE.values()), True)
    found = [one for one in found if here(one)]
    return flask.render_template(
        "front/procedures.html", query=query, found=found, whole=whole, by=by, ward=ward, wards=ward_options(),
        groups=() if query else _groups(found, by), happened=events(query), ward_name=ward_name,
    )  # fmt: skip


@blueprint.get("/procedures/<code>")
@public
def procedure(code: str) -> str:
    """What a procedure is, who files it, by when, with what, where, and in which languages."""
    found = CATALOGUE.get(code) or flask.abort(404)
    ward = _ward()
    overlay = overlays.found(db(), [code]).get((code, ward)) if ward else None
    office = (overlay.office if overlay else "") or found.office
    return flask.render_template(
        "front/procedure.html", procedure=found, ward=ward, wards=ward_options(), overlay=overlay,
        office=OFFICES.get(office, ""), deadlines=_deadlines(found), complete=complete_languages(found),
        reasons=list(dict.fromkeys(trigger.reason for trigger in found.triggers)), note=_note(overlay),
        events=[LIFE_EVENTS[one] for one in dict.fromkeys(t.event for t in found.triggers) if one in LIFE_EVENTS],
        category=CATEGORIES.get(found.category, ""), ward_name=ward_name,
    )  # fmt: skip


def ward_options() -> list[tuple[str, str]]:
    return [(code, ward_name(code)) for code in WARDS]


def _ward() -> str:
    asked = flask.request.args.get("ward", "")
    return asked if asked in WARDS else ""


def _offered(ward: str) -> Callable[[Procedure], bool]:
    if not ward:
        return lambda _: True
    settings: dict[tuple[str, str], Overlay] = overlays.found(db(), list(CATALOGUE))
    off = {code for (code, where), overlay in settings.items() if where == ward and not overlay.offered}
    return lambda one: one.code not in off


def _note(overlay: Overlay | None) -> str:
    """The ward's own words, in the reader's language where it wrote them."""
    words = overlay.note if overlay and overlay.note else {}
    return words.get(current().code) or words.get(DEFAULT.code, "")


def _groups(found: Iterable[Procedure], by: str) -> list[Group]:
    if by == "event":
        titles = {key: event.title for key, event in LIFE_EVENTS.items()}
        keys = [(key, one) for one in found for key in dict.fromkeys(t.event for t in one.triggers)]
    else:
        titles = CATEGORIES
        keys = [(one.category, one) for one in found]
    groups = [Group(key, title, tuple(one for where, one in keys if where == key)) for key, title in titles.items()]
    return [group for group in groups if group.procedures]


def _deadlines(procedure: Procedure) -> list[Deadline]:
    """Each way of counting once."""
    said = {trigger.deadline.say: trigger.deadline for trigger in procedure.triggers if trigger.deadline}
    return list(said.values())
