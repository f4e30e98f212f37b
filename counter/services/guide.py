"""手続ナビ as steps, computed from a life event and the answers so far. Pure; no stored step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from counter.services import drafts
from counter.services.journey import was_shown
from forms.kinds import Choice
from forms.life_events import GUIDE, LIFE_EVENTS, LifeEvent, Suggestion, guide_questions, implied, said, suggestions
from forms.messages import N_
from forms.model import Field, Question
from forms.path import look_up, valid_answer
from forms.wards import WARDS

PLACES = "places"
ELSEWHERE = "other"
OUTSIDE = N_("東京23区の外（外国も）")


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the guide: the wards together, then a question each. ``key``: ``places`` or the question's field."""

    key: str
    questions: tuple[Question, ...]
    answered: bool


@dataclass(frozen=True, slots=True)
class Steps:
    """The guide as these answers open it."""

    all: tuple[Step, ...]

    def __iter__(self) -> Iterator[Step]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def find(self, key: str) -> Step | None:
        return next((step for step in self.all if step.key == key), None)

    def place(self, step: Step) -> int:
        return self.all.index(step)

    def before(self, step: Step) -> Step | None:
        place = self.place(step)
        return self.all[place - 1] if place else None

    def after(self, step: Step) -> Step | None:
        place = self.place(step) + 1
        return self.all[place] if place < len(self.all) else None

    @property
    def open(self) -> Step | None:
        """The first one without an answer."""
        return next((step for step in self.all if not step.answered), None)


def steps(event: LifeEvent, answers: Mapping[str, Any]) -> Steps:
    """Every page of the guide on the path of these answers, in order."""
    found = [tuple(place_question(place) for place in event.places)] if event.places else []
    found += [
        (Question(ask.field.key, ask.field, ask.required, ()),)
        for ask in guide_questions(event.key, told(event, answers))
    ]
    return Steps(tuple(_step(event, questions, answers) for questions in found))


def place_question(place: Field) -> Question:
    """In which ward an address of the event lies."""
    field = Field(GUIDE, f"at_{place.name}", place.label, _wards(), place.hint)
    return Question(field.key, field, True, ())


def places(event: LifeEvent, answers: Mapping[str, Any]) -> dict[str, str]:
    """The ward's code, ``other`` or "" for every place of the event."""
    given = answers.get(GUIDE.key) or {}
    return {place.key: str(given.get(f"at_{place.name}") or "") for place in event.places}


def suggested(event: LifeEvent, answers: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The wards as the beginnings of addresses, by document path: what a page stands filled with at first."""
    return {key: {"city": WARDS[code].city} for key, code in places(event, answers).items() if code in WARDS}


def told(event: LifeEvent, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as the guide understands them: each place lies in the ward that was named in the guide."""
    document = dict(answers)
    for place in event.places:
        code = places(event, answers)[place.key]
        if code:
            city = WARDS[code].city if code in WARDS else ""
            document[place.section.key] = {**(document.get(place.section.key) or {}), place.name: {"city": city}}
    return document


def beginning(event: LifeEvent) -> dict[str, Any]:
    """The document with which the guide begins: what choosing the event has said already."""
    return said(event.key)


def tell(event: str, answers: drafts.Document) -> None:
    """What the guide was told stands as the answer wherever it is the same fact and nothing was said yet."""
    for field, answer in implied(event, answers) if event in LIFE_EVENTS else ():
        if look_up(answers, field.key) is None:
            drafts.put(answers, field.key, answer)


def follow(event: LifeEvent, answers: Mapping[str, Any]) -> list[Suggestion]:
    """What has to be filed, as far as these answers tell; each procedure once, for the first reason that calls for it."""
    found: dict[str, Suggestion] = {}
    for one in suggestions(event.key, told(event, answers)):
        found.setdefault(one.procedure.code, one)
    return list(found.values())


@lru_cache(maxsize=1)
def _wards() -> Choice:
    return Choice((*((code, ward.name) for code, ward in WARDS.items()), (ELSEWHERE, OUTSIDE)))


def _step(event: LifeEvent, questions: tuple[Question, ...], answers: Mapping[str, Any]) -> Step:
    key = (
        PLACES
        if questions[0].field.key in {place_question(place).path for place in event.places}
        else questions[0].path
    )
    return Step(key, questions, all(_answered(question, answers) for question in questions))


def _answered(question: Question, answers: Mapping[str, Any]) -> bool:
    if valid_answer(answers, question.path, question.field) is not None:
        return True
    return not question.required and was_shown(answers, question.path)
