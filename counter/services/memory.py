"""What a ward's readers learn (訂正記憶): lines wait for a clerk, are learnt once confirmed, and are forgotten for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from counter import ids, vault
from counter.models.intake import PaperForm, Reading
from counter.models.memory import SeenLine

if TYPE_CHECKING:
    from ocr.results import LineSeen


def keep_lines(session: Session, form: PaperForm, row: Reading, lines: Sequence[LineSeen]) -> None:
    """What was seen of one place waits for a clerk to say what stands there; sealed under the form's key."""
    if not lines:
        return
    session.flush()  # the row they point to
    for position, line in enumerate(lines):
        kept = SeenLine(
            ward=form.ward, id=ids.new_id(), form_id=form.id, reading_id=row.id, position=position, weights=line.weights
        )
        features = line.features.astype("<f2").tobytes()
        kept.content = vault.of(session).seal_bytes(session, form.key_id, _seen_as(kept), features)
        session.add(kept)


def _seen_as(row: SeenLine) -> str:
    return f"seen_line:content:{row.id}"
