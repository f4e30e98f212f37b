"""申請: from the first choice to the receipt, for residents."""

import flask

blueprint = flask.Blueprint("apply", __name__, url_prefix="/apply")

from counter.web.apply import begin, finish, guide, paper, questions  # noqa: E402, F401  each adds its routes
