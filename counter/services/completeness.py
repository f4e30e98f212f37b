"""Whether all pages of a sheet are there, and whether it was printed with an older definition: told by its digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.definition import Definition, SheetSnapshot
from counter.models.own_form import OwnForm
from counter.services.sheets import on_paper
from forms import paper, snapshot


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """`pages`: how many a sheet has at least; lists may have added more behind. `older`: today's asks otherwise."""

    pages: int
    older: bool


_remembered: dict[str, SheetFacts] = {}
"""What was printed never changes; only whether it is today's does, and that is asked anew."""


def facts(session: Session, digests: Iterable[str | None]) -> Mapping[str, SheetFacts]:
    """By digest; what nobody knows is left out."""
    today = {paper.sheet(procedure).sheet_digest: procedure for procedure in on_paper().values()}
    wanted = {digest for digest in digests if digest}
    found = {digest: SheetFacts(len(paper.sheet(today[digest]).pages), False) for digest in wanted & today.keys()}
    missing = wanted - today.keys() - _remembered.keys()
    if missing:
        rows = session.execute(
            sa.select(SheetSnapshot.digest, Definition.content)
            .join(Definition, Definition.digest == SheetSnapshot.definition_digest)
            .where(SheetSnapshot.digest.in_(sorted(missing)))
        )
        for row in rows:
            _remembered[row.digest] = SheetFacts(len(paper.sheet(snapshot.load(row.content)).pages), True)
    others = wanted - found.keys() - _remembered.keys()
    if others:  # paper that the ward printed itself
        own = session.execute(sa.select(OwnForm.sheet_digest, OwnForm.content).where(OwnForm.sheet_digest.in_(others)))
        found |= {row.sheet_digest: SheetFacts(len(row.content["pages"]), False) for row in own if row.content}
    return found | {digest: _remembered[digest] for digest in (wanted - today.keys()) & _remembered.keys()}


def lacking(found: SheetFacts | None, pages: Iterable[int]) -> tuple[int, ...]:
    """Numbers of the pages that did not come."""
    there = set(pages)
    if found is None or not there:
        return ()
    return tuple(number for number in range(1, max(found.pages, *there) + 1) if number not in there)
