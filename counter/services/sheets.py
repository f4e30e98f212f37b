"""Printed sheets and what they were printed from, by the digest in their code: old paper comes back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.definition import Definition, SheetSnapshot
from counter.services import own_forms_reading
from counter.services.blobs import Blobs
from forms import paper, snapshot
from forms.model import Procedure
from forms.procedures import CATALOGUE

if TYPE_CHECKING:
    from ocr.template import Template

MOST_ROWS = 12
"""Rows of a list that a template covers; continuation pages repeat one pattern, so the digest stays."""

_templates: dict[str, Template] = {}


def on_paper() -> dict[str, Procedure]:
    """What may be handed in on paper today."""
    return {code: procedure for code, procedure in CATALOGUE.items() if procedure.door == "application"}


def remember_all(session: Session) -> None:
    """Keep today's sheets and definitions, so that what is printed today can be read after they changed."""
    known = set(session.scalars(sa.select(SheetSnapshot.digest)))
    for procedure in on_paper().values():
        sheet = paper.sheet(procedure, MOST_ROWS)
        if sheet.sheet_digest not in known:
            remember(session, procedure)


def remember(session: Session, procedure: Procedure) -> None:
    sheet = paper.sheet(procedure, MOST_ROWS)
    session.merge(
        Definition(digest=sheet.definition_digest, procedure=procedure.code, content=snapshot.dump(procedure))
    )
    session.merge(
        SheetSnapshot(
            digest=sheet.sheet_digest,
            procedure=procedure.code,
            definition_digest=sheet.definition_digest,
            content=paper.dump(sheet),
        )
    )
    session.flush()


def definition_of(session: Session, sheet_digest: str | None, code: str | None) -> Procedure | None:
    """The procedure as it was when the sheet was printed; today's where no sheet is known."""
    today = on_paper().get(code or "")
    if sheet_digest is None or (today is not None and paper.sheet(today).sheet_digest == sheet_digest):
        return today
    own = own_forms_reading.definition(session, sheet_digest)
    if own is not None:
        return own
    content = session.scalars(
        sa.select(Definition.content)
        .join(SheetSnapshot, SheetSnapshot.definition_digest == Definition.digest)
        .where(SheetSnapshot.digest == sheet_digest)
    ).one_or_none()
    return snapshot.load(content) if content is not None else today


def templates(session: Session, folder: Path) -> Mapping[str, Template]:
    """Every sheet that may come back: today's, those remembered, and the paper of the session's own ward alone.

    `folder` is the installation's: our own blank pictures are kept in it, a ward's lie sealed among its blobs.
    """
    for procedure in on_paper().values():
        sheet = paper.sheet(procedure, MOST_ROWS)
        if sheet.sheet_digest not in _templates:
            _templates[sheet.sheet_digest] = _template(sheet, procedure, folder)
    rows = session.execute(
        sa.select(SheetSnapshot.digest, SheetSnapshot.content, Definition.content.label("definition"))
        .join(Definition, Definition.digest == SheetSnapshot.definition_digest)
        .order_by(SheetSnapshot.digest)
    )
    for row in rows:
        if row.digest not in _templates:
            _templates[row.digest] = _template(paper.load(row.content), snapshot.load(row.definition), folder)
    return {**_templates, **own_forms_reading.templates(session, Blobs(folder / "blobs"))}


def _template(sheet: paper.Sheet, procedure: Procedure, folder: Path) -> Template:
    from counter.printing import packed_blanks
    from counter.services.paper_records import fields
    from ocr.template import Blanks, Template

    kinds = {question.path: question.field.kind for question, _ in fields(procedure)}
    return Template(sheet, kinds, Blanks(packed_blanks(sheet, folder=folder)))
