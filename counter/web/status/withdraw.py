"""取下げ: the resident takes one application back."""

from __future__ import annotations

import datetime as dt

import flask
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db
from counter.models.application import Status
from counter.services import withdrawal
from counter.vault import Shredded
from counter.web.access import receipt_holder
from counter.web.status import blueprint
from counter.web.status.opened import Case, opened_case
from counter.web.status.words import status_words
from forms.web import presentable


@blueprint.get("/<number>/<int:line>/withdraw")
@receipt_holder
def withdraw(number: str, line: int) -> str:
    case = opened_case(number, line)
    return _page(case) if case.office.open else _too_late(case, "")


@blueprint.post("/<number>/<int:line>/withdraw")
@receipt_holder
def send_withdrawal(number: str, line: int) -> str | Response | tuple[str, int]:
    """Once: pressed again, it says that it was taken back already; after a decision, what was decided."""
    case = opened_case(number, line)
    reason = presentable(flask.request.form.get("reason", ""))
    if locales.switching():
        return _page(case, reason) if case.office.open else _too_late(case, reason)
    try:
        fresh = withdrawal.withdraw(db(), case.ward, case.id, reason=reason, now=dt.datetime.now(dt.UTC))
    except withdrawal.NoReason:
        return _page(case, reason, failed=True), 422
    except (withdrawal.Decided, Shredded):
        db().rollback()
        return _too_late(opened_case(number, line), reason), 409
    return case.back("withdrawn") if fresh else _too_late(opened_case(number, line), "")


def _page(case: Case, reason: str = "", failed: bool = False) -> str:
    return flask.render_template(
        "status/withdraw.html", case=case, reason=reason, failed=failed, open_form=True,
        longest=withdrawal.LONGEST_REASON, action=case.url("status.send_withdrawal"),
    )  # fmt: skip


def _too_late(case: Case, reason: str) -> str:
    """Both sides of it: how the application stands, and what the resident was about to say."""
    written = [("", reason)] if reason.strip() else []
    already = case.office.standing.status == Status.WITHDRAWN
    return flask.render_template(
        "status/too_late.html",
        case=case,
        status_words=status_words,
        already=already,
        written=written,
        answering=False,
        open_form=False,
    )
