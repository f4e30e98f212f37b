"""The child whose birth began it: the day that was told once is that child's birth date too, whichever page tells it."""

from __future__ import annotations

from typing import Any

from counter.services import drafts
from counter.services.drafts import Document, Draft
from forms.common import BIRTH_DATE, BORN_ON
from forms.guide import GUIDE
from forms.path import look_up, valid_answer

NEWBORN = f"{GUIDE.key}.newborn"  # which of the people it is; like all answers of the guide, it leaves in no record


def bring(answers: Document) -> None:
    """Once the day is told, the child stands among the people; a name and the rest are asked as of anybody.

    Somebody besides the first who has no birth date yet may be that child already: then nobody is added.
    """
    day = valid_answer(answers, BORN_ON.key, BORN_ON)
    others = list(drafts.people_of(answers))[1:]
    if day is None or look_up(answers, NEWBORN) or any(not one.get(BIRTH_DATE.name) for one in others):
        return
    child = drafts.new_person(answers)
    if child is not None:
        drafts.put(answers, NEWBORN, child)
        drafts.put(answers, _born(child), day)


def days(draft: Draft) -> tuple[Any, Any]:
    """What stands at both places, to be compared after a page was taken over."""
    child = look_up(draft.answers, NEWBORN)
    return look_up(draft.answers, BORN_ON.key), look_up(draft.answers, _born(child)) if child else None


def settle(draft: Draft, before: tuple[Any, Any]) -> None:
    """After a page was taken over: the place that it told anew is right, and the other follows."""
    child, now = look_up(draft.answers, NEWBORN), days(draft)
    day = valid_answer(draft.answers, BORN_ON.key, BORN_ON)
    if child is None:
        if before[0] is None and day is not None and any(drafts.people_of(draft.answers)):
            bring(draft.answers)
    elif now[0] != before[0] and day is not None:
        drafts.put(draft.answers, _born(child), day)
    elif now[1] != before[1] and valid_answer(draft.answers, _born(child), BIRTH_DATE) is not None:
        drafts.put(draft.answers, BORN_ON.key, now[1])


def _born(child: str) -> str:
    return f"{BIRTH_DATE.section.key}.{child}.{BIRTH_DATE.name}"
