"""Answers put into a record anew, over the whole catalogue: nothing else moves, and nothing that was right becomes wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from counter.queries.records import Content
from counter.services import mending
from forms.bundle import Bundle, Incomplete
from forms.gather import record_value
from forms.model import Procedure
from forms.procedures import CATALOGUE
from tests import documents

FILED = [one for one in CATALOGUE.values() if one.door == "application"]


def filed(procedure: Procedure, most: int = 3) -> Iterator[tuple[Content, str]]:
    """A few records that the door would take."""
    for seed in range(60):
        try:
            made = Bundle((procedure,)).applications(documents.household([procedure], random.Random(seed)))
        except Incomplete:
            continue
        yield Content(made[0].answers, made[0].origins, {}), made[0].ward
        most -= 1
        if not most:
            return


@pytest.mark.parametrize("procedure", FILED, ids=lambda one: one.code)
def test_the_same_answers_again_leave_the_record_as_it_was(procedure: Procedure) -> None:
    tried = 0
    for content, ward in filed(procedure):
        values = {
            question.path: record_value(content.record, question.path)
            for question in mending.open_questions(
                procedure, content, [item.path for item, _ in mending.filled(procedure, content.record)]
            )
        }
        mended = mending.mend(procedure, content, values, ward)
        assert mended.problems == {} and mended.opened == ()
        assert mended.record == content.record
        tried += len(values)
    assert tried > 3, "nothing was tried"


@pytest.mark.parametrize("procedure", FILED, ids=lambda one: one.code)
def test_one_new_answer_changes_that_fact_alone_or_is_told_why_not(procedure: Procedure) -> None:
    rng = random.Random(1)
    changed = 0
    for content, ward in filed(procedure):
        for item, value in list(mending.filled(procedure, content.record)):
            kind = item.question.field.kind
            if kind.code in (*mending.NOT_HERE, "declaration"):
                continue
            new = documents.answer(kind, rng)
            mended = mending.mend(procedure, content, {item.path: new}, ward)
            if mended.problems or mended.opened or new == value:
                continue
            places = set(mending.same_fact(content, item.path))
            kept = {each.path: text for each, text in mending.filled(procedure, mended.record)}
            for other, before in mending.filled(procedure, content.record):
                if other.path not in places and other.path in kept:
                    assert kept[other.path] == before, f"{item.path} moved {other.path}"
            assert record_value(mended.record, item.path) == new
            changed += 1
    assert changed, "nothing was changed"
