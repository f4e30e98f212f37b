"""Missing means unanswered: an answer never asked for and one shown and left empty lead to the same questions and offices."""

from __future__ import annotations

import random
from typing import Any

import pytest

from forms.bundle import Bundle
from forms.procedures import CATALOGUE
from tests import documents

FILED = [one for one in CATALOGUE.values() if one.door == "application"]


@pytest.mark.parametrize("seed", range(6))
def test_a_field_with_no_row_and_a_blank_one_are_one_meaning(seed: int) -> None:
    """démarches-simplifiées #13837: the two computed different routing after a definition had changed."""
    rng = random.Random(seed)
    bundle = Bundle(rng.sample(FILED, 6))
    document = documents.household(bundle.procedures, rng, people=3)
    blank, absent = _emptied(document, rng)
    assert blank != absent
    assert [question.path for question in bundle.asked(blank)] == [question.path for question in bundle.asked(absent)]
    assert bundle.problems(blank) == bundle.problems(absent)
    if not bundle.problems(blank):
        assert bundle.applications(blank) == bundle.applications(absent)


def _emptied(document: dict[str, Any], rng: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """The document with a third of its answers blank, and with the same ones gone."""
    blank: dict[str, Any] = {}
    absent: dict[str, Any] = {}
    for key, section in document.items():
        if isinstance(section, list):
            pairs = [_thinned(item, rng) for item in section]
            blank[key], absent[key] = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        else:
            blank[key], absent[key] = _thinned(section, rng)
    return blank, absent


def _thinned(answers: dict[str, Any], rng: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    gone = {name for name in answers if name not in ("id", "listed") and (answers[name] is None or rng.random() < 0.3)}
    return (
        {name: None if name in gone else value for name, value in answers.items()},
        {name: value for name, value in answers.items() if name not in gone},
    )
