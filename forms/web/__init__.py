"""The web face of the definitions: the only part of forms that knows WTForms.

A page's form is built from questions: ``page_form(questions, …)`` gives a Form class, and the residents' pages and the
office's review screen fill the same one. Inputs are named by the document path, or ``path.part``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import wtforms

from forms.model import Question
from forms.web.faces import web_field
from forms.web.fields import Kept
from forms.web.words import Context, Options, Translate, presentable, shown

__all__ = ["Context", "PageForm", "page_form", "presentable", "shown", "web_field"]


class PageForm(wtforms.Form):  # type: ignore[misc]
    """The questions of one page. Fill it from a request, or from what is stored: values, and raw text that was kept."""

    def __init__(
        self, formdata: Any = None, *, values: Mapping[str, Any] | None = None, kept: Mapping[str, Any] | None = None
    ) -> None:
        given: dict[str, Any] = dict(values or {})
        given |= {path: Kept(raw) for path, raw in (kept or {}).items()}
        super().__init__(formdata, data=given)

    @property
    def values(self) -> dict[str, Any]:
        """Path → value; None where the question was shown and left empty or could not be read."""
        return {field.name: field.data for field in self}

    @property
    def rejected(self) -> dict[str, Any]:
        """Path → what was typed and could not be read."""
        return {field.name: field.raw for field in self if field.message is not None and not field.blank()}

    @property
    def summary(self) -> list[tuple[str, str, str]]:
        """(fragment, label, message) of each error, in page order."""
        return [(field.target, field.words, field.problem) for field in self if field.errors]


def page_form(
    questions: Iterable[Question],
    *,
    translate: Translate = str,
    people: Options = (),
    own: str = "",
    paper: bool = False,
) -> type[PageForm]:
    """The Form class of a page. ``people``: (id, name) for questions that point to a person."""
    context = Context(translate, people, own, paper)
    fields = {
        question.path: web_field(question.field.kind, question=question, context=context) for question in questions
    }
    return type("QuestionsForm", (PageForm,), fields)
