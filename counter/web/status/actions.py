"""What a resident may do about one application, as links under it. Whoever adds a page of it adds its line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import flask

from counter.services.status import BundleStatus, Office
from forms.messages import N_


@dataclass(frozen=True, slots=True)
class Action:
    """``endpoint`` takes ``number`` and ``line``; ``open_to`` says for which applications it is offered."""

    endpoint: str
    words: str
    open_to: Callable[[Office], bool]


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    words: str
    count: int = 0


ACTIONS: list[Action] = [
    Action("status.messages", N_("担当の課とのメッセージ"), lambda office: True),
    Action("status.withdraw", N_("この申請を取り下げる"), lambda office: office.open),
]


def add(endpoint: str, words: str, open_to: Callable[[Office], bool]) -> None:
    """Another page about one application, such as booking a visit; before the withdrawal, which comes last."""
    ACTIONS.insert(len(ACTIONS) - 1, Action(endpoint, words, open_to))


def of(found: BundleStatus, office: Office) -> list[Link]:
    suffix = office.line.suffix
    return [
        Link(
            flask.url_for(each.endpoint, number=found.number, line=suffix),
            each.words,
            office.standing.waiting.unread if each.endpoint == "status.messages" else 0,
        )
        for each in ACTIONS
        if each.open_to(office)
    ]
