"""事業者登録: what it is, and the way into it; the questions are the residents' own machinery."""

from __future__ import annotations

import flask

from counter.web.access import public
from forms.life_events import suggestions

blueprint = flask.Blueprint("suppliers", __name__, url_prefix="/suppliers")


@blueprint.get("/")
@public
def start() -> str:
    return flask.render_template("suppliers/start.html", follow=suggestions("business", {}))
