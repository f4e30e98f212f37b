"""The copy of what was filed, as it stands today: a page, and the same as a PDF."""

from __future__ import annotations

import datetime as dt

import flask
from werkzeug.wrappers import Response

from counter.extensions import db, limiter
from counter.queries import characters, records
from counter.services.status import BundleStatus
from counter.web.access import receipt_holder
from counter.web.status import blueprint, facts, grant
from counter.web.status.words import status_words, tone
from counter.web.wards import ward_name


def whose() -> str:
    """What making a PDF is limited by: the receipt, not the address, which a whole ward office may share."""
    return str((flask.request.view_args or {}).get("number", ""))


@blueprint.get("/<number>/copy")
@receipt_holder
def copy(number: str) -> str:
    return flask.render_template("status/copy.html", **_parts(grant.opened_bundle(number)))


@blueprint.get("/<number>/copy.pdf")
@limiter.limit("30 per hour", key_func=whose)
@receipt_holder
def copy_pdf(number: str) -> Response:
    from counter.web.apply.copy import pdf  # WeasyPrint: 0.3 s to import, and few requests need it

    found = grant.opened_bundle(number)
    return pdf(flask.render_template("apply/copy.html", **_parts(found)), f"copy-{found.number}.pdf")


def _parts(found: BundleStatus) -> dict[str, object]:
    received = records.of_bundle(db(), found.bundle_id)
    groups = facts.groups(received)
    return {
        "number": found.number, "received_at": found.received_at, "lines": found.lines, "groups": groups,
        "changes": characters.of_bundle(db(), found.bundle_id),
        "erased": any(each.content is None for each in received), "corrected": facts.any_corrected(groups),
        "ward_name": ward_name, "status_words": status_words, "tone": tone, "as_of": dt.datetime.now(dt.UTC),
    }  # fmt: skip
