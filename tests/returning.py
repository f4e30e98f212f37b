"""Residents who sign in, file a move and come back: page objects that count the questions answered by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Flask

from counter.extensions import Store
from counter.models.profile import Account
from counter.services import keeping, profiles
from tests import moves, signing
from tests.pages import Resident

CODES = moves.MOVE
EVERYBODY = moves.answers()
EVERYBODY["people"][0]["email"] = "taro@example.jp"
NEXT = moves.answers()
NEXT["move"] |= {"old_address": EVERYBODY["move"]["new_address"], "new_address": EVERYBODY["move"]["old_address"]}


class Person(Resident):
    """A signed-in resident who counts the questions that they answer by hand."""

    def __init__(self, app: Flask, sub: str = "taro") -> None:
        super().__init__(app.test_client())
        assert signing.sign_in(self.client, sub).status_code == 302
        self.answered = 0
        self.draft = ""

    def begin(self, *codes: str) -> None:
        answer = self.client.post("/apply/", data={"procedure": list(codes or CODES), "event": "moving", "anew": "1"})
        self.open(answer.location)
        self.draft = answer.location.split("/")[2]

    def fill(self, answers: Any) -> Any:
        """Answer by hand what was not carried, and leave what was as it stands."""
        by_hand = [path for path in self.page.questions if path not in self.carried]
        self.answered += len(by_hand)
        changes: dict[str, Any] = {}
        for path in by_hand:
            changes.update(self.inputs(path, answers))
        return self.send(**changes)

    @property
    def carried(self) -> set[str]:
        """The questions of the page that say where their answer came from."""
        asked = [one for one in self.page.tree.iter() if one.get("data-path")]
        said = [one for one in asked if any("sc-from" in (each.get("class") or "") for each in one.iter())]
        return {one.get("data-path", "") for one in said}

    def use(self) -> None:
        """Take what is kept, for everybody; each tick is an answer too."""
        people = [one.get("value") for one in self.page.tree.iter("input") if one.get("name") == "person"]
        self.send("reuse-form", person=people, yes="1")
        self.answered += 1 + len(people)
        self.open(f"/apply/{self.draft}/people")
        self.open(f"/apply/{self.draft}/")

    def submit(self, *, keep: bool) -> None:
        self.send(**({"keep": "yes"} if keep else {}))
        assert self.page.heading == "受け付けました"


def file_once(app: Flask, *, keep: bool = True, sub: str = "taro", answers: Any = None) -> Person:
    person = Person(app, sub)
    person.begin()
    person.walk(answers or EVERYBODY)
    person.submit(keep=keep)
    return person


def remembered(app: Flask, store: Store) -> Person:
    """Somebody with everything kept already, as if they had filed before."""
    person = Person(app)
    with store.scope() as session:
        account_id = session.scalars(sa.select(Account.id)).one()
        profile = keeping.merge(profiles.Profile(), moves.procedures(), EVERYBODY, dt.datetime.now(dt.UTC))
        profiles.save(session, account_id, profile)
    return person


def kept(store: Store) -> profiles.Profile | None:
    with store.session(write=False) as session:
        return profiles.load(session, session.scalars(sa.select(Account.id)).one())
