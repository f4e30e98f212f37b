"""Documents of a case: seen and fetched by its office's clerks; each opening is written down."""

from __future__ import annotations

from urllib.parse import quote

import flask
from werkzeug.exceptions import NotFound

from counter.extensions import db
from counter.models.application import Application
from counter.printing import enclosure
from counter.queries.office import View
from counter.services import attachments, audit
from counter.services.attachments import Sent
from counter.web import access, uploads
from counter.web.office.views import blueprint, opened
from forms.kinds.files import PDF

POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@blueprint.get("/<application_id>/files/<file_id>/preview.jpg")
@access.staff("clerk")
def file_preview(application_id: str, file_id: str) -> flask.Response:
    """Part of the case's page, whose look was written down."""
    found = attachments.preview(db(), _application(opened(application_id)), file_id)
    if found is None:
        raise NotFound
    return flask.Response(found, mimetype="image/jpeg")


@blueprint.get("/<application_id>/files/<file_id>/page-<int:number>.jpg")
@access.looks
@access.staff("clerk")
def file_page(application_id: str, file_id: str, number: int) -> flask.Response:
    _, pages = _opened(application_id, file_id, "file.look")
    if not 1 <= number <= len(pages):
        raise NotFound
    return flask.Response(pages[number - 1], mimetype="image/jpeg")


@blueprint.get("/<application_id>/files/<file_id>")
@access.looks
@access.staff("clerk")
def download(application_id: str, file_id: str) -> flask.Response:
    sent, pages = _opened(application_id, file_id, "file.fetch")
    content = enclosure.to_pdf(pages) if sent.type == PDF else pages[0]
    response = flask.Response(content, mimetype=sent.type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(sent.name, safe='')}"
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _opened(application_id: str, file_id: str, action: str) -> tuple[Sent, tuple[bytes, ...]]:
    view = opened(application_id)
    sent = attachments.one(db(), _application(view), file_id)
    pages = attachments.pages(uploads.folder(), sent) if sent is not None else None
    if sent is None or not pages:
        raise NotFound
    audit.record(db(), view.row.ward, access.me().actor, action, view.row.id, {"file": sent.id})
    return sent, pages


def _application(view: View) -> Application:
    return db().get_one(Application, (view.row.ward, view.row.id))
