"""One's own queue as a table or as JSON, for the office's older systems. Every application in it counts as looked at."""

from __future__ import annotations

import csv
import io

import flask
from werkzeug.exceptions import NotFound

from counter.extensions import db
from counter.queries import characters, office
from counter.queries.office import View
from counter.services import audit
from counter.web import access
from counter.web.office.filters import Chosen
from counter.web.office.views import blueprint
from counter.web.office.words import STATUSES
from counter.web.openapi import answers
from forms.characters import of_record
from forms.exports import SUBSTITUTED, cells, columns_of, substituted
from forms.model import Procedure
from forms.procedures import CATALOGUE

MOST = 500
_FORMULA = tuple("=+-@＝＋－＠\t\r\n")
EXPORT = {"type": "object", "required": ["procedure", "applications"], "properties": {
    "procedure": {"type": "string"}, "applications": {"type": "array", "items": {"type": "object"}}}}  # fmt: skip


@blueprint.get("/export/<code>.csv")
@access.looks
@access.staff("clerk")
def export_csv(code: str) -> flask.typing.ResponseReturnValue:
    views, procedure = _views(code)
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    asked = columns_of([procedure, *{view.definition_digest: view.definition for view in views}.values()])
    sets = characters.sets(db(), access.me().ward)
    smaller = [SUBSTITUTED] if any(view.row.office in sets for view in views) else []
    table.writerow(["受付番号", "状況", "受付日時", *(column.label for column in asked), *smaller])
    for view in views:
        head = [f"{view.row.number}-{view.row.line}", STATUSES[view.row.status], view.row.received_at.isoformat()]
        beside = [substituted(view.definition, view.record or {}, sets.get(view.row.office)) for _ in smaller]
        table.writerow([safe(cell) for cell in [*head, *cells(asked, view.record or {}), *beside]])
    response = flask.Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{code}.csv"'
    return response


@blueprint.get("/export/<code>.json")
@access.looks
@access.staff("clerk")
@answers("自分の所管課の申請", EXPORT)
def export_json(code: str) -> flask.typing.ResponseReturnValue:
    views, _ = _views(code)
    sets = characters.sets(db(), access.me().ward)
    return flask.jsonify(procedure=code, applications=[
        {"number": f"{view.row.number}-{view.row.line}", "id": view.row.id, "status": view.row.status,
         "received_at": view.row.received_at.isoformat(), "definition_digest": view.definition_digest,
         "record": view.record, **_beside(view, sets)} for view in views])  # fmt: skip


def _beside(view: View, sets: dict[str, str]) -> dict[str, object]:
    """Beside a record that keeps every character: what its office's own system writes instead."""
    chosen = sets.get(view.row.office)
    values, _ = of_record(chosen, view.record or {})
    return {"characters": {"set": chosen, "values": values}} if values else {}


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _views(code: str) -> tuple[list[View], Procedure]:
    """The applications of the view in the address, opened; at most MOST of them, and each is written down."""
    me, procedure = access.me(), CATALOGUE.get(code)
    if procedure is None:
        raise NotFound
    chosen = Chosen.of({**flask.request.args.to_dict(), "procedure": code, "after": ""}, me)
    page = office.queue(db(), me.ward, chosen.offices, chosen.filters(), size=MOST)
    views = [view for line in page.rows if (view := office.application(db(), me.ward, line.id, me.offices))]
    audit.record(db(), me.ward, me.actor, "application.export", code, {"applications": [view.row.id for view in views]})
    for view in views:  # under each application too, so that its resident sees who took it along
        audit.record(db(), me.ward, me.actor, "application.exported", view.row.id)
    return views, procedure
