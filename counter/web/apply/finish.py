"""The end of a draft: check the answers, submit, the receipt and its copy."""

from __future__ import annotations

import datetime as dt

import flask
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db, limiter
from counter.models.bundle import Channel
from counter.queries import characters
from counter.services import carrying, once, receipts
from counter.services.applications import NotComplete, submit_bundle
from counter.services.journey import ROSTER
from counter.web.access import draft_owner
from counter.web.apply import blueprint
from counter.web.apply.copy import pdf_copy, received_by, status_code
from counter.web.apply.opened import Opened, open_draft, whose
from counter.web.apply.summary import destinations, groups
from counter.web.assisted import serving
from counter.web.my import reuse
from forms.model import Problem


@blueprint.get("/<draft_id>/check")
@draft_owner
def check(draft_id: str) -> str | Response:
    opened = open_draft(draft_id)
    if opened.draft.bundle_id:
        return flask.redirect(flask.url_for("apply.receipt", draft_id=draft_id))
    journey = opened.journey
    if not journey.complete:
        return to_first_problem(opened)
    to = destinations(opened)
    return flask.render_template(
        "apply/check.html", opened=opened, groups=groups(opened, to), destinations=to, open_form=True
    )


@blueprint.post("/<draft_id>/submit")
@draft_owner
def submit(draft_id: str) -> str | Response:
    """Once: the nonce of the draft makes every resend the same submission."""
    opened = open_draft(draft_id)
    if locales.switching():
        return flask.redirect(flask.url_for("apply.check", draft_id=draft_id))
    if serving.current():  # a clerk submits after the person looked it over: counter.web.assisted
        return flask.redirect(flask.url_for("apply.check", draft_id=draft_id))
    if not opened.draft.bundle_id:
        if not opened.journey.complete:
            return to_first_problem(opened)
        try:
            receipt = submit_bundle(
                db(), procedures=opened.procedures, answers=opened.draft.answers, channel=Channel.ONLINE,
                nonce=opened.draft.nonce, language=locales.current().code, received_at=dt.datetime.now(dt.UTC),
                provenance=carrying.provenance(opened.draft),
            )  # fmt: skip
        except NotComplete:
            return to_first_problem(opened)
        reuse.after_submission(opened, receipt, keep=flask.request.form.get("keep") == "yes")
        once.note(
            db(), opened.draft.nonce, [one.code for one in opened.procedures], receipt.bundle_id, receipt.received_at
        )
        opened.draft.bundle_id = receipt.bundle_id
        opened.save()
    return flask.redirect(flask.url_for("apply.receipt", draft_id=draft_id), 303)


@blueprint.get("/<draft_id>/receipt")
@draft_owner
def receipt(draft_id: str) -> str | Response:
    opened = open_draft(draft_id)
    found = receipts.of_nonce(db(), opened.draft.nonce) if opened.draft.bundle_id else None
    if found is None:
        return flask.redirect(flask.url_for("apply.tasks", draft_id=draft_id))
    return flask.render_template(
        "apply/receipt.html",
        opened=opened,
        receipt=found,
        code=status_code(found),
        groups=received_by(found),
        until=opened.draft.expires_at,
        changes=characters.of_bundle(db(), found.bundle_id),
    )


@blueprint.get("/<draft_id>/receipt.pdf")
@limiter.limit("30 per hour", key_func=whose)
@draft_owner
def receipt_pdf(draft_id: str) -> Response:
    opened = open_draft(draft_id)
    found = receipts.of_nonce(db(), opened.draft.nonce) if opened.draft.bundle_id else None
    if found is None:
        return flask.redirect(flask.url_for("apply.tasks", draft_id=draft_id))
    return pdf_copy(found)


def to_first_problem(opened: Opened) -> Response:
    """Steps were skipped, or a definition changed: to the first page that needs an answer, which says so."""
    if not opened.procedures and opened.draft.filed:
        return flask.redirect(flask.url_for("apply.tasks", draft_id=opened.draft.id))
    if not opened.procedures:  # none of them is offered any more
        return flask.redirect(flask.url_for("apply.choice", draft_id=opened.draft.id, none=1))
    journey = opened.journey
    page = journey.first_open or (journey.page(_page_key(journey.problems[0])) if journey.problems else None)
    if page is None:
        return flask.redirect(flask.url_for("apply.tasks", draft_id=opened.draft.id, skipped=1))
    if page.key == ROSTER:
        return flask.redirect(flask.url_for("apply.people", draft_id=opened.draft.id, fix=1))
    fix = 1 if page.state == "part" else None
    return flask.redirect(flask.url_for("apply.page", draft_id=opened.draft.id, key=page.key, fix=fix, skipped=1))


def _page_key(problem: Problem) -> str:
    return problem.path if problem.path == ROSTER else problem.path.rpartition(".")[0]
