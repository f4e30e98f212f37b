"""次の方へ: the end of one person's turn, after which this browser knows nothing of them, by Back or otherwise."""

from __future__ import annotations

import datetime as dt

import flask
from flask_login import current_user
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db
from counter.services import assisted
from counter.web.apply import owner
from counter.web.assisted import serving
from counter.web.my import session as resident

# Not "cookies": the clerk stays signed in. What belonged to the client is deleted by name below.
CLEAR = '"cache", "storage"'


def next_person(how: str = "next") -> Response:
    """Drafts go home or are erased, the session keeps the clerk's sign-in alone, the browser drops what it stored."""
    if current_user.is_authenticated:
        assisted.end_all(db(), current_user.ward, f"staff:{current_user.id}", dt.datetime.now(dt.UTC), how)
    return clean(flask.redirect(flask.url_for("assisted.home", done=1), 303))


def clean(response: Response) -> Response:
    """Everything of a resident out of this browser; the clerk stays signed in."""
    serving.wipe()
    owner.forget(response)
    resident.forget(response)
    response.delete_cookie(locales.COOKIE)
    response.headers["Clear-Site-Data"] = CLEAR
    return response
