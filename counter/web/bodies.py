"""How much may be sent: little everywhere, much only where scans are uploaded; told before anything is parsed."""

from collections.abc import Callable
from typing import Any, TypeVar

import flask
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

View = TypeVar("View", bound=Callable[..., Any])
URLENCODED = "application/x-www-form-urlencoded"


def takes_files(view: View) -> View:
    """A view to which MAX_CONTENT_LENGTH may be sent; every other gets MAX_FORM_MEMORY_SIZE at most."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def init_app(app: flask.Flask) -> None:
    """Before whatever reads a form, such as the check of its token."""
    app.before_request(_measure)


def _measure() -> None:
    request, config = flask.request, flask.current_app.config
    view = flask.current_app.view_functions.get(request.endpoint or "")
    if request.mimetype == URLENCODED or not getattr(view, "takes_files", False):
        request.max_content_length = min(config["MAX_CONTENT_LENGTH"], config["MAX_FORM_MEMORY_SIZE"])
    if request.is_json:
        raise UnsupportedMediaType  # no route of ours takes any, and the libraries would read it unasked
    if request.mimetype == URLENCODED:
        body = request.get_data()
        # A body without a length is cut at the limit in silence; parts are counted of multipart bodies only, and a
        # million tiny fields would take seconds.
        if len(body) >= (request.max_content_length or 0) or body.count(b"&") >= config["MAX_FORM_PARTS"]:
            raise RequestEntityTooLarge
    _ = request.form  # too much of it is told here, once; an error page asks the form for its language
