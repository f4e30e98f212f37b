"""ライフイベント: what happened to somebody, and which procedures follow from it, why and until when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from forms.common import NEW_ADDRESS, OLD_ADDRESS
from forms.deadlines import last_day
from forms.kinds.dates import date_of
from forms.messages import N_
from forms.model import Field, Procedure, Trigger
from forms.path import Document, look_up, valid_answer
from forms.procedures import CATALOGUE


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """``places``: the addresses whose wards decide which offices are concerned, asked before anything else."""

    key: str
    title: str
    hint: str
    places: tuple[Field, ...] = ()


LIFE_EVENTS: dict[str, LifeEvent] = {
    event.key: event
    for event in (
        LifeEvent(
            "moving",
            N_("引っ越し"),
            N_("区に入る、区から出る、区から区へ移るときの手続です。"),
            (OLD_ADDRESS, NEW_ADDRESS),
        ),
        LifeEvent("certificate", N_("証明書がほしい"), N_("住民票の写しなどを郵送で受け取れます。")),
        LifeEvent("disaster", N_("災害にあった"), N_("無事であることを登録して、家族に知らせます。")),
        LifeEvent("business", N_("区と取引したい"), N_("一度の登録で、いくつもの区に申請できます。")),
    )
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A procedure that follows; ``ward`` is "" where the event does not decide it, ``last_day`` None until dated."""

    procedure: Procedure
    reason: str
    deadline: str
    last_day: dt.date | None
    ward: str


def suggestions(event: str, answers: Document) -> list[Suggestion]:
    """What follows from ``event`` given the places (and, if answered, the dates) in ``answers``, in catalogue order."""
    places = {place.key: _ward(place, answers) for place in LIFE_EVENTS[event].places}
    apart = len(set(places.values())) == len(places)
    found = []
    for procedure in CATALOGUE.values():
        for trigger in procedure.triggers:
            if trigger.event != event or (trigger.apart and not apart):
                continue
            ward = places.get(procedure.to.key, "")
            if procedure.to.key in places and not ward:
                continue
            found.append(_suggestion(procedure, trigger, ward, answers))
    return found


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
