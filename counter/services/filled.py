"""How much of a procedure is answered already, before its first page is opened. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from counter.services.journey import ROSTER, asks_about_people
from forms.bundle import Bundle
from forms.model import Procedure
from forms.path import still, valid_answer


@dataclass(frozen=True, slots=True)
class Filled:
    """``asked``: questions as far as the answers tell; ``known``: how many of them have a valid answer."""

    asked: int
    known: int

    @property
    def percent(self) -> int:
        """In tens, rounded down: it promises no more than there is."""
        return self.known * 10 // self.asked * 10 if self.asked else 0


def filled(procedures: Sequence[Procedure], answers: Mapping[str, Any]) -> Filled:
    """Counted over these procedures filed together; whoever writes counts as one person before anybody is named."""
    document = dict(answers)
    if not document.get(ROSTER) and asks_about_people(procedures):
        document[ROSTER] = [{"id": "m000000"}]
    document = still(document)  # type: ignore[assignment]
    questions = Bundle(procedures).asked(document)
    known = sum(valid_answer(document, question.path, question.field) is not None for question in questions)
    return Filled(len(questions), known)
