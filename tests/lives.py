"""What residents live through, made from the life events: what they tell the guide, and all they are asked after it."""

from __future__ import annotations

import copy
import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from counter.services import drafts, guide
from counter.services.journey import urgent_first
from forms import kinds
from forms.bundle import Bundle
from forms.common import BORN_ON
from forms.kinds.base import Kind
from forms.kinds.dates import today
from forms.life_events import LIFE_EVENTS, LifeEvent
from forms.model import Procedure
from forms.path import look_up
from tests import documents
from tests.moves import KOTO, SHIBUYA

NONE_OF_THESE = ("nobody", "none")
WALKED = tuple(key for key in LIFE_EVENTS if key != "business")  # which begins on a page of its own
YEARS = (41, 39, 9, 3, 72)
_NAMES = ("太郎", "花子", "一郎", "さくら", "ハナ")


@dataclass(frozen=True, slots=True)
class Life:
    """``answers``: for the guide, the people and every question; ``procedures``: what follows and may be filed here."""

    event: LifeEvent
    answers: dict[str, Any]
    procedures: tuple[Procedure, ...]


def life(key: str) -> Life:
    """Somebody to whom it happened and to whom all of it applies."""
    event = LIFE_EVENTS[key]
    told = tell(event, everything)
    procedures = files(event, told)
    for seed in range(300):
        answers = copy.deepcopy(told) | {"people": household(told), "who": {"filed_by": "self"}}
        documents.answer_all(Bundle(procedures), answers, random.Random(seed), _plain)
        if not Bundle(procedures).problems(answers):
            return Life(event, answers, procedures)
    problems = [(problem.path, problem.message.text()) for problem in Bundle(procedures).problems(answers)]
    raise AssertionError(f"{key}: no household can file this: {problems}")


def tell(event: LifeEvent, pick: Any) -> dict[str, Any]:
    """The document at the end of the guide when each of its questions is answered by ``pick(kind, path)``."""
    answers = guide.beginning(event)
    while (step := guide.steps(event, answers).open) is not None:
        for question in step.questions:
            drafts.put(answers, question.path, pick(question.field.kind, question.path))
    return answers


def files(event: LifeEvent, told: dict[str, Any]) -> tuple[Procedure, ...]:
    found = (one.procedure for one in guide.follow(event, told))
    return tuple(urgent_first(one for one in found if one.door == "application"))


def household(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Two parents, a pupil, a small child and a grandmother; the newborn comes second, as the guide brings it."""
    found = [
        {
            "id": f"p{place}",
            "name": {"family": "山田", "given": given},
            "birth_date": _day(today() - dt.timedelta(days=years * 365 + 100)),
        }
        for place, (years, given) in enumerate(zip(YEARS, _NAMES, strict=True))
    ]
    born = look_up(told, BORN_ON.key)
    newborn = [{"id": "p9", "name": {"family": "山田", "given": "新"}, "birth_date": born}] if born else []
    return [found[0], *newborn, *found[1:]]


def everything(kind: Kind, path: str) -> Any:
    """Yes to all, each of several, a few days ago; from 渋谷 to 江東."""
    if path.startswith("guide.at_"):
        return SHIBUYA if path.endswith("old_address") else KOTO
    if isinstance(kind, kinds.Choices):
        return [code for code, _ in kind.options if code not in NONE_OF_THESE]
    if isinstance(kind, kinds.Choice):
        return kind.options[0][0]
    assert isinstance(kind, kinds.Date), path
    return _day(today() - dt.timedelta(days=3))


def _plain(kind: Kind, rng: documents.Random) -> Any:
    """What a browser shows as it was written: no line breaks of other systems, dates by their numbers."""
    value = documents.answer(kind, rng)
    return _day(dt.date.fromisoformat(value["iso"])) if isinstance(kind, kinds.Date) else value


def _day(day: dt.date) -> dict[str, str]:
    return {"iso": day.isoformat(), "precision": "day", "as_written": day.isoformat()}


def codes(procedures: Sequence[Procedure]) -> list[str]:
    return [one.code for one in procedures]
