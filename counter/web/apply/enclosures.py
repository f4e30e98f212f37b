"""Documents on the pages of a draft: taken with whatever page brings them, shown to their owner, used again, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flask
from flask_limiter import RateLimitExceeded
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from counter.extensions import db, limiter, session_scope
from counter.services import attachments, drafts, enclosing
from counter.services.enclosing import Enclosure, Refused, reason
from counter.services.journey import Page
from counter.web import uploads
from counter.web.access import draft_owner
from counter.web.apply import blueprint, owner
from counter.web.apply.opened import Opened, open_draft, whose
from forms.kinds import File
from forms.kinds.files import is_paper
from forms.model import Question
from forms.path import look_up
from forms.web import PageForm
from forms.web.fields import Enclosed

INPUT = ".file"
MOST_AT_ONCE = 10
SEND, REMOVE, USE = "send-files", "remove-file", "use-file"
ACTIONS = (SEND, REMOVE, USE)


@dataclass(frozen=True, slots=True)
class Came:
    """One file that a page brought, opened; or why it is not taken."""

    path: str
    document: Enclosure | None = None
    code: str = ""


def read(draft_id: str) -> tuple[Came, ...]:
    """The files of this request, decoded before the draft is locked: to open a photograph takes its time."""
    came = [
        (name.removesuffix(INPUT), file)
        for name, file in flask.request.files.items(multi=True)
        if name.endswith(INPUT) and file.filename
    ]
    if not came:
        return ()
    with session_scope(write=False) as session:
        if drafts.load(session, draft_id, owner.token()) is None:
            return ()
    if _often():
        return tuple(Came(path, code="busy") for path, _ in came)
    db().rollback()  # whoever asked it something before: nothing is locked while files are opened
    taken = [_read(path, file) for path, file in came[:MOST_AT_ONCE]]
    left = [Came(path, code="many") for path, _ in came[MOST_AT_ONCE:]]
    return (*taken, *left)


def _read(path: str, file: FileStorage) -> Came:
    try:
        return Came(path, uploads.opened(file))
    except Refused as refused:
        return Came(path, code=refused.code)


def _often() -> bool:
    """Whether this draft sends more files an hour than anybody with a phone."""
    try:
        with limiter.limit("200 per hour", key_func=whose):
            return False
    except RateLimitExceeded:
        return True


def put(opened: Opened, page: Page, came: Sequence[Came]) -> tuple[str, str] | None:
    """Answer the page's questions with what came; returns (path, code) of the first that was not taken."""
    refused: tuple[str, str] | None = None
    asked = {question.path: question for question in page.questions}
    for one in came:
        question = asked.get(one.path)
        if question is None or not isinstance(question.field.kind, File):
            continue
        code = one.code or _put(opened, question, one.document)
        refused = refused or ((one.path, code) if code else None)
    if came:  # whatever else is wrong with the page, what was sent is kept
        opened.save()
    return refused


def _put(opened: Opened, question: Question, document: Enclosure | None) -> str:
    """Keep a document and name it in the answer; where only one is asked for, the new one replaces the old."""
    kind, draft = question.field.kind, opened.draft
    assert document is not None and isinstance(kind, File)
    if document.type not in kind.types:
        return "kind"
    here = _items(look_up(draft.answers, question.path))
    if kind.most > 1 and len(here) >= kind.most:
        return "many"
    try:
        sent = attachments.add(db(), uploads.folder(), draft.id, document)
    except Refused as refused:
        return refused.code
    if sent.id in {item["id"] for item in here}:
        return ""
    _name(opened, question.path, [*(here if kind.most > 1 else []), sent.value])
    if kind.most == 1:
        _drop_unused(opened, here)
    return ""


def act(opened: Opened, page: Page, action: str) -> str:
    """Remove a file from a question, or use one already sent; returns the question's path."""
    verb, _, rest = action.partition(":")
    path, _, file_id = rest.partition(":")
    question = next((one for one in page.questions if one.path == path), None)
    if verb == SEND or question is None or not isinstance(question.field.kind, File):
        return path if question is not None else ""
    here = _items(look_up(opened.draft.answers, path))
    if verb == REMOVE:
        _name(opened, path, [item for item in here if item["id"] != file_id])
        _drop_unused(opened, [item for item in here if item["id"] == file_id])
    else:
        sent = attachments.of_draft(db(), opened.draft.id).get(file_id)
        if sent is not None and len(here) < question.field.kind.most and sent.type in question.field.kind.types:
            _name(opened, path, [*here, sent.value])
    opened.changed()
    return path


def mark(path: str) -> str:
    """Where on its page a question stands."""
    return f"#q-{path.replace('.', '-')}" if path else ""


def dress(opened: Opened, form: PageForm) -> None:
    """Give the form's file questions what only the draft knows: pictures, and files sent for other questions."""
    fields = [field for field in form if isinstance(field, Enclosed)]
    if not fields:
        return
    sent = attachments.of_draft(db(), opened.draft.id)
    for field in fields:
        here = {item["id"] for item in field.items}
        field.address = _address(opened.draft.id)
        field.facts = sent
        if field.room:
            field.offers = [one.value for one in sent.values() if one.id not in here and one.type in field.kind.types]
    path, code = flask.request.args.get("at", ""), flask.request.args.get("file", "")
    if code in enclosing.REASONS and path in form and isinstance(form[path], Enclosed):
        form[path].refuse(reason(code, form[path].kind.most if code == "many" else 0))


@blueprint.get("/<draft_id>/files/<file_id>/preview.jpg")
@draft_owner
def file_preview(draft_id: str, file_id: str) -> Response:
    found = attachments.draft_preview(db(), open_draft(draft_id).draft.id, file_id)
    return _jpeg(found)


@blueprint.get("/<draft_id>/files/<file_id>/page-<int:number>.jpg")
@limiter.limit("600 per hour", key_func=whose)
@draft_owner
def file_page(draft_id: str, file_id: str, number: int) -> Response:
    pages = attachments.draft_pages(db(), uploads.folder(), open_draft(draft_id).draft.id, file_id)
    return _jpeg(pages[number - 1] if pages and 1 <= number <= len(pages) else None)


def _jpeg(content: bytes | None) -> Response:
    if content is None:
        raise NotFound
    return flask.Response(content, mimetype="image/jpeg")


def _address(draft_id: str) -> Any:
    def address(file_id: str, page: int = 0) -> str:
        if page:
            return flask.url_for("apply.file_page", draft_id=draft_id, file_id=file_id, number=page)
        return flask.url_for("apply.file_preview", draft_id=draft_id, file_id=file_id)

    return address


def _items(value: Any) -> list[dict[str, Any]]:
    return list(value) if isinstance(value, list) and not is_paper(value) else []


def _name(opened: Opened, path: str, items: list[dict[str, Any]]) -> None:
    drafts.put(opened.draft.answers, path, items or None)
    opened.draft.kept.pop(path, None)


def _drop_unused(opened: Opened, items: Sequence[Mapping[str, Any]]) -> None:
    """What no question names any more is forgotten at once."""
    named = _named(opened.draft.answers)
    for item in items:
        if item["id"] not in named:
            attachments.drop(db(), opened.draft.id, item["id"])


def _named(document: Any) -> set[str]:
    """Ids of every file that stands anywhere in the document."""
    if isinstance(document, dict):
        own = {document["id"]} if {"id", "name", "type", "size"} == document.keys() else set()
        return own.union(*(_named(value) for value in document.values()))
    return set().union(*(_named(value) for value in document)) if isinstance(document, list) else set()
