"""標準処理期間: how long an office usually takes, and by which day it means to be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from forms.deadlines import is_closed

JST = ZoneInfo("Asia/Tokyo")
STANDARD_DAYS = 14
"""Of the demonstration's offices: days from arrival, the first day excluded (民法140条)."""
OF_PROCEDURE: Mapping[str, int] = {
    "move-in": 1, "move-out": 3, "move-within": 1, "health-insurance": 7, "child-allowance": 30, "supplier": 60,
}  # fmt: skip


def days_of(procedure: str) -> int:
    return OF_PROCEDURE.get(procedure, STANDARD_DAYS)


def due_day(procedure: str, arrived_at: dt.datetime, paused_days: int = 0) -> dt.date:
    """Days that corrections took do not count (行政手続法6条の標準処理期間は補正の期間を除く); past closed days (民法142条)."""
    day = arrived_at.astimezone(JST).date() + dt.timedelta(days=days_of(procedure) + paused_days)
    while is_closed(day):
        day += dt.timedelta(days=1)
    return day
