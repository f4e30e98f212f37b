"""取込: scans come in, and how far their reading is."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import flask
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound

from counter import ids
from counter.extensions import db
from counter.locales import JST
from counter.models.intake import Batch
from counter.queries import batches as lists
from counter.queries import intake as forms_of
from counter.services import audit, batches, grouping, intake, review, sheets, unknown_pages
from counter.services.blobs import Blobs
from counter.services.intake import Upload
from counter.web import access
from counter.web.account.frame import dress
from counter.web.bodies import takes_files
from counter.web.desk import batch_page
from counter.web.openapi import answers

blueprint = flask.Blueprint("desk", __name__, url_prefix="/desk")
dress(blueprint)

SAMPLES = Path(__file__).parents[2] / "demo_scans"
NOT_AN_APPLICATION = "申請書ではない紙"
SUFFIXES = (".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png")
_NUMBER = {"type": "integer"}
PROGRESS = {
    "type": "object",
    "required": ["finished", "going", "read", "pages", "text", "share"],
    "properties": {
        "finished": {"type": "boolean"},
        "going": {"type": "boolean", "description": "false while it is paused or cancelled"},
        "read": _NUMBER,
        "pages": _NUMBER,
        "text": {"type": "string"},
        "share": {"type": "integer", "description": "tenths that are read: what is worth saying aloud"},
    },
}


@blueprint.get("")
@access.staff("desk")
def home() -> flask.typing.ResponseReturnValue:
    return _home()


@blueprint.post("/batches")
@takes_files
@access.staff("desk")
def upload() -> flask.typing.ResponseReturnValue:
    uploads = [
        Upload(file.filename or "", partial(_whole, file))
        for file in flask.request.files.getlist("scans")
        if file.filename
    ]
    if not uploads:
        return _home("取り込むファイルを選んでください。"), 422
    if len(uploads) > intake.MOST_FILES:
        return _home(f"一度に取り込めるのは{intake.MOST_FILES}ファイルまでです。分けて取り込んでください。"), 422
    counter_date = _counter_date()
    if counter_date is None:
        return _home("受け取った日を正しく入力してください。今日までの日付です。"), 422
    return _receive(uploads, counter_date)


@blueprint.post("/samples")
@access.staff("desk")
def samples() -> flask.typing.ResponseReturnValue:
    """The sample scans of the demonstration."""
    files = sample_files()
    if not files:
        raise NotFound
    return _receive([Upload(file.name, file.read_bytes) for file in files], _today())


@blueprint.get("/batches/<batch_id>")
@access.staff("desk")
def batch(batch_id: str) -> flask.typing.ResponseReturnValue:
    return batch_page.render(_batch(batch_id), titles(), only_list=flask.request.args.get("part") == "list")


@blueprint.get("/batches/<batch_id>/progress")
@access.staff("desk")
@answers("読み取りの進み具合", PROGRESS)
def progress(batch_id: str) -> flask.typing.ResponseReturnValue:
    found = lists.progress(db(), _batch(batch_id), dt.datetime.now(dt.UTC))
    return flask.jsonify(
        finished=found.finished,
        going=found.going,
        read=found.read,
        pages=found.pages,
        text=batch_page.words(found),
        share=10 * found.read // max(1, found.pages),
    )


@blueprint.post("/batches/<batch_id>")
@access.staff("desk")
def act(batch_id: str) -> flask.typing.ResponseReturnValue:
    """Pause, go on, cancel; the button says which."""
    found, actor = _batch(batch_id), access.me().actor
    try:
        match flask.request.form.get("action"):
            case "pause":
                batches.pause(db(), found, actor)
                flask.flash("一時停止しました。読み取った分から確認できます。")
            case "resume":
                batches.resume(db(), found, actor)
                flask.flash("続きから読み取ります。")
            case "cancel":
                batches.cancel(db(), found, actor)
                flask.flash("読み取りを取り消しました。読み取り済みの用紙は残っています。")
            case _:
                return _back(found)
    except batches.NotNow:
        flask.flash("ほかの職員が先に操作したか、読み取りが終わっています。いまの状態を確かめてください。", "error")
    return _back(found)


@blueprint.post("/batches/<batch_id>/files/<file_id>")
@access.staff("desk")
def act_on_file(batch_id: str, file_id: str) -> flask.typing.ResponseReturnValue:
    """Read a file again, read one that came before all the same, or leave it."""
    found, actor = _batch(batch_id), access.me().actor
    file = batches.file_of(db(), found, file_id)
    if file is None:
        raise NotFound
    try:
        match flask.request.form.get("action"):
            case "again":
                batches.again(db(), file, actor)
                flask.flash("もう一度読み取ります。")
            case "read":
                batches.read_anyway(db(), file, actor)
                flask.flash("このファイルも読み取ります。")
            case "leave":
                batches.leave(db(), file, actor)
                flask.flash("このファイルは読み取りません。")
            case _:
                return _back(found)
    except batches.NotNow:
        flask.flash("このファイルは、いまは操作できません。いまの状態を確かめてください。", "error")
    return _back(found)


@blueprint.get("/batches/<batch_id>/unknown")
@access.looks
@access.staff("desk")
def unknown(batch_id: str) -> flask.typing.ResponseReturnValue:
    """これは何の紙？: the pages that nobody knows, one under the other."""
    found = _batch(batch_id)
    pages = lists.unknown(db(), found.id)
    audit.record(db(), found.ward, access.me().actor, "batch.look-unknown", found.id, {"forms": len(pages)})
    return flask.render_template(
        "desk/batch_unknown.html",
        batch=found,
        pages=pages,
        titles=titles(),
        before={form.id: unknown_pages.before(db(), form) for form, _ in pages},
        elsewhere=grouping.OTHER_WARD,
        lost=grouping.UNREADABLE,
    )


@blueprint.post("/batches/<batch_id>/forms/<form_id>")
@access.staff("desk")
def act_on_form(batch_id: str, form_id: str) -> flask.typing.ResponseReturnValue:
    """An unknown page is identified, laid to the form before, or set aside; a supposed duplicate is another paper."""
    found, said = _batch(batch_id), flask.request.form
    form = review.find(db(), form_id)
    if form is None or form.batch_id != found.id:
        raise NotFound
    change = {"version": said.get("version", 0, type=int), "actor": access.me().actor, "now": dt.datetime.now(dt.UTC)}
    back = "desk.batch" if said.get("action") == "another" else "desk.unknown"
    try:
        match said.get("action"):
            case "another":
                unknown_pages.another(db(), form, **change)
                flask.flash("別の用紙として扱います。")
            case "join":
                unknown_pages.join(db(), blobs(), form, **change)
                flask.flash("前の申請書の続きにしました。")
            case "aside":
                review.set_aside(db(), form, reason=NOT_AN_APPLICATION, **change)
                flask.flash("対象外にしました。用紙の画像は残っています。")
            case "identify" if procedure := sheets.on_paper().get(said.get("procedure", "")):
                review.identify(db(), form, procedure=procedure, **change)
                return flask.redirect(flask.url_for("review.show", form_id=form.id))
            case _:
                flask.flash("手続を選んでください。", "error")
    except (unknown_pages.NotNow, review.SomebodyElse, review.Settled):
        flask.flash("ほかの職員が先に操作しました。いまの状態を確かめてください。", "error")
    return flask.redirect(flask.url_for(back, batch_id=found.id))


def titles() -> dict[str, str]:
    """Code → title of what may come on paper."""
    return {code: procedure.title for code, procedure in sheets.on_paper().items()}


def sample_files() -> list[Path]:
    """What "見本を取り込む" takes in; nothing outside the demonstration."""
    if not flask.current_app.config["DEMO"] or not SAMPLES.is_dir():
        return []
    return sorted(file for file in SAMPLES.iterdir() if file.suffix.lower() in SUFFIXES)


def blobs() -> Blobs:
    return Blobs(flask.current_app.config["INSTANCE"] / "blobs")


def _home(problem: str = "") -> str:
    return flask.render_template(
        "desk/home.html",
        batches=lists.batches(db()),
        today=_today(),
        nonce=ids.new_id(),
        problem=problem,
        samples=len(sample_files()),
        speed=forms_of.speed(db(), dt.datetime.now(dt.UTC) - dt.timedelta(days=30)),
    )


def _receive(uploads: list[Upload], counter_date: dt.date) -> flask.typing.ResponseReturnValue:
    me = access.me()
    sheets.remember_all(db())
    made = intake.receive(
        db(),
        blobs(),
        ward=me.ward,
        actor=me.actor,
        uploads=uploads,
        counter_date=counter_date,
        nonce=ids.normalise(flask.request.form.get("nonce", "")) or ids.new_id(),
    )
    return flask.redirect(flask.url_for("desk.batch", batch_id=made.id))


def _whole(file: FileStorage) -> bytes:
    try:
        return file.read()
    finally:
        file.close()  # a large one lies in a temporary file, which is gone with this


def _counter_date() -> dt.date | None:
    try:
        said = dt.date.fromisoformat(flask.request.form.get("counter_date", "") or _today().isoformat())
    except ValueError:
        return None
    return said if dt.date(2020, 1, 1) <= said <= _today() else None


def _today() -> dt.date:
    return dt.datetime.now(JST).date()


def _back(found: Batch) -> flask.typing.ResponseReturnValue:
    return flask.redirect(flask.url_for("desk.batch", batch_id=found.id))


def _batch(batch_id: str) -> Batch:
    found = forms_of.batch(db(), batch_id)
    if found is None:
        raise NotFound
    return found
