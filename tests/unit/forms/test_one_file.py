"""A procedure is one file: the example of docs/adding-a-procedure.md, taken from there, has every face."""

from __future__ import annotations

import random
import re
import types
from pathlib import Path

import jsonschema
import pytest

from forms.bundle import Bundle
from forms.exports import columns, row
from forms.gather import gather, project
from forms.model import Procedure
from forms.paper import sheet
from forms.procedures import CATALOGUE
from forms.routing import route
from forms.schema import schema
from forms.snapshot import dump, load
from forms.web import page_form
from tests.documents import household

DOC = Path(__file__).parents[3] / "docs" / "adding-a-procedure.md"


@pytest.fixture
def procedure() -> Procedure:
    [source] = re.findall(r"```python\n(.*?)```", DOC.read_text(), re.S)
    module = types.ModuleType("forms.procedures.dog_death")
    exec(compile(source, str(DOC), "exec"), module.__dict__)
    assert isinstance(module.PROCEDURE, Procedure)
    return module.PROCEDURE


def test_the_example_of_the_docs_has_every_face(procedure: Procedure) -> None:
    assert procedure.code not in CATALOGUE
    document = household([procedure], random.Random(1), people=2)
    bundle = Bundle([procedure])
    [application] = bundle.applications(document)
    assert application.office == route(procedure, application.ward).office
    jsonschema.Draft202012Validator(schema(procedure)).validate(application.answers)
    assert len(row(procedure, application.answers)) == len(columns(procedure))
    assert project(procedure, gather(procedure, application.answers))[0] == application.answers
    assert load(dump(procedure)) == procedure
    assert {"dog-death.dog_name", "dog-death.died_on.year"} <= {
        zone.key for page in sheet(procedure).pages for zone in page.zones
    }
    assert page_form(bundle.asked(document))


def test_it_files_together_with_the_others(procedure: Procedure) -> None:
    procedures = [CATALOGUE["resident-record"], procedure]
    for seed in range(20):
        document = household(procedures, random.Random(seed))
        if not Bundle(procedures).problems(document):
            together = Bundle(procedures).applications(document)
            assert [found.procedure for found in together] == ["resident-record", "dog-death"]
            return
    pytest.fail("no household could file both")
