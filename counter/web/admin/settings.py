"""A ward's own settings of procedures: whether it takes them here, at which office, its note, its own questions."""

from __future__ import annotations

import re

import flask
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from counter.extensions import db
from counter.queries import organisation
from counter.services import overlays
from counter.web import access
from counter.web.account.frame import dress, jst
from counter.web.admin.written import LANGUAGES, Written
from forms.model import Procedure
from forms.overlays import MOST_QUESTIONS, QUESTION_KINDS, Overlay, WrongOverlay
from forms.procedures import CATALOGUE
from forms.routing import OFFICES

blueprint = flask.Blueprint("settings", __name__, url_prefix="/staff/procedures")
dress(blueprint)
CHANGED = "ほかの方が先に設定を変えました。入力した内容はそのままです。下の履歴を確かめて、もう一度保存してください。"


@blueprint.get("")
@access.staff("admin")
def procedures() -> str:
    ward = access.me().ward
    found = overlays.of_ward(db(), ward)
    return flask.render_template(
        "overlays/procedures.html",
        procedures=[one for one in CATALOGUE.values() if one.door == "application"],
        found=found,
        offices=_offices(ward),
    )


@blueprint.get("/<code>")
@access.staff("admin")
def edit(code: str) -> str:
    procedure, ward = _procedure(code), access.me().ward
    overlay, version = overlays.of_ward(db(), ward).get(code, (Overlay(ward, code), 0))
    older = _number(flask.request.args.get("version", ""))
    if older is not None:  # an earlier version, to be looked at and perhaps put in force again
        overlay = overlays.version(db(), ward, code, older) or flask.abort(404)
    return _page(procedure, Written.of(overlay), version, older=older or 0)


@blueprint.post("/<code>")
@access.staff("admin")
def change(code: str) -> str | Response | tuple[str, int]:
    procedure, me = _procedure(code), access.me()
    written = Written.sent(flask.request.form)
    seen = _number(flask.request.form.get("seen", "")) or 0
    if flask.request.form.get("_do") == "add":
        written.add(overlays.next_name(overlays.history(db(), me.ward, code), written.names))
        return _page(procedure, written, seen)
    try:
        codes = overlays.option_codes(overlays.history(db(), me.ward, code))
        overlays.change(db(), written.overlay(me.ward, code, codes), seen=seen, actor=me.actor)
    except WrongOverlay as wrong:
        return _page(procedure, written, seen, wrong=wrong)
    except overlays.Conflict:
        _, version = overlays.of_ward(db(), me.ward).get(code, (None, 0))
        return _page(procedure, written, version, problem=CHANGED), 409
    flask.flash(f"{procedure.title}の設定を保存しました。これから始まる申請と、途中の申請に使われます。")
    return flask.redirect(flask.url_for("settings.edit", code=code), 303)


def _procedure(code: str) -> Procedure:
    found = CATALOGUE.get(code)
    if found is None or found.door != "application":
        raise NotFound
    return found


def _number(text: str) -> int | None:
    """The version that an address or a form names."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _offices(ward: str) -> dict[str, str]:
    """Every office an application of this ward may go to, by code."""
    return {**OFFICES, **organisation.office_names(db(), ward)}


def _page(
    procedure: Procedure,
    written: Written,
    version: int,
    *,
    wrong: WrongOverlay | None = None,
    problem: str = "",
    older: int = 0,
) -> str:
    ward = access.me().ward
    people = {f"staff:{one.id}": one.name for one in organisation.people(db(), ward)}
    return flask.render_template(
        "overlays/edit.html",
        procedure=procedure,
        written=written,
        version=version,
        older=older,
        wrong=wrong,
        problem=problem or (wrong.message if wrong else ""),
        usual=_offices(ward).get(procedure.office, procedure.office),
        offices=organisation.office_names(db(), ward),
        kinds=QUESTION_KINDS,
        languages=LANGUAGES,
        full=len(written.questions) >= MOST_QUESTIONS,
        history=overlays.history(db(), ward, procedure.code),
        people=people,
        jst=jst,
    )
