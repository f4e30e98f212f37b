"""The first page of a signed-in resident, and who looked at what they wrote."""

from __future__ import annotations

import flask

from counter.extensions import db
from counter.queries import profiles as queries
from counter.services import drafts, profiles
from counter.web import access
from counter.web.my import blueprint, session, words
from counter.web.status.words import status_words, tone
from counter.web.titles import titles_of
from counter.web.wards import ward_name


@blueprint.get("/")
@access.resident
def home() -> str:
    """What they are writing, what they filed, what is kept."""
    resident = session.current()
    assert resident is not None
    profile = profiles.load(db(), resident.account_id)
    return flask.render_template(
        "my/home.html",
        drafts=[draft for draft in drafts.mine(db(), resident.owner) if not draft.bundle_id],
        filed=queries.filed(db(), resident.account_id),
        people=[words.written(person) for person in profile.people if person.facts] if profile else [],
        kept=profile is not None,
        titles=titles_of,
        ward_name=ward_name,
        status_words=status_words,
        tone=tone,
    )


@blueprint.get("/looks")
@access.resident
def looks() -> str:
    """Who used what they wrote, when and why."""
    resident = session.current()
    assert resident is not None
    seen = queries.looks(db(), resident.account_id)
    return flask.render_template("my/looks.html", seen=seen, words=words, most=queries.MOST_LOOKS)
