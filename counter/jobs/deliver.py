"""Handing applications over: claim, send, mark. Harmless to repeat; every delivery stands on its own."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.exc import DBAPIError

from counter import tenancy
from counter.delivery import Way, ways
from counter.extensions import Store
from counter.jobs.engine import Workplace, job
from counter.services import delivery

log = logging.getLogger("counter.deliver")
Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@job(delivery.JOB)
def deliver(workplace: Workplace, deliveries: Sequence[Sequence[str]]) -> None:
    """``deliveries``: (ward, delivery id) pairs. A database that is away fails the job; reconciliation asks again."""
    known = ways(workplace.app.config)
    broken: DBAPIError | None = None
    for ward, delivery_id in deliveries:
        try:
            attempt(workplace.store, known, ward, delivery_id, by=workplace.executor)
        except DBAPIError as error:
            broken = error
    if broken is not None:
        raise broken


def attempt(
    store: Store, known: Mapping[str, Way], ward: str, delivery_id: str, *, by: str = "", now: Clock = utc_now
) -> bool:
    """One try at one delivery; True when the office has it now because of this try.

    A way inside our database is claimed, placed and marked in one transaction, so it happens exactly once. Any other is
    claimed and committed first, sent with no transaction open, then marked: at least once, with the delivery id as key.
    Whatever else goes wrong is written to the ledger, and the others go on.
    """
    counted = False
    try:
        with store.scope() as session:
            tenancy.tenant(session, ward)
            parcel = delivery.claim(session, ward, delivery_id, now(), by)
            if parcel is None:
                return False
            way = known.get(parcel.way)
            if way is not None and way.inside:
                way.send(parcel, session)
                return delivery.sent(session, parcel, now())
        counted = True
        if way is None:
            raise LookupError(f"no way called {parcel.way}")
        reference = way.send(parcel, None)
    except DBAPIError:
        raise
    except Exception as error:  # a back office may do anything
        log.warning("delivery %s failed: %s", delivery_id, type(error).__name__)
        with store.scope() as session:
            tenancy.tenant(session, ward)
            delivery.failed(session, ward, delivery_id, now(), _fault(error), counted=counted)
        return False
    with store.scope() as session:
        tenancy.tenant(session, ward)
        return delivery.sent(session, parcel, now(), reference)


def _fault(error: Exception) -> str:
    """The kind of fault, and the system's own words for it; never text that could quote a record."""
    words = error.strerror if isinstance(error, OSError) and error.strerror else ""
    if isinstance(error, LookupError) and error.args:
        words = str(error.args[0])
    return f"{type(error).__name__}: {words}".rstrip(": ")
