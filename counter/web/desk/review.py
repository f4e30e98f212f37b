"""確認: one paper form after the other, what was read beside what stands there."""

from __future__ import annotations

import datetime as dt

import flask
from werkzeug.exceptions import NotFound

from counter import vault
from counter.extensions import db
from counter.models.bundle import Bundle
from counter.models.intake import OPEN, FormState, PaperForm
from counter.queries import intake as lists
from counter.queries import review as queue
from counter.queries.batches import TWINS
from counter.services import audit, erasure, holding, pictures, receipts, review, second_look, sheets
from counter.web import access
from counter.web.account.frame import dress
from counter.web.desk.batches import blobs, titles
from counter.web.desk.screen import Screen, build
from forms.model import Procedure
from forms.wards import WARDS

blueprint = flask.Blueprint("review", __name__, url_prefix="/desk/forms")
dress(blueprint)


@blueprint.get("")
@access.staff("desk")
def waiting() -> flask.typing.ResponseReturnValue:
    """Everything that waits for a clerk, oldest first."""
    found = lists.forms(db(), only_open=True, after=_after(flask.request.args.get("after", "")))
    shown, me = found[: lists.PAGE], access.me().actor
    return flask.render_template(
        "desk/waiting.html",
        forms=shown,
        holders=queue.holders(db(), (form.id for form in shown), me, _now()),
        first=queue.next_free(db(), me, _now()),
        titles=titles(),
        states=lists.STATES,
        more=_mark(found[lists.PAGE - 1]) if len(found) > lists.PAGE else "",
    )


@blueprint.get("/<form_id>")
@access.looks
@access.staff("desk")
def show(form_id: str) -> flask.typing.ResponseReturnValue:
    """Opening a form takes it: nobody else works on it meanwhile (ADR 10)."""
    form, me = _form(form_id), access.me().actor
    if form.state not in OPEN:
        audit.record(db(), form.ward, me, "paper.look", form.id)
        return _settled(form)
    if form.state == FormState.SECOND and form.first_by == me:
        return _not_mine(form, "")
    if holder := holding.take(db(), form, me, _now()):
        return _not_mine(form, queue.name_of(db(), holder.actor))
    audit.record(db(), form.ward, me, "paper.look", form.id)
    procedure = _procedure(form)
    if procedure is None:
        return _unknown(form)
    return _screen(build(db(), form, procedure))


@blueprint.post("/<form_id>")
@access.staff("desk")
def act(form_id: str) -> flask.typing.ResponseReturnValue:
    """Save, lengthen a list, or confirm; the button says which."""
    form = _form(form_id)
    procedure = _procedure(form) or flask.abort(404)
    if form.state == FormState.SECOND and form.first_by == access.me().actor:  # pressed twice
        return _not_mine(form, "")
    screen = build(db(), form, procedure, said=flask.request.form)
    action = flask.request.form.get("action", "save")
    if action.startswith("row:"):
        return _screen(screen)
    try:
        if action == "confirm":
            return _confirm(screen)
        review.save(
            db(),
            form,
            version=screen.version,
            actor=access.me().actor,
            record=screen.record,
            kept=screen.page.rejected,
            rows=screen.rows,
            now=_now(),
            shown_at=_shown_at(),
            seconds=screen.seconds,
        )
    except review.SomebodyElse:
        return _conflict(screen)
    except review.Settled:
        return flask.redirect(flask.url_for("review.show", form_id=form.id))
    flask.flash("途中まで保存しました。")
    return flask.redirect(flask.url_for("review.show", form_id=form.id))


@blueprint.post("/<form_id>/procedure")
@access.staff("desk")
def identify(form_id: str) -> flask.typing.ResponseReturnValue:
    """A clerk says which procedure an unrecognised page is."""
    form = _form(form_id)
    procedure = sheets.on_paper().get(flask.request.form.get("procedure", ""))
    if procedure is None:
        flask.flash("手続を選んでください。", "error")
        return flask.redirect(flask.url_for("review.show", form_id=form.id))
    try:
        review.identify(db(), form, version=_version(), actor=access.me().actor, procedure=procedure, now=_now())
    except (review.SomebodyElse, review.Settled):
        return _moved_on(form)
    return flask.redirect(flask.url_for("review.show", form_id=form.id))


@blueprint.post("/<form_id>/set-aside")
@access.staff("desk")
def set_aside(form_id: str) -> flask.typing.ResponseReturnValue:
    form, reason = _form(form_id), flask.request.form.get("reason", "").strip()
    if not reason:
        flask.flash("対象外にする理由を入力してください。", "error")
        return flask.redirect(flask.url_for("review.show", form_id=form.id))
    try:
        review.set_aside(db(), form, version=_version(), actor=access.me().actor, reason=reason, now=_now())
    except (review.SomebodyElse, review.Settled):
        return _moved_on(form)
    flask.flash("対象外にしました。用紙の画像は残っています。")
    return onward(form)


@blueprint.get("/<form_id>/pages/<page_id>.jpg")
@access.staff("desk")
def page(form_id: str, page_id: str) -> flask.typing.ResponseReturnValue:
    return flask.Response(_picture(_form(form_id), page_id), mimetype="image/jpeg")


@blueprint.get("/<form_id>/pages/<page_id>/<int:x>-<int:y>-<int:width>-<int:height>.jpg")
@access.staff("desk")
def cut(form_id: str, page_id: str, x: int, y: int, width: int, height: int) -> flask.typing.ResponseReturnValue:
    picture = _picture(_form(form_id), page_id)
    return flask.Response(pictures.cut(picture, (x, y, width, height)), mimetype="image/jpeg")


@blueprint.get("/<form_id>/slip")
@access.looks
@access.staff("desk")
def slip(form_id: str) -> flask.typing.ResponseReturnValue:
    """What the applicant takes home: the number and the second secret."""
    form = _form(form_id)
    bundle = db().get(Bundle, form.bundle_id) if form.bundle_id else None
    if bundle is None:
        raise NotFound
    audit.record(db(), form.ward, access.me().actor, "paper.slip", form.id, {"bundle": bundle.id})
    return flask.render_template(
        "desk/slip.html",
        form=form,
        receipt=receipts.of_bundle(db(), bundle),
        wards=WARDS,
        following=_following(form),
    )


def _confirm(screen: Screen) -> flask.typing.ResponseReturnValue:
    form, said = screen.form, flask.request.form
    if not screen.page.validate():
        return _screen(screen, 422)
    try:
        review.confirm(
            db(),
            form,
            screen.procedure,
            version=screen.version,
            actor=access.me().actor,
            record=screen.record,
            now=_now(),
            separate=bool(said.get("separate")),
            drop=bool(said.get("drop")),
            shown_at=_shown_at(),
            seconds=screen.seconds,
        )
    except second_look.Needed:
        return _pass_on(screen)
    except second_look.OwnWork:
        return _not_mine(form, "")
    except review.NotComplete as incomplete:
        screen.refuse(incomplete.problems)
    except review.NotUsed as unused:
        screen.unused = unused.labels
    except review.AlreadyReceived:
        screen.duplicate = True
    except review.OtherWard:
        pass  # the screen says so, by the same addressee
    else:
        return flask.redirect(flask.url_for("review.slip", form_id=form.id))
    return _screen(screen, 422)


def _pass_on(screen: Screen) -> flask.typing.ResponseReturnValue:
    """Complete and looked over: it waits for another person now."""
    form, actor = screen.form, access.me().actor
    review.save(
        db(),
        form,
        version=screen.version,
        actor=actor,
        record=screen.record,
        kept={},
        rows=screen.rows,
        now=_now(),
        shown_at=_shown_at(),
        seconds=screen.seconds,
        pass_on=True,
    )
    holding.let_go(db(), form, actor)
    flask.flash("2人目の確認に回しました。")
    return onward(form)


def onward(form: PaperForm) -> flask.typing.ResponseReturnValue:
    """To the next form that nobody has, or back to the batch."""
    following = _following(form)
    if following:
        return flask.redirect(flask.url_for("review.show", form_id=following))
    return flask.redirect(flask.url_for("desk.batch", batch_id=form.batch_id))


def _following(form: PaperForm) -> str | None:
    return queue.next_free(db(), access.me().actor, _now(), after=form)


def _settled(form: PaperForm) -> str:
    return flask.render_template(
        "desk/settled.html",
        form=form,
        states=lists.STATES,
        titles=titles(),
        following=_following(form),
        erased=erasure.is_erased(db(), form),
    )


def _not_mine(form: PaperForm, holder: str) -> str:
    """Somebody else has it, or (no holder) it waits for somebody else's look."""
    return flask.render_template(
        "desk/not_mine.html", form=form, holder=holder, titles=titles(), states=lists.STATES, following=_following(form)
    )


def _screen(screen: Screen, status: int = 200) -> flask.typing.ResponseReturnValue:
    screen.settle()
    neighbours = lists.forms(db(), batch_id=screen.form.batch_id)
    return flask.render_template(
        "desk/review.html",
        screen=screen,
        wards=WARDS,
        forms=neighbours,
        titles=titles(),
        states=lists.STATES,
        twins=TWINS,
        shown_at=int((_shown_at() or _now()).timestamp()),
        pace=queue.pace(db(), screen.form),
        first=queue.name_of(db(), screen.form.first_by) if screen.form.first_by else "",
    ), status


def _conflict(screen: Screen) -> flask.typing.ResponseReturnValue:
    """Both versions, and no way on but to look at the other first."""
    db().rollback()
    theirs = build(db(), _form(screen.form.id), screen.procedure)
    return flask.render_template(
        "desk/conflict.html", mine=screen, theirs=theirs, differences=screen.differences(theirs)
    ), 409


def _moved_on(form: PaperForm) -> flask.typing.ResponseReturnValue:
    return flask.render_template("desk/conflict.html", mine=None, theirs=None, form=form, differences=()), 409


def _unknown(form: PaperForm) -> str:
    opened = review.open_form(db(), form, None)
    return flask.render_template(
        "desk/identify.html",
        form=form,
        pages=opened.pages,
        titles=titles(),
        forms=lists.forms(db(), batch_id=form.batch_id),
        states=lists.STATES,
    )


def _picture(form: PaperForm, page_id: str) -> bytes:
    found = lists.page(db(), form.id, page_id)
    if found is None:
        raise NotFound
    try:
        return vault.of(db()).open_bytes(db(), form.key_id, f"scan_page:blob:{found.id}", blobs().get(found.blob))
    except vault.Shredded:
        raise NotFound from None


def _form(form_id: str) -> PaperForm:
    found = review.find(db(), form_id)
    if found is None:
        raise NotFound
    return found


def _procedure(form: PaperForm) -> Procedure | None:
    return sheets.definition_of(db(), form.sheet_digest, form.procedure)


def _version() -> int:
    return flask.request.form.get("version", 0, type=int) or 0


def _shown_at() -> dt.datetime | None:
    """When the page in the clerk's hands was first shown; only a figure hangs on it."""
    sent = flask.request.form.get("shown_at", "")
    return (
        dt.datetime.fromtimestamp(int(sent), dt.UTC) if sent.isascii() and sent.isdigit() and len(sent) < 12 else None
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _mark(row: lists.FormRow) -> str:
    return f"{row.created_at.timestamp()}_{row.id}"


def _after(text: str) -> tuple[dt.datetime, str] | None:
    at, _, form_id = text.partition("_")
    try:
        return (dt.datetime.fromtimestamp(float(at), dt.UTC), form_id) if form_id else None
    except (ValueError, OverflowError, OSError):
        return None
