"""Residents who submit over HTTP: a finished draft each, and what they remember of the answers they got."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from counter.extensions import Store
from counter.services import drafts
from counter.services.drafts import Draft
from forms.bundle import Bundle
from forms.path import look_up
from tests import moves

_NUMBER = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{5}\b")


@dataclass(slots=True)
class Resident:
    """``acknowledged``: the server said 303, so the submission is promised. ``numbers``: every receipt shown."""

    draft: Draft
    owner: str
    canary: str = ""
    acknowledged: bool = False
    numbers: set[str] = field(default_factory=set)
    pages: list[str] = field(default_factory=list)

    def submit(self, port: int) -> None:
        status, _ = self._ask(port, "POST", f"/apply/{self.draft.id}/submit")
        assert status == 303, status
        self.acknowledged = True
        status, body = self._ask(port, "GET", f"/apply/{self.draft.id}/receipt")
        assert status == 200, status
        self.numbers |= set(_NUMBER.findall(body))
        self.pages.append(body)

    def _ask(self, port: int, method: str, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        headers: Mapping[str, Any] = {"Cookie": f"owner={self.owner}", "Content-Length": "0"}
        try:
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


def with_finished_drafts(
    store: Store, count: int, *, codes: tuple[str, ...] = moves.MOVE, canary: str = ""
) -> list[Resident]:
    """Residents who have only the last button left to press."""
    residents = []
    with store.scope() as session:
        for number in range(count):
            owner = drafts.new_token()
            draft = drafts.begin(session, owner, codes, event="moving")
            mark = f"{canary}{number:05}" if canary else ""
            draft.answers = _shown_everything(moves.answers(mark), codes)
            drafts.save(session, draft, owner)
            residents.append(Resident(draft, owner, mark))
    return residents


def _shown_everything(answers: dict[str, Any], codes: tuple[str, ...]) -> dict[str, Any]:
    """A finished draft knows which optional questions were shown and left empty."""
    for question in Bundle(moves.procedures(*codes)).asked(answers):
        if look_up(answers, question.path) is None:
            drafts.put(answers, question.path, None)
    return answers
