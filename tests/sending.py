"""Somebody who has a document to send: their draft, their page, and what is kept of it."""

from __future__ import annotations

import datetime as dt
import functools
import io
import random
from typing import Any

import sqlalchemy as sa

from counter import tenancy
from counter.extensions import Store
from counter.models.application import Application
from counter.services import drafts
from counter.services.journey import journey, roster_questions
from forms.path import look_up
from forms.procedures import CATALOGUE
from tests.documents import household
from tests.pages import Page, Resident

CODE = "health-insurance-leaving"
PAGE = "health-insurance-leaving"
PATH = "health-insurance-leaving.new_paper"
NOW = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)


@functools.cache
def answers() -> dict[str, Any]:
    """Everything but the paper itself."""
    for seed in range(300):
        document = household([CATALOGUE[CODE]], random.Random(seed), people=1)
        if look_up(document, PATH) and look_up(document, f"{PAGE}.number"):  # no optional question left to leave empty
            drafts.put(document, PATH, None)
            for question in roster_questions([CATALOGUE[CODE]], document):
                drafts.put(document, question.path, look_up(document, question.path))
            if journey([CATALOGUE[CODE]], document, {}).complete:
                return document
    raise AssertionError("no household leaves the insurance")


def send(
    resident: Resident, *files: tuple[bytes, str], press: tuple[str, str] | None = ("_do", f"send-files:{PATH}")
) -> Page:
    return resident.send(press=press, **{f"{PATH}.file": [(io.BytesIO(data), name) for data, name in files]})


def kept(store: Store, draft: tuple[str, str]) -> list[dict[str, Any]]:
    with store.scope(write=False) as session:
        found = drafts.load(session, *draft)
        assert found is not None
        return look_up(found.answers, PATH) or []


def submit(resident: Resident, draft: tuple[str, str], store: Store) -> Application:
    resident.open(f"/apply/{draft[0]}/check")
    resident.send(f"/apply/{draft[0]}/submit")
    assert "/receipt" in resident.address, resident.page.text[:500]
    with store.scope(write=False) as session, tenancy.all_wards(session, "a test"):
        return session.scalars(sa.select(Application)).one()
