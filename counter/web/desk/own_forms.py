"""区の様式: paper that the ward printed itself. The desk draws and tries out; an admin puts to use and retires."""

from __future__ import annotations

import datetime as dt

import flask
from werkzeug.exceptions import NotFound

from counter.extensions import db
from counter.models.own_form import OwnForm, OwnState
from counter.queries import own_forms as lists
from counter.services import audit, own_forms, own_forms_trials, sheets
from counter.services.own_forms_fields import WAYS, eras, list_keys
from counter.services.own_forms_zones import Drawing
from counter.web import access
from counter.web.account.frame import dress
from counter.web.bodies import takes_files
from counter.web.desk import own_drawing
from counter.web.desk.batches import blobs, titles
from counter.web.desk.own_drawing import Said
from forms.model import Procedure
from forms.snapshot import digest

blueprint = flask.Blueprint("own_forms", __name__, url_prefix="/desk/own-forms")
dress(blueprint)

CHANGED = "ほかの職員が先に保存しました。この画面の枠はまだ保存されていません。もう一度「保存する」を押すと、この画面の内容で上書きします。"
MOVED_ON = "この様式は、ほかの職員が先に変えました。いまの状態を表示しています。"


@blueprint.get("")
@access.staff("desk", "admin")
def home() -> flask.typing.ResponseReturnValue:
    found = lists.forms(db())
    today = {code: digest(procedure) for code, procedure in sheets.on_paper().items()}
    return flask.render_template(
        "desk/own_forms.html",
        forms=found,
        titles=titles(),
        people=lists.people(db(), {row.by for row in found if row.by}),
        outdated={
            row.id for row in found if row.definition_digest and row.definition_digest != today.get(row.procedure)
        },
    )


@blueprint.get("/new")
@access.staff("desk")
def begin() -> flask.typing.ResponseReturnValue:
    return _begin()


@blueprint.post("")
@takes_files
@access.staff("desk")
def receive() -> flask.typing.ResponseReturnValue:
    said, file = flask.request.form, flask.request.files.get("blank")
    before = own_forms.find(db(), said.get("before", "")) if said.get("before") else None
    title = " ".join(said.get("title", "").split())
    procedure = sheets.on_paper().get(said.get("procedure", ""))
    data = file.read() if file is not None and file.filename else b""
    problems = {}
    if not title:
        problems["title"] = "様式の名前を入力してください。"
    if procedure is None:
        problems["procedure"] = "手続を選んでください。"
    if not data:
        problems["blank"] = "何も書かれていない用紙を読み取ったファイルを選んでください。"
    if problems or procedure is None:
        return _begin(problems, before), 422
    form = own_forms.receive(
        db(), blobs(), ward=access.me().ward, actor=access.me().actor, title=title, procedure=procedure, data=data, before=before,
    )  # fmt: skip
    return flask.redirect(flask.url_for("own_forms.show", own_id=form.id))


@blueprint.get("/<own_id>")
@access.staff("desk", "admin")
def show(own_id: str) -> flask.typing.ResponseReturnValue:
    form = _form(own_id)
    if form.state in (OwnState.PREPARING, OwnState.FAILED):
        return flask.render_template("desk/own_form_waiting.html", form=form, titles=titles())
    if form.state == OwnState.DRAFT and "desk" in access.me().roles:
        return _editor(form, Said(Drawing.load(form.drawing), {}))
    return _overview(form)


@blueprint.post("/<own_id>")
@access.staff("desk")
def draw(own_id: str) -> flask.typing.ResponseReturnValue:
    """Keep what was drawn; or show it with one zone, or with rows, more. The button says which."""
    form = _form(own_id)
    if form.state != OwnState.DRAFT:
        return _moved_on(form)
    said = own_drawing.sent(flask.request.form, _procedure(form))
    action = flask.request.form.get("action", "save")
    if action == "add":
        page = flask.request.form.get("add-page", 1, type=int) or 1
        return _editor(form, Said(own_drawing.added(said.drawing, page), said.unknown), unsaved=True)
    if action == "repeat":
        return _editor(form, Said(own_drawing.again(said.drawing, flask.request.form), {}), unsaved=True)
    title = " ".join(flask.request.form.get("title", "").split()) or form.title
    looked_over = flask.request.form.get("looked_over") == "yes"
    try:
        own_forms.save(
            db(), form, version=_version(), actor=access.me().actor, title=title, drawing=said.drawing,
            looked_over=looked_over, now=_now(),
        )  # fmt: skip
    except own_forms.SomebodyElse:
        db().rollback()
        return _editor(_form(own_id), said, problem=CHANGED, unsaved=True), 409
    if said.unknown:
        return _editor(form, said)
    if action == "try":
        return flask.redirect(flask.url_for("own_forms.trial", own_id=form.id))
    flask.flash("下書きを保存しました。")
    return flask.redirect(flask.url_for("own_forms.show", own_id=form.id))


@blueprint.get("/<own_id>/pages/<int:number>.png")
@access.staff("desk", "admin")
def page(own_id: str, number: int) -> flask.typing.ResponseReturnValue:
    form = _form(own_id)
    found = next((one for one in own_forms.pages(db(), form) if one.page == number), None)
    if found is None:
        raise NotFound
    return flask.Response(own_forms.picture(db(), blobs(), form, found), mimetype="image/png")


# -- trying out ------------------------------------------------------------------------------------------------------


@blueprint.get("/<own_id>/trial")
@access.looks
@access.staff("desk", "admin")
def trial(own_id: str) -> flask.typing.ResponseReturnValue:
    """A filled sample with what was read over it: of a person maybe, so the look is on record."""
    form = _form(own_id)
    found = own_forms_trials.latest(db(), form)
    if found is not None and found.pages:
        audit.record(db(), form.ward, access.me().actor, "own-form.trial-look", form.id)
    return flask.render_template("desk/own_form_trial.html", form=form, trial=found, problem="")


@blueprint.post("/<own_id>/trial")
@takes_files
@access.staff("desk")
def try_out(own_id: str) -> flask.typing.ResponseReturnValue:
    form, file = _form(own_id), flask.request.files.get("sample")
    data = file.read() if file is not None and file.filename else b""
    if not data:
        found = own_forms_trials.latest(db(), form)
        problem = "記入した用紙を読み取ったファイルを選んでください。"
        return flask.render_template("desk/own_form_trial.html", form=form, trial=found, problem=problem), 422
    try:
        own_forms_trials.begin(db(), blobs(), form, actor=access.me().actor, data=data)
    except own_forms.NotNow:
        return _moved_on(form)
    return flask.redirect(flask.url_for("own_forms.trial", own_id=form.id))


@blueprint.get("/<own_id>/trial/<int:number>.jpg")
@access.staff("desk", "admin")
def trial_page(own_id: str, number: int) -> flask.typing.ResponseReturnValue:
    jpeg = own_forms_trials.page_picture(db(), blobs(), _form(own_id), number)
    if jpeg is None:
        raise NotFound
    return flask.Response(jpeg, mimetype="image/jpeg")


@blueprint.post("/<own_id>/trial/put-away")
@access.staff("desk")
def put_away(own_id: str) -> flask.typing.ResponseReturnValue:
    form = _form(own_id)
    own_forms_trials.put_away(db(), blobs(), form)
    flask.flash("お試しの画像と読み取った内容を消しました。")
    return flask.redirect(flask.url_for("own_forms.show", own_id=form.id))


# -- versions --------------------------------------------------------------------------------------------------------


@blueprint.get("/<own_id>/activate")
@access.staff("admin")
def ready(own_id: str) -> flask.typing.ResponseReturnValue:
    form = _form(own_id)
    return _ready(form) if form.state == OwnState.DRAFT else _moved_on(form)


@blueprint.post("/<own_id>/activate")
@access.staff("admin")
def activate(own_id: str) -> flask.typing.ResponseReturnValue:
    form = _form(own_id)
    try:
        own_forms.activate(db(), form, _procedure(form), version=_version(), actor=access.me().actor, now=_now())
    except own_forms.NotReady:
        return _ready(form), 422
    except (own_forms.SomebodyElse, own_forms.NotNow):
        return _moved_on(form)
    own_forms_trials.put_away(db(), blobs(), form)
    flask.flash(f"「{form.title}」を使い始めました。これから取り込む用紙は、自動で見分けて読み取ります。")
    return flask.redirect(flask.url_for("own_forms.show", own_id=form.id))


@blueprint.post("/<own_id>/retire")
@access.staff("admin")
def retire(own_id: str) -> flask.typing.ResponseReturnValue:
    form = _form(own_id)
    try:
        own_forms.retire(db(), form, version=_version(), actor=access.me().actor, now=_now())
    except (own_forms.SomebodyElse, own_forms.NotNow):
        return _moved_on(form)
    flask.flash(f"「{form.title}」の使用を終わりました。読み取りずみの申請書はそのままです。")
    return flask.redirect(flask.url_for("own_forms.show", own_id=form.id))


@blueprint.post("/<own_id>/resume")
@access.staff("admin")
def resume(own_id: str) -> flask.typing.ResponseReturnValue:
    form = _form(own_id)
    try:
        own_forms.resume(db(), form, version=_version(), actor=access.me().actor, now=_now())
    except (own_forms.SomebodyElse, own_forms.NotNow):
        return _moved_on(form)
    flask.flash(f"「{form.title}」をまた使い始めました。")
    return flask.redirect(flask.url_for("own_forms.show", own_id=form.id))


@blueprint.post("/<own_id>/new-version")
@access.staff("desk")
def new_version(own_id: str) -> flask.typing.ResponseReturnValue:
    form = _form(own_id)
    try:
        made = own_forms.new_version(db(), blobs(), form, actor=access.me().actor, now=_now())
    except own_forms.NotNow:
        return _moved_on(form)
    return flask.redirect(flask.url_for("own_forms.show", own_id=made.id))


@blueprint.post("/<own_id>/discard")
@access.staff("desk")
def discard(own_id: str) -> flask.typing.ResponseReturnValue:
    form = _form(own_id)
    try:
        own_forms_trials.put_away(db(), blobs(), form)
        own_forms.discard(db(), blobs(), form, version=_version(), actor=access.me().actor)
    except (own_forms.SomebodyElse, own_forms.NotNow):
        db().rollback()
        return _moved_on(_form(own_id))
    flask.flash(f"「{form.title}」の下書きを消しました。")
    return flask.redirect(flask.url_for("own_forms.home"))


# -- pages -----------------------------------------------------------------------------------------------------------


def _begin(problems: dict[str, str] | None = None, before: OwnForm | None = None) -> str:
    before = before or own_forms.find(db(), flask.request.args.get("before", ""))
    return flask.render_template(
        "desk/own_form_new.html", titles=titles(), problems=problems or {}, said=flask.request.form, before=before,
        most_pages=own_forms.MOST_PAGES,
    )  # fmt: skip


def _editor(form: OwnForm, said: Said, *, problem: str = "", unsaved: bool = False) -> str:
    procedure, pages = _procedure(form), own_forms.pages(db(), form)
    blanks = own_forms.blanks(pages)
    zones, general = own_drawing.rows(said.drawing, said.unknown, procedure, blanks)
    return flask.render_template(
        "desk/own_form_edit.html",
        form=form,
        procedure=procedure,
        pages=list(zip(pages, blanks, strict=True)),
        zones=zones,
        general=general,
        wrong=sum(row.wrong for row in zones),
        groups=own_drawing.groups(said.drawing, procedure),
        missing=own_drawing.missing(said.drawing, procedure),
        facts=own_drawing.facts(procedure),
        lists=list_keys(procedure),
        ways=WAYS,
        eras=eras,
        problem=problem,
        unsaved=unsaved,
        may_activate="admin" in access.me().roles,
    )


def _overview(form: OwnForm) -> str:
    procedure, pages = _procedure(form), own_forms.pages(db(), form)
    blanks, drawing = own_forms.blanks(pages), Drawing.load(form.drawing)
    versions = lists.forms(db(), line=form.line)
    return flask.render_template(
        "desk/own_form.html",
        form=form,
        row=next(row for row in versions if row.id == form.id),
        versions=versions,
        people=lists.people(db(), {row.by for row in versions if row.by} | {form.activated_by or ""}),
        procedure=procedure,
        pages=list(zip(pages, blanks, strict=True)),
        zones=own_drawing.rows(drawing, {}, procedure, blanks)[0],
        missing=own_drawing.missing(drawing, procedure),
        outdated=form.definition_digest is not None and form.definition_digest != digest(procedure),
        roles=access.me().roles,
    )


def _ready(form: OwnForm) -> str:
    procedure = _procedure(form)
    drawing = Drawing.load(form.drawing)
    return flask.render_template(
        "desk/own_form_ready.html",
        form=form,
        procedure=procedure,
        findings=own_forms.findings(db(), form, procedure),
        zones=len(drawing.zones),
        pages=len(own_forms.pages(db(), form)),
        missing=own_drawing.missing(drawing, procedure),
        trial=own_forms_trials.latest(db(), form),
        earlier=[row for row in lists.forms(db(), line=form.line) if row.state == OwnState.ACTIVE],
    )


def _moved_on(form: OwnForm) -> flask.typing.ResponseReturnValue:
    flask.flash(MOVED_ON, "error")
    return flask.redirect(flask.url_for("own_forms.show", own_id=form.id))


def _form(own_id: str) -> OwnForm:
    found = own_forms.find(db(), own_id)
    if found is None:
        raise NotFound
    return found


def _procedure(form: OwnForm) -> Procedure:
    """As it is asked today where zones are drawn; as it was when the form was put to use afterwards."""
    found = sheets.definition_of(db(), form.sheet_digest, form.procedure)
    if found is None:
        raise NotFound
    return found


def _version() -> int:
    return flask.request.form.get("version", 0, type=int) or 0


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
