"""Durable work: small, idempotent jobs that the engine runs after the transaction that asked for them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session


def enqueue(
    session: Session,
    name: str,
    job_id: str,
    *ids: Any,
    queue: str = "here",
    partition: str = "",
    delay: dt.timedelta | None = None,
) -> None:
    """Queue a job in the caller's transaction. Loads the engine's library at the first use only."""
    from counter.jobs import engine

    engine.enqueue(session, name, job_id, *ids, queue=queue, partition=partition, delay=delay)
