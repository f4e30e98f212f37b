"""書類の追加: the resident sends one more document to one office, and sees what was sent."""

from __future__ import annotations

import datetime as dt

import flask
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db, limiter
from counter.models.application import Application
from counter.services import attachments, documents
from counter.services.enclosing import Enclosure, Refused, reason
from counter.vault import Shredded
from counter.web import uploads
from counter.web.access import receipt_holder
from counter.web.bodies import takes_files
from counter.web.status import actions, blueprint
from counter.web.status.opened import Case, opened_case
from forms.kinds import File, Text
from forms.messages import N_, Invalid, Message
from forms.web import presentable

LABEL = Text(60)
actions.add("status.document", N_("書類を追加する"), lambda office: office.open)


@blueprint.get("/<number>/<int:line>/document")
@receipt_holder
def document(number: str, line: int) -> str:
    return _page(opened_case(number, line))


@blueprint.post("/<number>/<int:line>/document")
@limiter.limit("60 per hour", key_func=lambda: str((flask.request.view_args or {}).get("number", "")))
@takes_files
@receipt_holder
def send_document(number: str, line: int) -> str | Response | tuple[str, int]:
    """One file at a time; what it is may be said in words. After a decision nothing is taken."""
    label, problems = flask.request.form.get("label", ""), {}
    case = opened_case(number, line)
    if locales.switching() or not case.office.open:
        return _page(case, label)
    try:
        said = LABEL.parse(label) if label.strip() else ""
    except Invalid as invalid:
        said, problems["label"] = "", invalid.message
    db().rollback()  # to open a photograph takes its time: nothing is locked meanwhile
    sent: Enclosure | None = None
    try:
        sent = _opened()
        if not problems:
            _add(number, line, sent, said)
    except Refused as refused:
        problems["file"] = reason(refused.code)
    except (documents.Closed, Shredded):
        db().rollback()
        return _page(opened_case(number, line), label), 409
    case = opened_case(number, line)
    return (_page(case, label, problems), 422) if problems else case.back("document")


@blueprint.get("/<number>/<int:line>/files/<file_id>/preview.jpg")
@receipt_holder
def document_preview(number: str, line: int, file_id: str) -> Response:
    case = opened_case(number, line)
    found = attachments.preview(db(), _application(case), file_id)
    if found is None:
        raise NotFound
    return flask.Response(found, mimetype="image/jpeg")


def _opened() -> Enclosure:
    file = flask.request.files.get("file")
    if file is None or not file.filename:
        raise Refused("none")
    return uploads.opened(file)


def _add(number: str, line: int, sent: Enclosure, label: str) -> None:
    case = opened_case(number, line)
    documents.add(db(), uploads.folder(), case.ward, case.id, sent, label=label, now=dt.datetime.now(dt.UTC))


def _page(case: Case, label: str = "", problems: dict[str, Message] | None = None) -> str:
    said = {name: message.text(locales.markup) for name, message in (problems or {}).items()}
    return flask.render_template(
        "status/document.html", case=case, label=presentable(label[:200]), problems=said, accept=",".join(File().types),
        files=attachments.of_application(db(), _application(case)), action=case.url("status.send_document"),
        open_form=case.office.open,
    )  # fmt: skip


def _application(case: Case) -> Application:
    return db().get_one(Application, (case.ward, case.id))
