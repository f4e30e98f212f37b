"""抜き取り確認: some accepted readings are looked at all the same, or the figures of acceptance lie."""

from __future__ import annotations

import hashlib

SHARE = 0.03
"""of the accepted readings; between 2 and 5 % is usual, and 3 % finds a reader that got worse within a few days"""
REASON = "抜き取り確認"


def drawn(reading_id: str) -> bool:
    """Whether this reading is. Ids are random, so what is drawn is; the same reading is always drawn or never."""
    return int.from_bytes(hashlib.sha256(reading_id.encode()).digest()[:4], "big") < SHARE * 2**32
