"""One application of a receipt, opened for its holder."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import flask
from werkzeug.wrappers import Response

from counter import tenancy
from counter.extensions import db
from counter.services.status import BundleStatus, Office
from counter.web.status import grant


@dataclass(frozen=True, slots=True)
class Case:
    """A line of the receipt; the session works for its ward from here on."""

    found: BundleStatus
    office: Office

    @property
    def ward(self) -> str:
        return self.office.line.ward

    @property
    def id(self) -> str:
        return self.office.line.application_id

    @property
    def home(self) -> str:
        return flask.url_for("status.show", number=self.found.number)

    def url(self, endpoint: str) -> str:
        return flask.url_for(endpoint, number=self.found.number, line=self.office.line.suffix)

    def back(self, done: str) -> Response:
        """To the status page, at this office, with a word of what was done."""
        address = flask.url_for("status.show", number=self.found.number, done=done)
        return flask.redirect(f"{address}#line-{self.office.line.suffix}", 303)


def opened_case(number: str, line: int) -> Case:
    """The holder's application; a line that the receipt has not is as absent as a receipt that is not."""
    found = grant.opened_bundle(number)
    office = found.office(line)
    if office is None:
        flask.abort(404)
    tenancy.tenant(db(), office.line.ward)
    return Case(found, office)


def new_nonce() -> str:
    """What makes a form that is sent twice one deed."""
    return secrets.token_urlsafe(16)
