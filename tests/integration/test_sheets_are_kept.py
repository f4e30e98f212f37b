"""A sheet that was ever printed can be read: an installation keeps what it prints."""

import sqlalchemy as sa

from counter.extensions import Store
from counter.models.definition import Definition, SheetSnapshot
from counter.services import sheets
from forms import paper, snapshot
from forms.procedures import CATALOGUE
from tests.conftest import both_backends


@both_backends
def test_an_installation_knows_its_sheets_before_it_prints_one(store: Store) -> None:
    with store.scope(write=False) as session:
        kept = {row.digest: row for row in session.scalars(sa.select(SheetSnapshot))}
        for procedure in sheets.on_paper().values():
            row = kept[paper.sheet(procedure).sheet_digest]
            stored = paper.load(row.content)
            assert stored == paper.sheet(procedure, sheets.MOST_ROWS)
            definition = session.get_one(Definition, row.definition_digest)
            assert snapshot.load(definition.content) == CATALOGUE[procedure.code]
