"""A paper form from hand to hand: held while somebody works on it, taken over, sent back, taken out again."""

from __future__ import annotations

import datetime as dt

import flask
from werkzeug.exceptions import NotFound

from counter.extensions import db
from counter.models.intake import OPEN, PaperForm
from counter.queries import review as queue
from counter.services import holding, review, second_look
from counter.web import access
from counter.web.account.frame import dress

blueprint = flask.Blueprint("passing", __name__, url_prefix="/desk/forms")
dress(blueprint)


@blueprint.post("/<form_id>/hold")
@access.staff("desk")
def hold(form_id: str) -> flask.typing.ResponseReturnValue:
    """A sign of life of an open page. 409 with the other's name when the form is in other hands or settled."""
    form = _form(form_id)
    if form.state not in OPEN:
        return {"holder": "", "settled": True}, 409
    holder = holding.take(db(), form, access.me().actor, _now())
    if holder is not None:
        return {"holder": queue.name_of(db(), holder.actor), "settled": False}, 409
    return "", 204


@blueprint.post("/<form_id>/let-go")
@access.staff("desk")
def let_go(form_id: str) -> flask.typing.ResponseReturnValue:
    """The page was left: the next person need not wait."""
    holding.let_go(db(), _form(form_id), access.me().actor)
    return "", 204


@blueprint.post("/<form_id>/take-over")
@access.staff("desk")
def take_over(form_id: str) -> flask.typing.ResponseReturnValue:
    form = _form(form_id)
    if form.state in OPEN:
        holding.take_over(db(), form, access.me().actor, _now())
    return flask.redirect(flask.url_for("review.show", form_id=form.id))


@blueprint.post("/<form_id>/send-back")
@access.staff("desk")
def send_back(form_id: str) -> flask.typing.ResponseReturnValue:
    """From the second look to the first; who had the first may take it back so without a reason."""
    form, me, why = _form(form_id), access.me().actor, flask.request.form.get("why", "").strip()
    own = form.first_by == me
    if not why and not own:
        flask.flash("差し戻す理由を入力してください。", "error")
        return flask.redirect(flask.url_for("review.show", form_id=form.id))
    try:
        review.send_back(db(), form, version=_version(), actor=me, why=why, now=_now())
    except (review.SomebodyElse, review.Settled):
        return flask.render_template("desk/conflict.html", mine=None, theirs=None, form=form, differences=()), 409
    if own:
        return flask.redirect(flask.url_for("review.show", form_id=form.id))
    holding.let_go(db(), form, me)
    flask.flash("1人目の確認に差し戻しました。")
    following = queue.next_free(db(), me, _now(), after=form)
    return flask.redirect(flask.url_for("review.show", form_id=following) if following else flask.url_for("desk.home"))


@blueprint.post("/<form_id>/reopen")
@access.staff("desk")
def reopen(form_id: str) -> flask.typing.ResponseReturnValue:
    """Undo of setting aside."""
    form = _form(form_id)
    try:
        review.reopen(db(), form, version=_version(), actor=access.me().actor, now=_now())
    except review.SomebodyElse:
        return flask.render_template("desk/conflict.html", mine=None, theirs=None, form=form, differences=()), 409
    return flask.redirect(flask.url_for("review.show", form_id=form.id))


@blueprint.get("/second-look")
@access.staff("admin")
def rules() -> flask.typing.ResponseReturnValue:
    """For which procedures two people look a paper form over."""
    return flask.render_template(
        "desk/second_look.html", procedures=_on_paper(), chosen=second_look.procedures(db()), saved=False
    )


@blueprint.post("/second-look")
@access.staff("admin")
def choose() -> flask.typing.ResponseReturnValue:
    known = _on_paper()
    wanted = frozenset(flask.request.form.getlist("procedure")) & set(known)
    second_look.choose(db(), access.me().ward, wanted, tuple(known), access.me().actor)
    flask.flash("保存しました。これから確認する用紙に当てはまります。")
    return flask.redirect(flask.url_for("passing.rules"))


def _on_paper() -> dict[str, str]:
    from counter.services import sheets

    return {code: procedure.title for code, procedure in sheets.on_paper().items()}


def _form(form_id: str) -> PaperForm:
    found = review.find(db(), form_id)
    if found is None:
        raise NotFound
    return found


def _version() -> int:
    return flask.request.form.get("version", 0, type=int) or 0


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
