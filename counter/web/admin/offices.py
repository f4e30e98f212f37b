"""所管課 of one's own ward: their names, how they are handed applications, what their systems can write."""

from __future__ import annotations

import flask
from werkzeug.exceptions import NotFound

from counter.extensions import db
from counter.queries import organisation
from counter.services import offices
from counter.web import access
from counter.web.account.frame import dress
from forms.characters import SETS, UNICODE

blueprint = flask.Blueprint("offices", __name__, url_prefix="/staff/offices")
dress(blueprint)


@blueprint.get("")
@access.staff("admin")
def show() -> str:
    return _page()


@blueprint.post("")
@access.staff("admin")
def add() -> flask.typing.ResponseReturnValue:
    me = access.me()
    try:
        offices.add(db(), me.ward, name=flask.request.form.get("name", ""), actor=me.actor)
    except offices.Wrong as wrong:
        return _page(str(wrong)), 422
    flask.flash("所管課を加えました。「手続」で、この課が受け取る手続を選んでください。")
    return flask.redirect(flask.url_for("offices.show"), 303)


@blueprint.post("/<code>")
@access.staff("admin")
def change(code: str) -> flask.typing.ResponseReturnValue:
    me, sent = access.me(), flask.request.form
    said = {name: sent.get(name, "") for name in ("name", "way", "characters")}
    try:
        if not offices.change(db(), me.ward, code, actor=me.actor, **said):
            raise NotFound
    except offices.Wrong as wrong:
        return _page(str(wrong), code, said), 422
    flask.flash(f"{said['name'].strip()}の設定を保存しました。これから届く申請に使われます。")
    return flask.redirect(flask.url_for("offices.show"), 303)


def _page(problem: str = "", code: str = "", said: dict[str, str] | None = None) -> str:
    """`said`: what was typed for the office `code` and could not be taken."""
    return flask.render_template(
        "overlays/offices.html",
        offices=organisation.offices(db(), access.me().ward),
        ways=offices.WAYS,
        sets=SETS,
        unicode=UNICODE,
        problem=problem,
        wrong=code,
        said=said or {},
    )
