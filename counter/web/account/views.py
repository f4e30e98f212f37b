"""The sign-in page of staff, and the way out."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

import flask
from flask_login import current_user, logout_user
from flask_security.forms import LoginForm
from flask_security.utils import login_user

from counter.extensions import db, keep_changes, limiter
from counter.queries import organisation
from counter.services import assisted, audit
from counter.web import access
from counter.web.account import security
from counter.web.account.frame import clock, dress, jst
from forms.wards import WARDS

blueprint = flask.Blueprint("account", __name__, url_prefix="/staff")
dress(blueprint)
blueprint.record_once(lambda state: security.init_app(state.app))
blueprint.add_app_template_filter(jst, "jst")
blueprint.add_app_template_filter(clock, "clock")

WRONG = "メールアドレスかパスワードが違います。もう一度入力してください。"
DEMO_PASSWORD = "madoguchi-demo"  # noqa: S105 - shown on the page itself, and only in the demonstration
ROLES = {"clerk": "案件の審査", "desk": "紙の取込と確認", "admin": "職員の管理"}


@blueprint.get("/sign-in")
@access.public
def sign_in() -> flask.typing.ResponseReturnValue:
    if current_user.is_authenticated:
        return flask.redirect(flask.url_for("account.home"))
    return _page(after=flask.request.args.get("next", ""))


def _whom() -> str:
    """The account that is tried, as a digest: limits are counted by key, and keys end up in stores."""
    return hashlib.sha256(flask.request.form.get("email", "").strip().casefold().encode()).hexdigest()


@blueprint.post("/sign-in")
@access.public
@limiter.limit("30/minute;300/hour", methods=["POST"])
@limiter.limit("10/15minutes", key_func=_whom, methods=["POST"], deduct_when=lambda answer: answer.status_code == 401)
def sign_in_post() -> flask.typing.ResponseReturnValue:
    form, after = LoginForm(), flask.request.form.get("next", "")
    if not form.validate_on_submit():
        keep_changes()
        audit.record(db(), audit.PLATFORM, "nobody", "staff.sign-in-refused", "")
        return _page(email=flask.request.form.get("email", ""), after=after, problem=WRONG), 401
    user = form.user
    flask.session.clear()  # nothing of the session before belongs to this person
    flask.session["sid"] = secrets.token_urlsafe(16)
    login_user(user, remember=False, authn_via=["password"])
    audit.record(db(), user.ward, f"staff:{user.id}", "staff.sign-in", str(user.id))
    return flask.redirect(_ours(after) or flask.url_for("account.home"))


@blueprint.post("/sign-out")
@access.public
def sign_out() -> flask.typing.ResponseReturnValue:
    if current_user.is_authenticated:
        audit.record(db(), current_user.ward, f"staff:{current_user.id}", "staff.sign-out", str(current_user.id))
        assisted.end_all(db(), current_user.ward, f"staff:{current_user.id}", dt.datetime.now(dt.UTC), "sign-out")
        logout_user()
    flask.session.clear()
    return flask.redirect(flask.url_for("account.sign_in"))


@blueprint.get("/")
@access.staff("clerk", "desk", "admin")
def home() -> flask.typing.ResponseReturnValue:
    """Where this person's work begins."""
    roles = access.me().roles
    first = "office.queue" if "clerk" in roles else "desk.home" if "desk" in roles else "admin.people"
    return flask.redirect(flask.url_for(first))


def _page(*, email: str = "", after: str = "", problem: str = "") -> str:
    return flask.render_template(
        "account/sign_in.html",
        email=email,
        next=_ours(after) or "",
        problem=problem,
        demo=_demo(),
        demo_password=DEMO_PASSWORD,
    )


def _demo() -> list[dict[str, object]]:
    """Sign-ins to try; only in the embedded default on loopback."""
    if not flask.current_app.config["DEMO"]:
        return []
    names = {ward: organisation.office_names(db(), ward) for ward in ("131083", "131130")}
    return [
        {
            "email": person.email, "ward_name": WARDS[person.ward].name,
            "office_names": [names.get(person.ward, {}).get(code, code) for code in person.offices],
            "role_names": [ROLES[role.name] for role in person.roles],
        }
        for person in organisation.demo_people(db())
    ]  # fmt: skip


def _ours(address: str) -> str | None:
    """A path of this site to go on to; never somebody else's."""
    own = address.startswith("/") and not address.startswith(("//", "/\\")) and "\\" not in address
    return address if own and address.isprintable() else None
