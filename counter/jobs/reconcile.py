"""The ledgers against the engine: a delivery or a notice that is due but that no job will try gets a new job."""

from __future__ import annotations

import datetime as dt

from counter.extensions import Store
from counter.jobs import engine
from counter.services import delivery, notices

PATIENCE = dt.timedelta(seconds=60)


def reconcile(store: Store, now: dt.datetime | None = None) -> int:
    """Queue what was forgotten; returns how many deliveries and notices that were."""
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
    return len(forgotten) + len(unsent)
