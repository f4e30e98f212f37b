"""What has had its time goes: bytes of sent documents that no row names any more, lines that readers learnt long ago."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from counter.extensions import Store
from counter.jobs.train import forget_old
from counter.services import attachments, screening
from counter.services.blobs import Blobs

EVERY = dt.timedelta(hours=1)
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
_last: dict[Path, dt.datetime] = {}


def sweep(store: Store, instance: Path, memory_days: int, now: dt.datetime | None = None) -> int:
    """At most once an hour; returns how many files and lines went."""
    now = now or dt.datetime.now(dt.UTC)
    if now - _last.get(instance, _NEVER) < EVERY:
        return 0
    _last[instance] = now
    with store.scope(write=False) as session:
        files = attachments.sweep(session, Blobs(instance / "blobs" / "enclosures"), now)
    with store.scope() as session:
        screening.forget(session, now - dt.timedelta(days=1))
    return files + forget_old(store, memory_days, now)
