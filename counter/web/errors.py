"""Error answers: what happened, what was kept and what to do next; for people and for programs."""

import errno
import logging
from typing import Any
from urllib.parse import urlsplit

import flask
from flask_wtf.csrf import CSRFError
from sqlalchemy import exc
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException, InternalServerError

from counter.locales import current, translate
from counter.vault import Locked
from forms.messages import N_
from forms.web import presentable

log = logging.getLogger("counter.errors")

RETRY_AFTER = 30
_DISK = {errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT}
_SAFE = N_("これまでに保存した下書きと、受付番号が出た申請は残っています。")

# status -> (title, what happened, what to do)
PAGES = {
    400: (
        N_("この内容は受け取れませんでした"),
        N_("送られた内容の形が正しくありません。"),
        N_("前のページに戻って、もう一度お試しください。"),
    ),
    403: (
        N_("このページは開けません"),
        N_("このページを見る権限がありません。"),
        N_("担当の職員は、サインインし直してください。"),
    ),
    404: (
        N_("ページが見つかりません"),
        N_("アドレスが違うか、ページがなくなりました。"),
        N_("最初のページからお探しください。"),
    ),
    405: (
        N_("この操作はできません"),
        N_("このページでは受け付けていない操作です。"),
        N_("前のページに戻って、もう一度お試しください。"),
    ),
    409: (
        N_("ほかの人が先に変更しました"),
        N_("開いている間に、内容が変わりました。"),
        N_("新しい内容を確かめてから、もう一度お試しください。"),
    ),
    413: (
        N_("送られたデータが大きすぎます"),
        N_("一度に送れる大きさを超えています。"),
        N_("ファイルを分けるか、小さくして、もう一度お送りください。"),
    ),
    429: (
        N_("しばらく待ってからお試しください"),
        N_("短い時間に何度も操作がありました。"),
        N_("数分たってから、もう一度お試しください。"),
    ),
    500: (N_("窓口に不具合が起きました"), N_("この操作は保存されていません。"), _SAFE),
    503: (
        N_("いまは受け付けられません"),
        N_("この操作は保存されていません。しばらくしてから、もう一度お試しください。"),
        _SAFE,
    ),
}
_CSRF = (
    N_("もう一度送信してください"),
    N_("安全の確認ができませんでした。ページを長く開いていたためかもしれません。"),
    N_("前のページに戻り、読み込み直してから、もう一度送信してください。下書きは残っています。"),
)


def init_app(app: flask.Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    for fault in (exc.DBAPIError, exc.TimeoutError, OSError, Locked):
        app.register_error_handler(fault, _fault)


def wants_json() -> bool:
    view = flask.current_app.view_functions.get(flask.request.endpoint or "")
    if hasattr(view, "answers"):
        return True
    accept = flask.request.accept_mimetypes
    return accept.best_match(["text/html", "application/json"]) == "application/json"


def _http(error: HTTPException) -> flask.typing.ResponseReturnValue:
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        # A commit after the view is outside the reach of the handlers below.
        if _is_outage(error.original_exception):
            return _outage(error.original_exception)
    elif isinstance(error, CSRFError):
        return _send_again()
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    code = error.code or 500
    if code == 413:
        # Reading it again, for its language, would fail again.
        flask.request.form = ImmutableMultiDict()  # type: ignore[misc]
    response = _page(code, PAGES.get(code, PAGES[500] if code >= 500 else PAGES[400]))
    if code == 405:
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
    if code == 429:
        response.headers.setdefault("Retry-After", "60")
    return response


def _fault(error: Exception) -> flask.typing.ResponseReturnValue:
    if isinstance(error, exc.DataError):
        log.warning("the database takes no such value")
        return _page(400, PAGES[400])
    if not _is_outage(error):
        raise error
    return _outage(error)


def _is_outage(error: BaseException) -> bool:
    """A fault of what we stand on, not of our code: the database away, locked, damaged or full; the disk full."""
    if isinstance(error, exc.DBAPIError):
        return isinstance(error, (exc.OperationalError, exc.InterfaceError)) or type(error) is exc.DatabaseError
    if isinstance(error, OSError):
        return error.errno in _DISK
    return isinstance(error, (exc.TimeoutError, Locked))


def _outage(error: BaseException) -> flask.Response:
    log.error("outage: %s", type(error).__name__, exc_info=error)
    response = _page(503, PAGES[503])
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _page(code: int, words: tuple[str, str, str]) -> flask.Response:
    title, message, advice = (translate(text) for text in words)
    if wants_json():
        response = flask.jsonify(title=title, detail=f"{message}{advice}", status=code)
        response.mimetype = "application/problem+json"
    else:
        response = flask.make_response(_html(code=code, title=title, message=message, advice=advice))
    response.status_code = code
    return response


def _send_again() -> flask.Response:
    """A form of ours whose token has grown old comes back with all that was typed, to be sent with a new one."""
    if wants_json():
        return _page(400, _CSRF)
    title, message, advice = (translate(text) for text in _CSRF)
    typed = [pair for pair in flask.request.form.items(multi=True) if pair[0] != "csrf_token"]
    if not _from_here() or "password" in flask.request.form:
        typed = []
    return flask.make_response(
        flask.render_template(
            "errors/csrf.html",
            title=title,
            message=message,
            advice=advice,
            fields=[(presentable(name), presentable(value)) for name, value in typed],
            action=flask.request.full_path.rstrip("?"),
        ),
        400,
    )


def _from_here() -> bool:
    """Whether a page of ours sent this form; what another site made up is not offered for sending."""
    sender = flask.request.headers.get("Origin") or flask.request.headers.get("Referer") or ""
    return urlsplit(sender).netloc == flask.request.host


def _html(**words: Any) -> str:
    try:
        return flask.render_template("errors/error.html", **words)
    except Exception:
        # The error page must not depend on what is broken.
        log.exception("the error page could not be rendered")
        return flask.render_template_string(_PLAIN, language=current().html, **words)


_PLAIN = """<!DOCTYPE html>
<html lang="{{ language }}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ title }}</title></head>
<body><main><h1>{{ title }}</h1><p>{{ message }}</p><p>{{ advice }}</p></main></body></html>
"""
