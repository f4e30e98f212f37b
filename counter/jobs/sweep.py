"""The folder of sent documents against the tables: bytes that no row names any more are removed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from counter.extensions import Store
from counter.services import attachments
from counter.services.blobs import Blobs

EVERY = dt.timedelta(hours=1)
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
_last: dict[Path, dt.datetime] = {}


def sweep(store: Store, instance: Path, now: dt.datetime | None = None) -> int:
    """At most once an hour; returns how many files went."""
    now = now or dt.datetime.now(dt.UTC)
    if now - _last.get(instance, _NEVER) < EVERY:
        return 0
    _last[instance] = now
    with store.scope(write=False) as session:
        return attachments.sweep(session, Blobs(instance / "blobs" / "enclosures"), now)
