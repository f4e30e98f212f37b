"""A ward's own paper as reading needs it: geometry, blank pages, and kinds that know how that paper asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import tenancy
from counter.models.definition import Definition
from counter.models.own_form import OwnForm
from counter.services import own_forms
from counter.services.blobs import Blobs
from counter.services.own_forms_fields import WHOLE_KINDS, places
from counter.services.own_forms_zones import Drawing, printed_eras, sheet
from forms import paper, snapshot
from forms.kinds import Kind
from forms.model import Procedure

if TYPE_CHECKING:
    from ocr.template import Template

_made: dict[str, dict[str, Template]] = {}
"""ward → id of a form in use → its template; what is activated never changes."""


def templates(session: Session, blobs: Blobs) -> dict[str, Template]:
    """Sheet digest → template of every form of the session's ward that is recognised; none without a ward."""
    ward = tenancy.current(session)
    if ward in (None, tenancy.EVERY_WARD):
        return {}
    assert ward is not None
    rows = session.scalars(
        sa.select(OwnForm).where(OwnForm.recognised, OwnForm.sheet_digest.is_not(None)).order_by(OwnForm.number)
    ).all()
    known = _made.get(ward, {})
    _made[ward] = {row.id: known.get(row.id) or _template(session, blobs, row) for row in rows}
    return {template.sheet.sheet_digest: template for template in _made[ward].values()}


def definition(session: Session, sheet_digest: str) -> Procedure | None:
    """What the paper asked when its zones were put to use; None where no form of this ward has that digest."""
    if tenancy.current(session) is None:
        return None
    content = session.scalars(
        sa.select(Definition.content)
        .join(OwnForm, OwnForm.definition_digest == Definition.digest)
        .where(OwnForm.sheet_digest == sheet_digest)
        .limit(1)
    ).one_or_none()
    return snapshot.load(content) if content is not None else None


def titles(session: Session) -> dict[str, str]:
    """Sheet digest → title of every form that was ever in use here."""
    rows = session.execute(sa.select(OwnForm.sheet_digest, OwnForm.title).where(OwnForm.sheet_digest.is_not(None)))
    return {str(digest): title for digest, title in rows}


def drafted(session: Session, blobs: Blobs, form: OwnForm, procedure: Procedure) -> Template:
    """The template that a draft would become, to try it out."""
    made = sheet(Drawing.load(form.drawing), procedure, own_forms.blanks(own_forms.pages(session, form)))
    return _of(session, blobs, form, made, procedure)


def _template(session: Session, blobs: Blobs, form: OwnForm) -> Template:
    assert form.content is not None
    content = session.scalars(sa.select(Definition.content).where(Definition.digest == form.definition_digest)).one()
    return _of(session, blobs, form, paper.load(form.content), snapshot.load(content))


def _of(session: Session, blobs: Blobs, form: OwnForm, made: paper.Sheet, procedure: Procedure) -> Template:
    from ocr.template import Blanks, Template

    pictures = tuple(own_forms.picture(session, blobs, form, page) for page in own_forms.pages(session, form))
    return Template(made, kinds(made, procedure), Blanks(pictures))


def kinds(made: paper.Sheet, procedure: Procedure) -> Mapping[str, Kind]:
    """Record path → kind, where a field in one box is cut into its parts and a printed era is known."""
    from ocr.one_box import OneBox, PrintedEra

    whole = {zone.field for page in made.pages for zone in page.zones if not zone.part and not zone.codes}
    printed = printed_eras(made)
    found: dict[str, Kind] = {}
    for place in places(procedure):
        kind = place.kind
        if place.path in whole and isinstance(kind, WHOLE_KINDS):
            kind = OneBox(kind)
        elif place.path in printed:
            kind = PrintedEra(kind, printed[place.path])
        found[place.path] = kind
    return found
