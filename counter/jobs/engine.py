"""The durable engine: DBOS over the product's own database. Any process enqueues; only workers run jobs.

Traps this module keeps closed: portable JSON arguments (ids only), one executor id a process, a pinned application
version, a heartbeat with a watchdog (a dead process's jobs would stay pending for ever), no engine in a web process.
"""

from __future__ import annotations

import datetime as dt
import functools
import importlib
import logging
import os
import secrets
import signal
import socket
import threading
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, WorkflowSerializationFormat
from sqlalchemy.orm import Session

from counter import turns
from counter.database import READER, sqlite_file
from counter.extensions import Store
from counter.models.worker import Worker
from counter.services import delivery, notices

log = logging.getLogger("counter.jobs")
logging.getLogger("dbos").setLevel(logging.WARNING)

NAME = "counter"
VERSION = "1"  # pinned: a job queued before an upgrade must still run; jobs carry a version in their own name
HERE = "here"  # jobs that only touch our own database
OUTSIDE = "outside"  # jobs that wait for a back office; a partition an office, so that a dead one holds up only itself
READING = "reading"  # jobs that need a whole processor
SCREENING = "screening"  # jobs that look at one document each, beside whole batches that are read
TRAINING = "training"  # jobs that need one for seconds: never two at once in a worker, never in the way of reading
QUEUES: dict[str, dict[str, Any]] = {
    HERE: {"worker_concurrency": 32, "polling_interval_sec": 0.5},
    OUTSIDE: {"worker_concurrency": 24, "partition_worker_concurrency": 6, "polling_interval_sec": 0.5},
    READING: {"worker_concurrency": 1, "polling_interval_sec": 1.0},
    SCREENING: {"worker_concurrency": 1, "polling_interval_sec": 0.5},
    TRAINING: {"worker_concurrency": 1, "polling_interval_sec": 0.5},
}
UNFINISHED = ("ENQUEUED", "DELAYED", "PENDING")
JOBS = (
    "counter.jobs.deliver",
    "counter.jobs.read_scan",
    "counter.jobs.own_forms",
    "counter.jobs.notify",
    "counter.jobs.train",
    "counter.jobs.screen",
)

BEAT_EVERY = dt.timedelta(seconds=5)
DEAD_AFTER = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a job gets beside its ids: the database, and the application for its settings."""

    app: Any
    store: Store
    executor: str


_workplace: Workplace | None = None
_clients: weakref.WeakKeyDictionary[sa.Dialect, DBOSClient] = weakref.WeakKeyDictionary()


def job(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register ``function(workplace, *ids)`` under a name with a version, such as ``deliver.1``; it must be idempotent."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @DBOS.workflow(name=name, serialization_type=WorkflowSerializationFormat.PORTABLE)
        @functools.wraps(function)
        def run(*ids: Any) -> None:
            if _workplace is None:
                raise RuntimeError("jobs run in a worker: engine.start() comes first")
            function(_workplace, *ids)

        return run

    return register


def enqueue(
    session: Session,
    name: str,
    job_id: str,
    *ids: Any,
    queue: str = HERE,
    partition: str = "",
    delay: dt.timedelta | None = None,
) -> None:
    """Queue a job in the caller's own transaction: it exists exactly when that commits. The same ``job_id`` runs once.

    ``partition``: whom an outside job waits for.
    """
    options: dict[str, Any] = {
        "workflow_name": name,
        "queue_name": queue,
        "workflow_id": job_id,
        "app_version": VERSION,
        "application_name": NAME,
        "serialization_type": WorkflowSerializationFormat.PORTABLE,
    }
    if queue == OUTSIDE:
        options["queue_partition_key"] = partition or name
    if delay is not None:
        options["delay_seconds"] = delay.total_seconds()
    _client(session).enqueue_in_transaction(session, options, *ids)  # type: ignore[arg-type]


def unfinished(session: Session, job_ids: Iterable[str]) -> set[str]:
    """Which of these jobs the engine still means to run."""
    wanted = [job_id for job_id in job_ids if job_id]
    if not wanted:
        return set()
    status = _client(session)._sys_db.tables.workflow_status  # the public listing cannot join our transaction
    rows = _reading(session).execute(
        sa.select(status.c.workflow_uuid).where(status.c.workflow_uuid.in_(wanted), status.c.status.in_(UNFINISHED))
    )
    return set(rows.scalars())


def busy(session: Session, name: str) -> bool:
    """Whether the engine still means to run any job of this name."""
    status = _client(session)._sys_db.tables.workflow_status
    found = sa.select(status.c.workflow_uuid).where(status.c.name == name, status.c.status.in_(UNFINISHED)).limit(1)
    return _reading(session).execute(found).first() is not None


def depth(session: Session) -> int:
    """How many jobs wait or run, for the health page."""
    status = _client(session)._sys_db.tables.workflow_status
    return _reading(session).scalar(sa.select(sa.func.count()).where(status.c.status.in_(UNFINISHED))) or 0


def prepare(engine: sa.Engine) -> None:
    """Create or upgrade the engine's own tables beside ours. Alembic never sees them."""
    own = _own_engine(engine)
    try:
        DBOSClient(system_database_engine=own, lazy=True)._sys_db.run_migrations()
    finally:
        own.dispose()


def start(app: Any, store: Store) -> Beat:
    """Launch the engine in this process and begin to run jobs; the Beat returned stops it again."""
    global _workplace
    for module in JOBS:
        if importlib.util.find_spec(module) is not None:
            importlib.import_module(module)
    executor = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
    own = _own_engine(store.engine)
    beat = Beat(executor, store, own)
    beat.once()  # before the launch: an executor without a heartbeat counts as dead
    _workplace = Workplace(app, store, executor)
    config: DBOSConfig = {
        "name": NAME,
        "system_database_engine": own,
        "application_version": VERSION,
        "executor_id": executor,
        "use_listen_notify": False,
        "console_log_level": "WARNING",
        "log_level": "WARNING",
        "notification_listener_polling_interval_sec": 5.0,
        "max_executor_threads": 32,
    }
    DBOS(config=config)
    DBOS.listen_queues(list(QUEUES))
    DBOS.launch()
    for queue, limits in QUEUES.items():
        DBOS.register_queue(queue, **limits, on_conflict="always_update")
    beat.start()
    return beat


def run_worker(app: Any) -> None:
    """Run jobs until told to stop (SIGTERM, SIGINT)."""
    from counter.jobs import watch

    beat = start(app, app.extensions["store"])
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    folder = app.config["INTAKE_FOLDER"]
    if folder:
        watch.start(app.extensions["store"], app.config["INSTANCE"], folder, int(app.config["INTAKE_KEEP_DAYS"]), asked)
    asked.wait()
    beat.stop()
    logging.shutdown()
    os._exit(0)  # a stack in the midst of reading is left as kill -9 leaves it: the next worker goes on with it


class Beat:
    """The worker's heartbeat, and the watch over the others: what a dead worker had begun is queued again."""

    def __init__(self, executor: str, store: Store, own: sa.Engine) -> None:
        self.executor = executor
        self._store = store
        self._own = own
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        global _workplace
        self._over.set()
        self._thread.join(timeout=10)
        DBOS.destroy(workflow_completion_timeout_sec=5)
        self._own.dispose()
        _workplace = None
        with self._store.scope() as session:
            session.execute(sa.delete(Worker).where(Worker.executor == self.executor))

    def once(self, now: dt.datetime | None = None) -> None:
        now = now or dt.datetime.now(dt.UTC)
        with self._store.scope() as session:
            beaten = session.execute(sa.update(Worker).where(Worker.executor == self.executor).values(beat_at=now))
            if not beaten.rowcount:  # type: ignore[attr-defined]
                session.add(Worker(executor=self.executor, started_at=now, beat_at=now))

    def watch(self, now: dt.datetime | None = None) -> list[str]:
        """Queue again what dead executors left pending, and free what they had claimed; returns those jobs' ids."""
        now = now or dt.datetime.now(dt.UTC)
        with self._store.scope() as session:
            known = session.execute(sa.select(Worker.executor, Worker.beat_at)).all()
            alive = [row.executor for row in known if row.beat_at > now - DEAD_AFTER and not _gone(row.executor)]
            session.execute(sa.delete(Worker).where(Worker.executor.not_in(alive)))
            delivery.release(session, alive)
            notices.release(session, alive)
            status = _client(session)._sys_db.tables.workflow_status
            left = _reading(session).execute(
                sa.select(status.c.workflow_uuid, status.c.queue_name).where(
                    status.c.status == "PENDING", status.c.executor_id.not_in(alive)
                )
            )
            orphans = [(row.workflow_uuid, row.queue_name) for row in left]
        for queue in {queue for _, queue in orphans}:
            DBOS.resume_workflows([job_id for job_id, of in orphans if of == queue], queue_name=queue or HERE)
        return [job_id for job_id, _ in orphans]

    def _run(self) -> None:
        from counter.jobs import reconcile, remind, sweep

        over = False
        while not over:
            try:
                self.once()
                if orphans := self.watch():
                    log.warning("resumed %d jobs of dead workers", len(orphans))
                reconcile.reconcile(self._store)
                remind.remind(self._store)
                if _workplace is not None:
                    config = _workplace.app.config
                    sweep.sweep(self._store, config["INSTANCE"], int(config["MEMORY_DAYS"]))
            except sa.exc.DBAPIError as error:  # a database that is away comes back; the next beat says so
                log.warning("heartbeat failed: %s", type(error).__name__)
            except Exception:  # a worker whose heart stops for a fault of ours would be taken for dead while it works
                log.exception("heartbeat failed")
            over = self._over.wait(BEAT_EVERY.total_seconds())


def _gone(executor: str) -> bool:
    """Whether it was a process of this machine that is no more; of another machine only its heartbeat tells."""
    host, _, rest = executor.partition("/")
    pid = rest.partition("/")[0]
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _client(session: Session) -> DBOSClient:
    engine = session.get_bind()
    assert isinstance(engine, sa.Engine)
    client = _clients.get(engine.dialect)
    if client is None:
        made = DBOSClient(system_database_engine=engine, lazy=True, application_name=NAME)
        client = _clients[engine.dialect] = made
    return client


def _reading(session: Session) -> sa.Connection:
    """The session's connection, able to read the engine's tables in their own schema."""
    _client(session)._sys_db._apply_caller_schema(session)
    return session.connection()


def _own_engine(engine: sa.Engine) -> sa.Engine:
    """An engine for DBOS's own transactions on the same database: on SQLite each of them must begin as a writer."""
    if engine.dialect.name != "sqlite":
        return sa.create_engine(engine.url, pool_size=10, max_overflow=10, pool_pre_ping=True)
    own = sa.create_engine(engine.url, pool_size=10, max_overflow=10)
    file = sqlite_file(engine)
    assert file is not None
    turns.take_turns(own, file.absolute(), reader=READER)

    @sa.event.listens_for(own, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return own
