"""Before an application: the front page, the way into the guide, the catalogue, and the pages of plain words."""

import flask

blueprint = flask.Blueprint("front", __name__)

from counter.web.front import catalogue, pages, start  # noqa: E402, F401  each adds its routes
