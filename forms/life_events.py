"""ライフイベント: which procedures follow from what happened to somebody, why and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forms.deadlines import last_day
from forms.guide import CATEGORIES, GUIDE, LIFE_EVENTS, LifeEvent
from forms.kinds.dates import date_of
from forms.model import Ask, Field, Procedure, Trigger
from forms.path import Document, look_up, valid_answer
from forms.procedures import CATALOGUE

__all__ = [
    "CATEGORIES", "GUIDE", "LIFE_EVENTS", "LifeEvent", "Suggestion", "guide_questions", "implied", "said",
    "suggestions",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A procedure that follows; ``ward`` is "" where the event does not decide it, ``last_day`` None until dated."""

    procedure: Procedure
    reason: str
    deadline: str
    last_day: dt.date | None
    ward: str


def said(event: str) -> dict[str, Any]:
    """The answers that choosing the event has given already."""
    document: dict[str, Any] = {}
    for field, answer in LIFE_EVENTS[event].says:
        document.setdefault(field.section.key, {})[field.name] = answer
    return document


def implied(event: str, answers: Document) -> list[tuple[Field, str]]:
    """The answers that the guide was given beside those to its own questions."""
    found = []
    for tells in LIFE_EVENTS[event].tells:
        heard = valid_answer(answers, tells.heard.key, tells.heard)
        answer = "" if heard is None else tells.yes if tells.pick in heard else tells.no
        found.append((tells.field, answer))
    return [(field, answer) for field, answer in found if answer]


def guide_questions(event: str, answers: Document) -> list[Ask]:
    """The questions of the guide on the path, in order; none that could change nothing for the places answered."""
    found = []
    needed = _needed(event, answers)
    seen: dict[str, Any] = {}
    for item in LIFE_EVENTS[event].asks:
        if item.when is not None and item.when.decide(lambda field: seen.get(field.key)) is not True:
            continue
        if item.field.key in needed:
            found.append(item)
            seen[item.field.key] = valid_answer(answers, item.field.key, item.field)
    return found


def suggestions(event: str, answers: Document) -> list[Suggestion]:
    """What follows from ``event`` given the answers so far, in catalogue order; what waits for an answer is left out."""
    on_path = {item.field.key for item in guide_questions(event, answers)}

    def so_far(field: Field) -> Any:
        return valid_answer(answers, field.key, field) if field.key in on_path else None

    return [
        _suggestion(procedure, trigger, ward, answers)
        for procedure, trigger, ward in _placed(event, answers)
        if trigger.when is None or trigger.when.decide(so_far) is True
    ]


def due(procedure: Procedure, event: str, answers: Document) -> Suggestion | None:
    """By when a procedure that was chosen must be filed, whatever chose it: for ``event``, or any where that is ""."""
    found = [
        _suggestion(procedure, trigger, "", answers)
        for trigger in procedure.triggers
        if trigger.deadline and event in ("", trigger.event)
    ]
    return next((one for one in found if one.last_day), found[0] if found else None)


def _placed(event: str, answers: Document) -> Iterator[tuple[Procedure, Trigger, str]]:
    """The triggers that the places of the event allow, each with the ward it leads to ("" where no place tells)."""
    places = {place.key: _ward(place, answers) for place in LIFE_EVENTS[event].places}
    known = all(look_up(answers, place.key) for place in LIFE_EVENTS[event].places)
    one_ward = len(places) > 1 and len(set(places.values())) == 1 and all(places.values())
    apart = len(places) > 1 and known and not one_ward
    for procedure in CATALOGUE.values():
        for trigger in procedure.triggers:
            if trigger.event != event or (trigger.apart and not apart) or (trigger.within and not one_ward):
                continue
            to = next((field for field in procedure.destinations if field.key in places), None)
            if to is not None and not places[to.key]:
                continue
            yield procedure, trigger, places[to.key] if to else ""


def _needed(event: str, answers: Document) -> set[str]:
    """Keys of what the triggers in question look at, and what the questions to those look at."""
    keys: set[str] = set()
    for _, trigger, _ in _placed(event, answers):
        keys |= {field.key for field in trigger.when.fields()} if trigger.when else set()
        keys |= {trigger.deadline.after.key} if trigger.deadline else set()
    for item in reversed(LIFE_EVENTS[event].asks):
        if item.when is not None and item.field.key in keys:
            keys |= {field.key for field in item.when.fields()}
    return keys


def _suggestion(procedure: Procedure, trigger: Trigger, ward: str, answers: Document) -> Suggestion:
    deadline = trigger.deadline
    if deadline is None:
        return Suggestion(procedure, trigger.reason, "", None, ward)
    event_day = valid_answer(answers, deadline.after.key, deadline.after)
    day = last_day(deadline, date_of(event_day)) if event_day else None
    return Suggestion(procedure, trigger.reason, deadline.say, day, ward)


def _ward(place: Field, answers: Document) -> str:
    """The ward of an address of which perhaps only the city is known yet."""
    value = look_up(answers, place.key)
    wards = place.kind.wards(value) if isinstance(value, dict) else ()
    return wards[0] if wards else ""
