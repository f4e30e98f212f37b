"""申請状況: what a resident sees and does after filing, from the look-up to the last copy."""

import flask

blueprint = flask.Blueprint("status", __name__, url_prefix="/status")

from counter.web.status import views  # noqa: E402, I001  the look-up first: the others lead back to it
from counter.web.status import copies, corrections, documents, messages, visits, withdraw  # noqa: E402  each adds its routes

__all__ = ["blueprint", "copies", "corrections", "documents", "messages", "views", "visits", "withdraw"]
