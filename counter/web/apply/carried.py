"""What was carried into a draft, in words beside the field; and what happens to it when a page is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from counter.locales import brief, date_text, markup
from counter.services import carrying
from counter.services.drafts import Draft
from counter.services.journey import Page
from forms.messages import N_
from forms.procedures import CATALOGUE
from forms.web import PageForm

FROM = N_("%(day)sの「%(procedure)s」から写しました。")
FROM_EARLIER = N_("%(day)sの申請から写しました。")
TOLD = N_("%(day)sの「%(procedure)s」で答えた内容です。")
TOLD_EARLIER = N_("%(day)sの申請で答えた内容です。")
CORRECTED = N_("%(day)sに「わたしのページ」で直した内容です。")
CONFIRM = N_("いまも同じか、確かめてください。")


def words(source: Mapping[str, Any] | None) -> Markup | None:
    """Where a carried answer came from; None for one that was typed."""
    if not source or source.get("how") != carrying.HOW:
        return None
    said = _said(str(source.get("procedure", "")), str(source["at"]), FROM, FROM_EARLIER)
    return said + Markup(" ") + markup(CONFIRM) if source.get("confirm") else said


def origin(procedure: str, at: str) -> Markup:
    """In which procedure and when a fact that is kept was told."""
    return _said(procedure, at, TOLD, TOLD_EARLIER)


def _said(procedure: str, at: str, known: str, earlier: str) -> Markup:
    day = date_text(dt.datetime.fromisoformat(at))
    if not procedure:
        return markup(CORRECTED) % {"day": day}
    if procedure not in CATALOGUE:
        return markup(earlier) % {"day": day}
    return markup(known) % {"day": day, "procedure": brief(CATALOGUE[procedure].title)}


def mark(form: PageForm, draft: Draft) -> PageForm:
    """Beside each carried answer of a page, where it came from."""
    for field in form:
        if (said := words(draft.sources.get(field.name))) is not None:
            field.help = [*field.help, Markup('<span class="sc-from">%s</span>') % said]
    return form


def on_page(draft: Draft, page: Page) -> bool:
    """Whether answers of this page were carried."""
    paths = [question.path for question in page.questions]
    if page.key == "people":
        paths = [path for path in draft.sources if path.startswith("people.") and path.endswith(".name")]
    return any(words_stand(draft, path) for path in paths)


def words_stand(draft: Draft, path: str) -> bool:
    return bool(draft.sources.get(path, {}).get("how") == carrying.HOW)


def count(draft: Draft) -> int:
    """How many answers of this draft were carried."""
    return sum(1 for path in draft.sources if words_stand(draft, path))
