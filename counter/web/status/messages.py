"""Messages of a resident and the office of one application."""

from __future__ import annotations

import datetime as dt

import flask
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db
from counter.locales import markup
from counter.models.correspondence import Side
from counter.queries import correspondence
from counter.services import messages as service
from counter.vault import Shredded
from counter.web.access import looks, receipt_holder
from counter.web.status import blueprint
from counter.web.status.opened import Case, new_nonce, opened_case
from forms.messages import N_
from forms.web import presentable

EMPTY = N_("メッセージを書いてください。")
TOO_LONG = N_("%(most)s字までにしてください。いまは%(now)s字です。")
TOO_MANY = N_("送れるメッセージの数を超えました。担当の課が読むまで、お待ちください。お急ぎのときは、お電話ください。")
ERASED = N_("この申請の内容は消去されたため、メッセージを送れません。担当の課にお電話ください。")


@blueprint.get("/<number>/<int:line>/messages")
@looks
@receipt_holder
def messages(number: str, line: int) -> str:
    """Opening the page reads what the office wrote, and the office sees that it was read."""
    case = opened_case(number, line)
    page = _page(case)
    if flask.request.method == "GET":
        now = dt.datetime.now(dt.UTC)
        service.mark_read(db(), case.ward, case.id, reader=Side.RESIDENT, who="resident", now=now)
    return page


@blueprint.post("/<number>/<int:line>/messages")
@receipt_holder
def send_message(number: str, line: int) -> str | Response | tuple[str, int]:
    case = opened_case(number, line)
    text = presentable(flask.request.form.get("text", ""))
    nonce = flask.request.form.get("nonce", "")[:64] or new_nonce()
    if locales.switching():
        return _page(case, text, nonce)
    try:
        service.send(
            db(), case.ward, case.id, side=Side.RESIDENT, author="resident", text=text, nonce=nonce,
            now=dt.datetime.now(dt.UTC),
        )  # fmt: skip
    except service.Empty:
        return _page(case, text, nonce, markup(EMPTY)), 422
    except service.TooLong:
        said = markup(TOO_LONG) % {"most": service.LONGEST, "now": len(text)}
        return _page(case, text, nonce, said), 422
    except service.TooMany:
        return _page(case, text, nonce, markup(TOO_MANY)), 429
    except Shredded:
        return _page(case, text, nonce, markup(ERASED)), 422
    return case.back("sent")


def _page(case: Case, text: str = "", nonce: str = "", problem: str = "") -> str:
    thread = correspondence.thread(db(), case.ward, case.id, case.office.standing.key_id)
    return flask.render_template(
        "status/messages.html", case=case, thread=thread, text=text, nonce=nonce or new_nonce(),
        problem=problem, failed=bool(problem), open_form=True, action=case.url("status.send_message"),
    )  # fmt: skip
