"""The clerk's side of 書かない窓口: begin, choose or take over, let the person check, submit, and 次の方へ."""

from __future__ import annotations

import datetime as dt

import flask
import segno
from markupsafe import Markup
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db, keep_changes
from counter.models.counter_session import CounterSession
from counter.queries import office, organisation
from counter.services import assisted, carrying, drafts, guessing
from counter.services.applications import NotComplete
from counter.services.journey import urgent_first
from counter.web import access
from counter.web.account.frame import dress
from counter.web.apply.begin import chosen, with_self
from counter.web.apply.opened import Opened, open_draft
from counter.web.apply.summary import destinations, groups
from counter.web.assisted import leaving, serving
from forms.life_events import LIFE_EVENTS
from forms.model import Procedure
from forms.procedures import CATALOGUE

blueprint = flask.Blueprint("assisted", __name__, url_prefix="/desk/assisted")
dress(blueprint)

WRONG = "この番号では開けませんでした。番号が違うか、期限や回数が過ぎています。"


@blueprint.get("")
@access.staff("desk")
def home() -> str:
    return _home()


@blueprint.post("")
@access.staff("desk")
def begin() -> Response:
    """The next person sits down, at a browser that knows nothing of anybody before."""
    me = access.me()
    response = leaving.clean(flask.redirect(flask.url_for("assisted.home"), 303))
    serving.enter(assisted.begin(db(), me.ward, me.actor, _now()))
    return response


@blueprint.post("/draft")
@access.staff("desk")
def new_draft() -> Response:
    """Begin with what this person came for: procedures, or a life event whose guide finds them."""
    counter = _counter()
    codes, event = chosen(), flask.request.form.get("event", "")
    event = event if event in LIFE_EVENTS else ""
    if not codes and not event:
        flask.flash("手続を一つ以上選んでください。", "error")
        return flask.redirect(flask.url_for("assisted.home"))
    answers = with_self(codes, {}) if codes else {}
    made = drafts.begin(db(), assisted.owner_of(counter), codes, event=event, answers=answers)
    assisted.attend(db(), counter, made.id)
    return flask.redirect(flask.url_for("apply.tasks", draft_id=made.id), 303)


@blueprint.post("/code")
@access.staff("desk")
def take_over() -> str | Response | tuple[str, int]:
    """What was begun at home goes on here; a scanner types the whole address of the QR code."""
    counter = _counter()
    keep_changes()
    code = flask.request.form.get("code", "")[:300]
    try:
        found = assisted.take_over(db(), counter, code, _now())
    except guessing.TooManyGuesses as guesses:
        return _home(
            problem=f"番号の入れ間違いが続きました。{-(-guesses.retry_after // 60)}分たってからお試しください。"
        ), 429
    if found is None:
        number = code.rpartition("number=")[2][:40]  # a receipt's QR code is the address of its status page
        holding = office.holding(db(), counter.ward, number)
        return _home(**_submitted(counter.ward, number, holding) if holding else {"problem": WRONG}), 422
    return flask.redirect(flask.url_for("apply.tasks", draft_id=found), 303)


@blueprint.post("/screen")
@access.staff("desk")
def screen() -> str:
    """A code for the second screen of this person, shown once."""
    code = assisted.screen_code(db(), _counter(), _now())
    address = flask.url_for("second.ask", _external=True)
    picture = segno.make(f"{address}#{code}", micro=False, error="m").svg_inline(scale=4, border=2, svgclass="sc-qr")
    return flask.render_template(
        "assisted/screen.html", code=code, address=address, minutes=int(assisted.SCREEN.total_seconds() // 60),
        picture=Markup(picture),  # noqa: S704 - segno escapes
    )  # fmt: skip


@blueprint.get("/answers.pdf")
@access.staff("desk")
def answers() -> Response:
    """Every answer and a line to sign on, for whoever would rather read paper."""
    from counter.printing.pdf import to_pdf

    opened = _opened()
    html = flask.render_template(
        "assisted/answers.html", opened=opened, groups=groups(opened), destinations=destinations(opened), now=_now()
    )
    response = flask.Response(to_pdf(html), mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="answers.pdf"'
    return response


@blueprint.post("/checked")
@access.staff("desk")
def checked() -> Response:
    """本人が確認した, and by which papers the clerk knows that it is them."""
    opened, form = _opened(), flask.request.form
    how, identity = form.get("how", ""), form.get("identity", "")
    if not opened.journey.complete:
        flask.flash("まだ答えていない質問があります。", "error")
    elif how not in assisted.HOW or identity not in assisted.IDENTITY:
        flask.flash("本人が確認した方法と、本人確認書類を選んでください。", "error")
    else:
        assisted.checked(db(), _counter(), opened.draft, how, identity, _now())
    return _to_check(opened)


@blueprint.post("/submit")
@access.staff("desk")
def submit() -> Response:
    """Through the one door, in the clerk's name, after the person looked at exactly these answers."""
    opened = _opened()
    if opened.draft.bundle_id:
        return flask.redirect(flask.url_for("apply.receipt", draft_id=opened.draft.id), 303)
    try:
        receipt = assisted.submit(
            db(), _counter(), opened.draft, opened.procedures, language=_their_language(),
            provenance=carrying.provenance(opened.draft), now=_now(),
        )  # fmt: skip
    except assisted.NotReady as missing:
        flask.flash(str(missing), "error")
        return _to_check(opened)
    except NotComplete:
        flask.flash("まだ答えていない質問があります。", "error")
        return _to_check(opened)
    opened.draft.bundle_id = receipt.bundle_id
    opened.save()
    return flask.redirect(flask.url_for("apply.receipt", draft_id=opened.draft.id), 303)


@blueprint.post("/next")
@access.staff("desk")
def next_person() -> Response:
    return leaving.next_person()


def _submitted(ward: str, number: str, holding: tuple[str, ...]) -> dict[str, str]:
    """What was typed is no code of a draft but the number of a receipt: who holds what came of it."""
    names = organisation.office_names(db(), ward)
    offices = "、".join(names.get(each, each) for each in holding)
    return {"problem": f"この番号は受付番号です。もう申請されています（{offices}）。", "submitted": number}


def _home(*, problem: str = "", submitted: str = "") -> str:
    """``submitted``: a receipt number that was typed for a draft's code, to be looked for among the cases."""
    counter = serving.current()
    held = drafts.mine(db(), assisted.owner_of(counter)) if counter else []
    return flask.render_template(
        "assisted/home.html", counter=counter, held=[Opened(draft) for draft in held], problem=problem,
        submitted=submitted, may_find="clerk" in access.me().roles, events=LIFE_EVENTS.values(), procedures=_fileable(),
    )  # fmt: skip


def _fileable() -> list[Procedure]:
    return [procedure for procedure in urgent_first(CATALOGUE.values()) if procedure.door == "application"]


def _counter() -> CounterSession:
    """The session that is open; without one, to where it is begun."""
    found = serving.current()
    if found is None:
        flask.abort(flask.redirect(flask.url_for("assisted.home", over=1), 303))
    return found


def _opened() -> Opened:
    """The draft before the person: named by the page, so that two tabs of a clerk never mix."""
    counter = _counter()
    named = flask.request.values.get("draft", "") or counter.draft_id
    if not named:
        flask.abort(flask.redirect(flask.url_for("assisted.home"), 303))
    return open_draft(named)


def _their_language() -> str:
    """Screens of staff are Japanese; what is sent to the person is in the language they went through the pages with."""
    return locales.BY_CODE.get(flask.request.cookies.get(locales.COOKIE, ""), locales.DEFAULT).code


def _to_check(opened: Opened) -> Response:
    return flask.redirect(flask.url_for("apply.check", draft_id=opened.draft.id), 303)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
