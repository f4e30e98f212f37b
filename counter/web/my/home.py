"""The first page of a signed-in resident: what they filed, what they are writing, what is kept."""

from __future__ import annotations

import flask

from counter.web import access
from counter.web.my import blueprint


@blueprint.get("/")
@access.resident
def home() -> str:
    return flask.render_template("my/home.html")
