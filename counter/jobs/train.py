"""Learning from confirmed sheets: read what there is, compute with no transaction open, keep. Harmless to repeat.

Many confirmations become one training: whichever job comes first takes up everything that waits in its ward, and those
behind it find nothing left.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from counter import tenancy
from counter.extensions import Store
from counter.jobs.engine import Workplace, job
from counter.services import memory, memory_training
from counter.services.memory_versions import Conflict
from forms.wards import WARDS
from ocr.training import Result, Work
from ocr.training import train as in_a_child

log = logging.getLogger("counter.train")
TRIES = 3
UNLEARNT_AFTER = dt.timedelta(days=1)
"""Lines of a settled form that no training took up by then are dropped."""


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@job(memory.JOB)
def train_ward(workplace: Workplace, ward: str) -> None:
    train(workplace.store, ward)


def train(
    store: Store, ward: str, *, learn: Callable[[Work], Result] = in_a_child, now: Callable[[], dt.datetime] = utc_now
) -> int:
    """Everything that waits in a ward; returns how many versions it made. Raises ocr.training.Stopped."""
    made = conflicts = 0
    while conflicts < TRIES:
        with store.scope(write=False) as session, tenancy.tenant(session, ward):
            lesson = memory_training.lesson(session)
        if lesson is None:
            return made
        result = learn(lesson.work)
        try:
            with store.scope() as session, tenancy.tenant(session, ward):
                version = memory_training.store(session, ward, lesson, result, now())
        except Conflict:  # something else became of this ward's memory meanwhile: begin with that
            conflicts += 1
            continue
        if version is not None:
            made += 1
            log.info("ward %s: version %d, %d lines added", ward, version.number, version.added)
    log.warning("ward %s: gave way %d times", ward, conflicts)
    return made


def forget_old(store: Store, days: int, now: dt.datetime | None = None) -> int:
    """What a ward learnt longer ago than ``days`` is forgotten; returns how many lines that were, in all wards."""
    now = now or utc_now()
    gone = 0
    for ward in WARDS:
        with store.scope() as session, tenancy.tenant(session, ward):
            gone += memory.forget_old(session, now - dt.timedelta(days=days), now - UNLEARNT_AFTER)
    return gone
