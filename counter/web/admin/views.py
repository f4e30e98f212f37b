"""The people who work for a ward: who may sign in."""

from __future__ import annotations

import flask
from werkzeug.exceptions import NotFound

from counter.extensions import db
from counter.queries import organisation
from counter.services import staff
from counter.web import access
from counter.web.account.frame import dress
from counter.web.account.views import ROLES

blueprint = flask.Blueprint("admin", __name__, url_prefix="/staff/people")
dress(blueprint)


@blueprint.get("")
@access.staff("admin")
def people() -> flask.typing.ResponseReturnValue:
    found = organisation.people(db(), access.me().ward)
    names = organisation.office_names(db(), access.me().ward)
    return flask.render_template("office/people.html", people=found, names=names, roles=ROLES, own=access.me().id)


@blueprint.post("/<int(max=2147483647):person_id>")
@access.staff("admin")
def switch(person_id: int) -> flask.typing.ResponseReturnValue:
    """Disable or enable somebody of one's own ward. A disabled person is out at their next click."""
    me = access.me()
    person = staff.switch(db(), me.ward, person_id, actor=me.actor, active=flask.request.form.get("active") == "yes")
    if person is None or person_id == me.id:
        raise NotFound
    flask.flash(f"{person.name}を{'使えるように' if person.active else '使えないように'}しました。")
    return flask.redirect(flask.url_for("admin.people"))
