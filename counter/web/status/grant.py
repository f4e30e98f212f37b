"""Who may open the pages of a receipt: a browser that proved number and secret, or the owner of the submitted draft."""

from __future__ import annotations

import time
from collections.abc import Callable

import flask
from werkzeug.wrappers import Response

from counter import ids
from counter.extensions import db
from counter.services import drafts, status
from counter.services.status import BundleStatus
from counter.web.apply import owner

IDLE = 60 * 60  # long enough to fetch a paper and mend an answer; every page begins it anew
LONGEST = 6 * 60 * 60
MOST = 5
_GRANTS = "status"

Way = Callable[[str], bool]


def give(bundle_id: str) -> None:
    """Number and secret were right: this browser may open the receipt for a while. Only a few at a time."""
    now = int(time.time())
    grants = {**_grants(now), bundle_id: [now, now]}
    latest = sorted(grants, key=lambda each: grants[each][1])[-MOST:]
    flask.session[_GRANTS] = {each: grants[each] for each in latest}


def close(number: str) -> None:
    """This browser is done with a receipt."""
    bundle_id = ids.normalise(number)
    flask.session[_GRANTS] = {key: value for key, value in _grants(int(time.time())).items() if key != bundle_id}


def admit() -> Response | None:
    """Before a receipt's view runs: go on, or to the look-up, which says the same whether the receipt exists or not."""
    number = str((flask.request.view_args or {}).get("number", ""))
    if holder_of(number):
        return None
    late = None if flask.request.method in ("GET", "HEAD") else 1
    return flask.redirect(flask.url_for("status.look_up", number=number[:40], late=late), 303)


def holder_of(number: str) -> str | None:
    """The bundle's id, if this browser may open it by any way."""
    bundle_id = ids.normalise(number)
    if bundle_id is None or not any(way(bundle_id) for way in WAYS):
        return None
    return bundle_id


def opened_bundle(number: str) -> BundleStatus:
    """What the holder of this receipt may see; for anybody else it is as absent as none."""
    bundle_id = holder_of(number)
    found = status.of_bundle(db(), bundle_id) if bundle_id else None
    if found is None:
        flask.abort(404)
    return found


def also(way: Way) -> Way:
    """Another way in, such as a signed-in resident whose profile holds the bundle; it answers for a bundle's id."""
    WAYS.append(way)
    return way


def _looked_up(bundle_id: str) -> bool:
    now = int(time.time())
    grants = _grants(now)
    if bundle_id not in grants:
        return False
    since, last = grants[bundle_id]
    if now - last > 60:
        flask.session[_GRANTS] = {**grants, bundle_id: [since, now]}
    return True


def _submitted_here(bundle_id: str) -> bool:
    token = owner.token()
    return bool(token) and drafts.submitted_by(db(), token, bundle_id)


WAYS: list[Way] = [_looked_up, _submitted_here]


def _grants(now: int) -> dict[str, list[int]]:
    """The grants that still hold; a cookie of an older shape holds none."""
    held = flask.session.get(_GRANTS)
    if not isinstance(held, dict):
        return {}
    return {
        key: value
        for key, value in held.items()
        if isinstance(value, list) and now - value[0] < LONGEST and now - value[1] < IDLE
    }
