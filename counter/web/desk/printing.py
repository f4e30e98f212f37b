"""用紙: empty sheets to hand out, each with a serial of its own."""

from __future__ import annotations

import flask
from werkzeug.exceptions import NotFound

from counter import ids
from counter.extensions import db
from counter.services import audit, sheets
from counter.web import access
from counter.web.account.frame import dress
from forms import paper
from forms.wards import WARDS

blueprint = flask.Blueprint("sheets", __name__, url_prefix="/desk/sheets")
dress(blueprint)

MOST_COPIES = 50


@blueprint.get("")
@access.staff("desk")
def choose() -> flask.typing.ResponseReturnValue:
    printable = [(procedure, len(paper.sheet(procedure).pages)) for procedure in sheets.on_paper().values()]
    return flask.render_template("desk/sheets.html", printable=printable, most=MOST_COPIES)


@blueprint.post("/<code>.pdf")
@access.staff("desk")
def pdf(code: str) -> flask.typing.ResponseReturnValue:
    """So many copies, every copy with its own serial; the sheet is remembered, so that it can come back for years."""
    from counter.printing import render_sheet

    procedure, me = sheets.on_paper().get(code), access.me()
    if procedure is None:
        raise NotFound
    copies = max(1, min(MOST_COPIES, flask.request.form.get("copies", 1, type=int) or 1))
    sheets.remember(db(), procedure)
    serials = [ids.new_id() for _ in range(copies)]
    data = render_sheet(paper.sheet(procedure), procedure, serials=serials, ward=WARDS[me.ward].name)
    audit.record(db(), me.ward, me.actor, "sheet.print", code, {"copies": copies})
    response = flask.Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{code}.pdf"'
    return response
