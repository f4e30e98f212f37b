"""The day before a visit: its reminder is queued, once. The worker's heart asks; what was done is in the booking's row."""

from __future__ import annotations

import datetime as dt

from counter.extensions import Store
from counter.services import visits


def remind(store: Store, now: dt.datetime | None = None) -> int:
    """Queue the reminders that are due; returns how many. Two workers at once, or one killed half way, change nothing."""
    now = now or dt.datetime.now(dt.UTC)
    with store.scope(write=False) as session:
        due = visits.to_remind(session, now)
    reminded = 0
    for ward, bundle_id in due:
        with store.scope() as session:
            reminded += visits.remind(session, ward, bundle_id, now)
    return reminded
