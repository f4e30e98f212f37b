"""The database and the session: one a request, committed once; and the same for jobs and commands without Flask."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import flask
import sqlalchemy as sa
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session, sessionmaker

from counter import installation, jobs, tenancy
from counter.database import READER, make_engine
from counter.services import audit
from counter.services.notices import SENDS_MAIL
from counter.vault import Vault

csrf = CSRFProtect()
limiter = Limiter(get_remote_address)

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class CounterSession(Session):
    """A session that knows whose rows it may see, what it must audit and whether it may write."""


tenancy.guard(CounterSession)
audit.guard(CounterSession)


@sa.event.listens_for(CounterSession, "before_flush")
def _refuse_writing_readers(session: Session, *_: Any) -> None:
    if session.info.get(READER) and (session.new or session.dirty or session.deleted):
        raise RuntimeError("a GET was about to write; mark the view with counter.web.access.looks if it is a look")


@dataclass(frozen=True, slots=True)
class Store:
    """The database of one installation. `session()` may be used without Flask."""

    engine: sa.Engine
    vault: Vault | None
    sessions: sessionmaker[CounterSession]

    def session(self, *, write: bool = True) -> CounterSession:
        """A reader on SQLite takes no lock; a writer takes it at its first statement, so it never fails half way."""
        if write:
            return self.sessions()
        session = self.sessions(bind=self.engine.execution_options(**{READER: True}))
        session.info[READER] = True
        return session

    @contextmanager
    def scope(self, *, write: bool = True) -> Iterator[CounterSession]:
        """Commit at the end of the block, roll back on an exception."""
        with self.session(write=write) as session:
            yield session
            session.commit()


def connect(settings: Mapping[str, Any]) -> Store:
    """Open nothing yet; a database that is not there is an error at the first statement, never an empty new one."""
    engine = make_engine(settings["DATABASE_URL"])
    vault = installation.vault(settings)
    info = {"vault": vault, "audit.folder": settings["AUDIT_HEADS"], "enqueue": jobs.enqueue}
    info[SENDS_MAIL] = bool(settings.get("SMTP_HOST"))
    return Store(engine, vault, sessionmaker(engine, class_=CounterSession, expire_on_commit=False, info=info))


def init_app(app: flask.Flask) -> None:
    app.extensions["store"] = connect(app.config)
    app.before_request(_open)
    app.after_request(_commit)
    app.teardown_request(_close)
    csrf.init_app(app)
    limiter.init_app(app)


def store() -> Store:
    """The store of the current app."""
    found: Store = flask.current_app.extensions["store"]
    return found


def session_scope(*, write: bool = True) -> Any:
    """A session of its own for a command or a job: committed at the end of the `with` block."""
    return store().scope(write=write)


def db() -> CounterSession:
    """The session of this request."""
    session: CounterSession = flask.g.db
    return session


def keep_changes() -> None:
    """Commit this request although its answer will be an error, such as a counted wrong guess."""
    flask.g.keep_changes = True


def _open() -> None:
    view: Callable[..., Any] | None = flask.current_app.view_functions.get(flask.request.endpoint or "")
    write = flask.request.method not in _SAFE or getattr(view, "looks", False)
    flask.g.db = store().session(write=write)


def _commit(response: flask.Response) -> flask.Response:
    session: CounterSession | None = flask.g.get("db")
    if session is not None and not flask.g.get("db_ended"):
        flask.g.db_ended = True
        if response.status_code < 400 or flask.g.get("keep_changes"):
            session.commit()
        else:
            session.rollback()
    return response


def _close(_: BaseException | None) -> None:
    session: CounterSession | None = flask.g.pop("db", None)
    if session is not None:
        session.close()
