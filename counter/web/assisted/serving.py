"""Whether this request comes from a clerk who serves somebody right now, and as whom they open drafts."""

from __future__ import annotations

import flask
from flask_login import current_user
from sqlalchemy.orm import Session

from counter import tenancy
from counter.extensions import db, session_scope
from counter.models.counter_session import CounterSession
from counter.services import assisted

SESSION = "assisted"
_STAFF = ("_user_id", "_fresh", "_id", "fs_cc", "fs_paa", "fs_gexp", "identity", "sid")


def current() -> CounterSession | None:
    """The counter session of this request; None for everybody but a clerk in the middle of one."""
    if SESSION not in flask.session:
        return None  # a resident's request ends here, before any query
    if "counter_session" not in flask.g:
        flask.g.counter_session = _look_up()
    found: CounterSession | None = flask.g.counter_session
    return found


def left_over() -> bool:
    """A clerk's browser that still believes in a session which is over: it opens nothing, not even by its cookie."""
    return SESSION in flask.session and current() is None


def enter(counter: CounterSession) -> None:
    flask.session[SESSION] = counter.id
    flask.g.counter_session = counter


def wipe() -> None:
    """Of the browser's session nothing stays but that the clerk is signed in."""
    kept = {name: flask.session[name] for name in _STAFF if name in flask.session}
    flask.session.clear()
    flask.session.update(kept)
    flask.g.counter_session = None


def note_look(draft_id: str) -> None:
    """A look is recorded before the page is sent, in a transaction of its own where the request may not write."""
    counter = current()
    if counter is None:
        return
    page = (flask.request.endpoint or "").partition(".")[2]
    if flask.request.method == "GET":
        with session_scope() as session:
            again = assisted.current(session, counter.ward, counter.actor, counter.id)
            if again is not None:
                _look(session, again, draft_id, page)
        return
    _look(db(), counter, draft_id, page)


def _look(session: Session, counter: CounterSession, draft_id: str, page: str) -> None:
    with tenancy.tenant(session, counter.ward):
        if counter.draft_id != draft_id:
            assisted.attend(session, counter, draft_id)
        assisted.look(session, counter, draft_id, page)


def _look_up() -> CounterSession | None:
    if not current_user.is_authenticated or "desk" not in {role.name for role in current_user.roles}:
        return None
    return assisted.current(db(), current_user.ward, f"staff:{current_user.id}", flask.session[SESSION])
