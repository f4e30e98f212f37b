"""A ward's name in the reader's language."""

from __future__ import annotations

from counter.locales import current, translate
from forms.wards import WARDS


def ward_name(code: str) -> str:
    """江東区, or Koto City to whoever reads Latin letters."""
    ward = WARDS[code]
    return translate(ward.name) if current().html == "ja" else f"{ward.romaji}-ku ({ward.name})"
