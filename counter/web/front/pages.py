"""The front page, and the pages of plain words."""

from __future__ import annotations

import flask

from counter.extensions import db
from counter.locales import brief, markup
from counter.services import drafts
from counter.web.access import public
from counter.web.apply import owner
from counter.web.front import blueprint
from forms.life_events import LIFE_EVENTS
from forms.messages import N_
from forms.procedures import CATALOGUE

IN_GUIDE = N_("%(event)s：手続をさがしている途中")


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


def titles_of(draft: drafts.Draft) -> str:
    """What a draft is about, in a line."""
    if not draft.procedures and draft.event in LIFE_EVENTS:
        return markup(IN_GUIDE) % {"event": markup(LIFE_EVENTS[draft.event].title)}
    return markup(N_("、")).join(brief(CATALOGUE[code].title) for code in draft.procedures if code in CATALOGUE)
