"""The ledgers against the engine: a delivery, a notice, a scan or a document that is due but that no job will try gets a new job."""

from __future__ import annotations

import datetime as dt

from counter import tenancy
from counter.extensions import Store
from counter.jobs import engine
from counter.services import delivery, intake, notices, screening

PATIENCE = dt.timedelta(seconds=60)


def reconcile(store: Store, now: dt.datetime | None = None) -> int:
    """Queue what was forgotten; returns how many deliveries, notices, scans and documents that were."""
    now = now or dt.datetime.now(dt.UTC)
    with store.scope(write=False) as session:
        due = delivery.overdue(session, now - PATIENCE)
        mails = notices.overdue(session, now - PATIENCE)
        living = engine.unfinished(session, {job_id for *_, job_id in [*due, *mails]})
    forgotten = [(ward, delivery_id) for ward, delivery_id, job_id in due if job_id not in living]
    for ward, delivery_id in forgotten:
        with store.scope() as session:
            delivery.requeue(session, ward, delivery_id)
    unsent = [notice_id for notice_id, job_id in mails if job_id not in living]
    for notice_id in unsent:
        with store.scope() as session:
            notices.requeue(session, notice_id)
    return len(forgotten) + len(unsent) + _scans(store) + _documents(store, now)


def _scans(store: Store) -> int:
    """A file waits, and there is no job at all that could read it: each gets one."""
    with store.scope(write=False) as session, tenancy.all_wards(session, "files of every ward wait for one worker"):
        waiting = intake.forgotten(session)
        if not waiting or engine.busy(session, intake.JOB):
            return 0
    for ward, file_id in waiting:
        with store.scope() as session, tenancy.tenant(session, ward):
            intake.put_off(session, file_id)
    return len(waiting)


def _documents(store: Store, now: dt.datetime) -> int:
    """A document waits to be looked at, and no job will."""
    with store.scope(write=False) as session:
        waiting = screening.forgotten(session, now - PATIENCE)
        if not waiting or engine.busy(session, screening.JOB):
            return 0
    for blob in waiting:
        with store.scope() as session:
            screening.requeue(session, blob)
    return len(waiting)
