"""For machines: is the counter well, and what does it answer in JSON."""

import hashlib
import json

import flask
import sqlalchemy as sa
from sqlalchemy import exc

from counter import tenancy
from counter.config import VERSION
from counter.extensions import db
from counter.models.delivery import Delivery, DeliveryState
from counter.web import openapi
from counter.web.access import public
from counter.web.openapi import answers

blueprint = flask.Blueprint("health", __name__)

_CONFIGURATION = ("HTTPS", "TRUSTED_HOSTS", "DEMO", "RATELIMIT_STORAGE_URI", "MAX_CONTENT_LENGTH")
_HEALTH = {
    "type": "object",
    "required": ["version", "configuration", "database", "queue_depth"],
    "properties": {
        "version": {"type": "string"},
        "configuration": {"type": "string", "description": "a digest; equal on equal installations"},
        "database": {"enum": ["ok", "unavailable"]},
        "queue_depth": {"type": ["integer", "null"], "description": "deliveries not handed over yet"},
    },
}


@blueprint.get("/healthz")
@public
@answers("版・データベース・送付待ちの件数", _HEALTH)
def healthz() -> flask.typing.ResponseReturnValue:
    try:
        depth = _queue_depth()
    except exc.DBAPIError:
        db().rollback()
        depth = None
    database = "unavailable" if depth is None else "ok"
    status = 503 if depth is None else 200
    body = {"version": VERSION, "configuration": _configuration(), "database": database, "queue_depth": depth}
    return flask.jsonify(body), status


@blueprint.get("/openapi.json")
@public
@answers("この文書", {"type": "object"})
def openapi_json() -> flask.typing.ResponseReturnValue:
    return flask.jsonify(openapi.describe(flask.current_app))


def _queue_depth() -> int:
    session = db()
    with tenancy.all_wards(session, "one number for the whole installation"):
        return (
            session.scalar(
                sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.WAITING)
            )
            or 0
        )


def _configuration() -> str:
    config = flask.current_app.config
    chosen = {name: config.get(name) for name in _CONFIGURATION}
    return hashlib.sha256(json.dumps(chosen, sort_keys=True, default=str).encode()).hexdigest()[:12]
