"""Wrong guesses at a number or a code, counted by what was guessed at, by address and altogether; too many have to wait."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import vault
from counter.models.bundle import Guess
from counter.services.writing import insert

WINDOW = dt.timedelta(minutes=15)
MOST = {"receipt": 10, "address": 30, "everybody": 3000}


class TooManyGuesses(Exception):
    """Wrong look-ups, by this receipt, address or altogether; ``retry_after`` seconds tell when to come back."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"come back in {retry_after} s")


def keys(session: Session, **tried: str) -> dict[str, bytes]:
    """What guesses are counted by: keyword names of `MOST`, each with the text that was tried or the address."""
    seals = vault.of(session)
    texts = {**tried, "everybody": ""}
    return {name: seals.blind(session, None, f"guess:{name}", text) for name, text in texts.items()}


def refuse(session: Session, counted: dict[str, bytes], now: dt.datetime) -> None:
    """Raise TooManyGuesses, before and instead of any answer."""
    window = _window(now)
    found = session.execute(
        sa.select(Guess.key, Guess.failures).where(Guess.key.in_(counted.values()), Guess.window == window)
    )
    failures = {row.key: row.failures for row in found}
    if any(failures.get(key, 0) >= MOST[name] for name, key in counted.items()):
        ends = (window + 1) * WINDOW.total_seconds()
        raise TooManyGuesses(max(1, int(ends - now.timestamp())))


def count(session: Session, counted: dict[str, bytes], now: dt.datetime) -> None:
    """One more failure of each; the caller commits whatever it answers."""
    window = _window(now)
    for key in sorted(counted.values()):
        session.execute(
            insert(session, Guess)
            .values(key=key, window=window, failures=1)
            .on_conflict_do_update(index_elements=["key", "window"], set_={"failures": Guess.failures + 1})
        )
    session.execute(sa.delete(Guess).where(Guess.window < window - 1))


def _window(now: dt.datetime) -> int:
    return int(now.timestamp() // WINDOW.total_seconds())
