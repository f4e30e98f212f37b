"""期限: the day by which something must be filed, as the Civil Code counts."""

from __future__ import annotations

import datetime as dt

import jpholiday

from forms.model import Deadline


def is_closed(day: dt.date) -> bool:
    """Whether wards' counters are closed: Saturday, Sunday, holidays, 29 December to 3 January (地方自治法4条の2)."""
    year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() >= 5 or year_end or bool(jpholiday.is_holiday(day))


def _years_after(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return dt.date(day.year + years, 2, 28)


def last_day(deadline: Deadline, event: dt.date) -> dt.date:
    """The last day: ``days`` after the event, whose own day does not count (民法140条), past closed days (142条).

    Years end on the day of the same date, on the month's last where there is none (143条2項: the day before the one
    that answers to the first day counted).
    """
    day = _years_after(event, deadline.years) + dt.timedelta(days=deadline.days)
    while is_closed(day):
        day += dt.timedelta(days=1)
    return day
