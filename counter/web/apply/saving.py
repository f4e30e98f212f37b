"""Saving while somebody still types, and what two tabs said of the same question: both shown, one chosen, none lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import flask
from werkzeug.wrappers import Response

from counter.extensions import keep_changes, limiter
from counter.locales import JST, markup, plain
from counter.services.journey import ROSTER
from counter.web.access import draft_owner
from counter.web.apply import blueprint, tabs
from counter.web.apply.opened import Opened, open_draft, whose
from forms.messages import N_
from forms.path import look_up
from forms.web import PageForm, shown

SAVED = N_("保存しました %(time)s")
ELSEWHERE = N_("このページは、別のタブや端末でも変わりました。「次へ進む」を押すと、どちらの答えを残すか選べます。")
EMPTY = N_("（答えなし）")


@dataclass(frozen=True, slots=True)
class Two:
    """One question with two answers: kept from the other tab, and written in this one."""

    path: str
    label: str
    theirs: str
    mine: str


@blueprint.post("/<draft_id>/autosave/<key>")
@limiter.limit("3000 per hour", key_func=whose)
@draft_owner
def autosave(draft_id: str, key: str) -> Response:
    """What stands on the page right now, finished or not; answered in words for the page's live region."""
    opened = open_draft(draft_id)
    page = opened.journey.page(key)
    tab = tabs.sent().tab
    if opened.draft.bundle_id or page is None or not tab or opened.draft.sent == tab:
        return flask.jsonify(saved=False)  # the page was sent meanwhile: what it says now is older than that
    questions = opened.roster if key == ROSTER else page.questions
    conflicts = opened.put(opened.form(questions, flask.request.form), unfinished=True)
    opened.save()
    words = markup(ELSEWHERE) if conflicts else markup(SAVED) % {"time": f"{dt.datetime.now(JST):%H:%M}"}
    return flask.jsonify(
        saved=not conflicts,
        message=str(plain(words)),
        seen=tabs.packed(opened.seen(questions)),
    )


def sent_last(opened: Opened) -> None:
    """An autosave that was under way when its page was sent comes too late."""
    opened.draft.sent = tabs.sent().tab or opened.draft.sent


def conflict(opened: Opened, form: PageForm, paths: Sequence[str]) -> Response:
    """What nobody else changed is saved; of the rest both are shown, and the page is sent again with a choice."""
    opened.save()
    keep_changes()
    said = [
        (name, value)
        for name, value in flask.request.form.items(multi=True)
        if name not in tabs.OURS and not name.startswith(tabs.CHOSEN)
    ]
    asked = {question.path: question for page in opened.journey.pages for question in page.questions}
    asked |= {question.path: question for question in opened.roster}
    questions = [asked[path] for path in form.values if path in asked]
    words = flask.render_template(
        "apply/conflict.html", opened=opened, pairs=[_two(opened, form, path) for path in paths], said=said,
        guard=tabs.hidden(opened.seen(questions)), action=flask.request.full_path.rstrip("?"), failed=True,
    )  # fmt: skip
    return flask.make_response(words, 409)


def _two(opened: Opened, form: PageForm, path: str) -> Two:
    field = form[path]
    return Two(
        path, field.words, _stored(opened, form, path), _written(opened, field.kind, form.values[path], field.raw)
    )


def _stored(opened: Opened, form: PageForm, path: str) -> str:
    raw = opened.draft.kept.get(path)
    return _written(opened, form[path].kind, None if raw else look_up(opened.draft.answers, path), raw)


def _written(opened: Opened, kind: object, value: object, raw: object) -> str:
    if value is not None:
        return shown(kind, value, opened.context)  # type: ignore[arg-type]
    parts = raw.values() if isinstance(raw, dict) else raw if isinstance(raw, list) else [raw]
    return " ".join(str(part) for part in parts if part) or markup(EMPTY)
