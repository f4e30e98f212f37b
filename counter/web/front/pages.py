"""The front page, and the pages of plain words."""

from __future__ import annotations

import flask

from counter.extensions import db
from counter.services import drafts
from counter.web.access import public
from counter.web.apply import owner
from counter.web.front import blueprint
from counter.web.titles import titles_of
from forms.life_events import LIFE_EVENTS


@blueprint.get("/")
@public
def index() -> str:
    return flask.render_template(
        "front/index.html", events=LIFE_EVENTS.values(), titles=titles_of, mine=drafts.mine(db(), owner.token())
    )


@blueprint.get("/help")
@public
def help_page() -> str:
    return flask.render_template("front/help.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    return flask.render_template("front/privacy.html", days=drafts.KEEP.days, after=drafts.KEEP_SUBMITTED.days)


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    return flask.render_template("front/accessibility.html")
