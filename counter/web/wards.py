"""A ward's name in the reader's language."""

from __future__ import annotations

from markupsafe import Markup

from counter.locales import markup
from forms.wards import WARDS


def ward_name(code: str) -> Markup:
    """江東区, or as the reader's language writes it."""
    return markup(WARDS[code].name)
