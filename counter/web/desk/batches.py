"""取込: scans come in, and how far their reading is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import flask
from werkzeug.exceptions import NotFound

from counter import ids
from counter.extensions import db
from counter.locales import JST
from counter.models.intake import Batch
from counter.queries import intake as lists
from counter.services import intake, sheets
from counter.services.blobs import Blobs
from counter.services.intake import Upload
from counter.web import access
from counter.web.account.frame import dress
from counter.web.bodies import takes_files
from counter.web.openapi import answers

blueprint = flask.Blueprint("desk", __name__, url_prefix="/desk")
dress(blueprint)

SAMPLES = Path(__file__).parents[2] / "demo_scans"
SUFFIXES = (".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png")
_NUMBER = {"type": "integer"}
PROGRESS = {
    "type": "object",
    "required": ["finished", "read", "pages", "text"],
    "properties": {"finished": {"type": "boolean"}, "read": _NUMBER, "pages": _NUMBER, "text": {"type": "string"}},
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
        Upload(file.filename or "", file.read) for file in flask.request.files.getlist("scans") if file.filename
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
    found = _batch(batch_id)
    progress = lists.progress(db(), found, dt.datetime.now(dt.UTC))
    return flask.render_template(
        "desk/batch.html",
        batch=found,
        progress=progress,
        text=_words(progress),
        forms=lists.forms(db(), batch_id=batch_id),
        titles=titles(),
        states=lists.STATES,
    )


@blueprint.get("/batches/<batch_id>/progress")
@access.staff("desk")
@answers("読み取りの進み具合", PROGRESS)
def progress(batch_id: str) -> flask.typing.ResponseReturnValue:
    found = lists.progress(db(), _batch(batch_id), dt.datetime.now(dt.UTC))
    return flask.jsonify(finished=found.finished, read=found.read, pages=found.pages, text=_words(found))


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
        speed=lists.speed(db(), dt.datetime.now(dt.UTC) - dt.timedelta(days=30)),
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


def _counter_date() -> dt.date | None:
    try:
        said = dt.date.fromisoformat(flask.request.form.get("counter_date", "") or _today().isoformat())
    except ValueError:
        return None
    return said if dt.date(2020, 1, 1) <= said <= _today() else None


def _today() -> dt.date:
    return dt.datetime.now(JST).date()


def _batch(batch_id: str) -> Batch:
    found = lists.batch(db(), batch_id)
    if found is None:
        raise NotFound
    return found


def _words(found: lists.Progress) -> str:
    if found.finished:
        return f"{found.read}枚の読み取りが終わりました"
    if not found.pages:
        return f"読み取りを待っています（{found.files}ファイル）"
    minutes = "" if found.left is None else "・残り1分以内" if found.left < 60 else f"・残り約{-(-found.left // 60)}分"
    return f"{found.read} / {found.pages}枚を読み取りました{minutes}"
