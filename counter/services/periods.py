"""標準処理期間: how long an office usually takes, and by which day it means to be done."""

from __future__ import annotations

import datetime as dt

from forms.deadlines import is_closed
from forms.kinds.dates import JST
from forms.procedures import CATALOGUE

RETIRED = 14  # of a procedure that is no longer in the catalogue


def due_day(procedure: str, arrived_at: dt.datetime, paused_days: int = 0) -> dt.date:
    """The procedure's own days from arrival, the first day excluded (民法140条).

    Days that corrections took do not count (行政手続法6条の標準処理期間は補正の期間を除く); past closed days (民法142条).
    """
    days = CATALOGUE[procedure].days if procedure in CATALOGUE else RETIRED
    day = arrived_at.astimezone(JST).date() + dt.timedelta(days=days + paused_days)
    while is_closed(day):
        day += dt.timedelta(days=1)
    return day
