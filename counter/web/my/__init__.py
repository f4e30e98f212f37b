"""わたしのページ: signing in, what is kept for next time, who looked at it, one's own applications."""

import flask

from counter.web.my import session

blueprint = flask.Blueprint("my", __name__, url_prefix="/my")
blueprint.after_app_request(session.keep_awake)

from counter.web.my import home, kept, reuse, signing  # noqa: E402, F401  each adds its routes
