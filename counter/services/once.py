"""One case once: which procedures of a draft were filed, whether on the web, at a counter or from the paper it printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids
from counter.models.draft import Draft, Filed, PrintedSheet
from counter.services.writing import insert


class AlreadyFiled(Exception):
    """Another way was faster with this very procedure of this draft; nothing was written."""

    def __init__(self, procedures: Sequence[str]) -> None:
        self.procedures = tuple(procedures)
        super().__init__(", ".join(self.procedures))


def printed(session: Session, nonce: str, procedure: str, addressee: str | None, now: dt.datetime) -> str:
    """A serial of its own for every sheet that a draft is printed on."""
    serial = ids.new_id()
    session.add(PrintedSheet(serial=serial, nonce=nonce, procedure=procedure, addressee=addressee, printed_at=now))
    session.flush()
    return serial


def sheet(session: Session, serial: str | None) -> PrintedSheet | None:
    """What a serial was printed from; None for a sheet that no draft printed."""
    return session.get(PrintedSheet, serial) if serial else None


def filed(session: Session, nonce: str) -> dict[str, str]:
    """Procedure → bundle of what this draft became so far."""
    found = session.execute(sa.select(Filed.procedure, Filed.bundle_id).where(Filed.nonce == nonce))
    return {row.procedure: row.bundle_id for row in found}


def take_turn(session: Session, nonce: str) -> None:
    """Whoever files from a draft locks it first, so that web and paper go one after the other."""
    session.execute(sa.select(Draft.id).where(Draft.nonce == nonce).with_for_update())


def note(session: Session, nonce: str, procedures: Iterable[str], bundle_id: str, now: dt.datetime) -> None:
    """These procedures are a case now. Raises AlreadyFiled, and the caller rolls back, where one was before."""
    for procedure in sorted(set(procedures)):
        values = {"nonce": nonce, "procedure": procedure, "bundle_id": bundle_id, "at": now}
        adding = insert(session, Filed).values(values).on_conflict_do_nothing().returning(Filed.bundle_id)
        if session.scalar(adding) is None and filed(session, nonce).get(procedure) != bundle_id:
            raise AlreadyFiled((procedure,))
