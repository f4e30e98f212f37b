"""安否登録: one light page with a door of its own. It needs no session and no cookie: a signed token stands in it."""

from __future__ import annotations

import datetime as dt
import secrets
from urllib.parse import urlsplit

import flask
from itsdangerous import BadData, URLSafeTimedSerializer

from counter import locales
from counter.extensions import csrf, db
from counter.locales import markup
from counter.services.disaster import register_safety
from counter.web.access import public
from forms.bundle import Bundle
from forms.procedures import CATALOGUE
from forms.web import PageForm, page_form

blueprint = flask.Blueprint("safety", __name__, url_prefix="/safety")

HOURS = 24


@blueprint.get("/")
@public
def register() -> str:
    return _page(_form({}), _new_token())


@blueprint.post("/")
@csrf.exempt
@public
def send() -> str | tuple[str, int]:
    nonce = _nonce(flask.request.form.get("token", ""))
    answers = _answers()
    form = _form(answers, flask.request.form)
    if locales.switching():
        return _page(form, flask.request.form.get("token", "") if nonce else _new_token())
    if nonce is None or not _from_here():
        return _page(form, _new_token(), again=True), 400
    if not form.validate() or Bundle((CATALOGUE["safety"],)).problems(answers):
        return _page(form, flask.request.form["token"])
    registered = register_safety(
        db(), answers, nonce=nonce, language=locales.current().code, registered_at=dt.datetime.now(dt.UTC)
    )
    return flask.render_template("safety/done.html", registered=registered)


def _answers() -> dict[str, object]:
    """What was sent as a document. Questions that an answer opens are read in a second look."""
    answers: dict[str, object] = {}
    for _ in range(2):
        form = _form(answers, flask.request.form)
        values = {path: value for path, value in form.values.items() if value is not None}
        answers = {"safety": {path.partition(".")[2]: value for path, value in values.items()}}
    return answers


def _form(answers: dict[str, object], formdata: object = None) -> PageForm:
    questions = Bundle((CATALOGUE["safety"],)).asked(answers)
    return page_form(questions, translate=markup, own="safety")(formdata)


def _page(form: PageForm, token: str, *, again: bool = False) -> str:
    return flask.render_template(
        "safety/register.html", form=form, token=token, again=again, open_form=True, failed=bool(form.summary)
    )


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(flask.current_app.secret_key or b"", salt="safety")


def _new_token() -> str:
    return str(_signer().dumps(secrets.token_urlsafe(16)))


def _nonce(token: str) -> str | None:
    try:
        return str(_signer().loads(token, max_age=HOURS * 3600))
    except BadData:
        return None


def _from_here() -> bool:
    """A browser says where a form was sent from; one that does not say is let in with the token alone."""
    origin = flask.request.headers.get("Origin")
    return origin in (None, "null") or urlsplit(origin).netloc == flask.request.host
