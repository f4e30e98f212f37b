"""Response headers: what a browser may run, keep, frame and tell others."""

import secrets

import flask

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'nonce-{nonce}'",
        "style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_HSTS = "max-age=31536000; includeSubDomains"


def csp_nonce() -> str:
    """One a request: <script nonce="{{ csp_nonce() }}">."""
    if "csp_nonce" not in flask.g:
        flask.g.csp_nonce = secrets.token_urlsafe(18)
    nonce: str = flask.g.csp_nonce
    return nonce


def init_app(app: flask.Flask) -> None:
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(_add)


def _add(response: flask.Response) -> flask.Response:
    response.headers.update(_ALWAYS)
    response.headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=csp_nonce()))  # a file may be stricter
    if flask.current_app.config["HTTPS"]:
        response.headers["Strict-Transport-Security"] = _HSTS
    if flask.request.endpoint != "static":
        # Every page may hold personal data until somebody proves otherwise.
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.update(("Cookie", "Accept-Language"))
    return response
