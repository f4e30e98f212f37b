"""A ward's name in the reader's language."""

from __future__ import annotations

from counter.locales import translate
from forms.wards import WARDS


def ward_name(code: str) -> str:
    """江東区, or as the reader's language writes it."""
    return translate(WARDS[code].name)
