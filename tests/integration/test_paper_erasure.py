"""Paper goes with the applications it brought: its pages, what was read on them and what was corrected."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from counter import ids, tenancy, vault
from counter.extensions import Store
from counter.models.application import Application
from counter.models.intake import Correction, FormState, ScanPage
from counter.services import erasure
from forms.gather import project
from forms.procedures import CATALOGUE
from tests.desk import Paper
from tests.moves import KOTO, answers
from tests.pages import Page
from tests.papers import Reader
from tests.staff import rows

RECORD: dict[str, Any] = project(CATALOGUE["child-allowance"], answers())[0]


def test_an_erased_application_takes_its_sheet_along(store: Store, paper: Paper, reader: Reader) -> None:
    serial = reader.write(RECORD)
    (form,) = paper.take_in()
    (page, *_) = rows(store, KOTO, ScanPage)
    picture = f"/desk/forms/{form.id}/pages/{page.id}"
    assert paper.desk.get(f"{picture}.jpg").status_code == 200
    assert paper.press(form.id, "confirm").status_code == 302
    with store.scope() as session, tenancy.tenant(session, KOTO):
        (application,) = session.scalars(sa.select(Application))
        erasure.erase_application(session, application, actor="staff:1")
        erasure.erase_application(session, application, actor="staff:1")
        (correction, *_) = session.scalars(sa.select(Correction))
        with pytest.raises(vault.Shredded):
            vault.of(session).open(session, form.key_id, f"correction:content:{correction.id}", correction.content)
    assert "消去済みです" in Page(paper.desk.get(f"/desk/forms/{form.id}")).text
    for address in (f"{picture}.jpg", f"{picture}/1-1-9-9.jpg"):
        assert paper.desk.get(address).status_code == 404
    assert paper.desk.get(f"/desk/batches/{form.batch_id}").status_code == 200
    assert paper.desk.get(f"/desk/forms/{form.id}/slip").status_code == 200
    reader.write(RECORD, serial=serial)  # the same sheet once more: of the first one nothing is known but that it came
    (again,) = [one for one in paper.take_in() if one.id != form.id]
    assert again.state == FormState.REVIEW and paper.desk.get(f"/desk/forms/{again.id}").status_code == 200


def test_a_sheet_stays_while_another_of_its_applications_does(store: Store, paper: Paper, reader: Reader) -> None:
    reader.write(RECORD)
    (form,) = paper.take_in()
    assert paper.press(form.id, "confirm").status_code == 302
    with store.scope() as session, tenancy.tenant(session, KOTO):
        (application,) = session.scalars(sa.select(Application))
        columns = {name.key: getattr(application, name.key) for name in sa.inspect(Application).column_attrs}
        other = columns | {
            "id": ids.new_id(),
            "line": 2,
            "key_id": vault.of(session).new_key(session, "application", KOTO),
        }
        session.execute(sa.insert(Application), [other])
        erasure.erase_application(session, application, actor="staff:1")
        assert not erasure.is_erased(session, form)
        erasure.erase_application(session, session.get_one(Application, (KOTO, other["id"])), actor="staff:1")
        assert erasure.is_erased(session, form)
