"""Sending notices by mail: claim, send, mark. At least once; a repeat carries the same Message-ID and the same bytes."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from counter import letters, mail
from counter.extensions import Store
from counter.jobs.engine import Workplace, job
from counter.models.notice import NoticeState
from counter.services import notices

log = logging.getLogger("counter.notify")


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@job(notices.JOB)
def notify(workplace: Workplace, notice_id: str) -> None:
    attempt(workplace.app, workplace.store, notice_id, by=workplace.executor)


def attempt(app: Any, store: Store, notice_id: str, *, by: str = "", now: Callable[[], dt.datetime] = utc_now) -> bool:
    """One try at one mail; True when a mail server took it because of this try. No transaction is open while it sends."""
    with store.scope() as session:
        letter = notices.claim(session, notice_id, now(), by)
    if letter is None:
        return False
    try:
        server = mail.server(app.config)
        if server is not None:
            with app.app_context():
                message = letters.written(letter, server.sender, app.config["PUBLIC_URL"])
            server.send(message, letter.address)
    except mail.Refused as refused:
        return _settle(store, notice_id, NoticeState.REFUSED, now(), str(refused))
    except Exception as error:  # a mail server may do anything; a fault of ours is tried again too, and is seen
        fault = str(error) if isinstance(error, mail.Later) else type(error).__name__
        log.warning("notice %s failed: %s", notice_id, fault)
        with store.scope() as session:
            notices.failed(session, notice_id, now(), fault)
        return False
    state = NoticeState.OFF if server is None else NoticeState.SENT
    return _settle(store, notice_id, state, now()) and state is NoticeState.SENT


def _settle(store: Store, notice_id: str, state: NoticeState, now: dt.datetime, reason: str | None = None) -> bool:
    with store.scope() as session:
        return notices.ended(session, notice_id, state, now, reason) and state is not NoticeState.REFUSED
