"""What changed in a procedure since a resident last saw it: questions that came, went or are asked differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.definition import Definition
from counter.services import definitions
from forms import snapshot
from forms.model import Field, Procedure
from forms.procedures import CATALOGUE


@dataclass(frozen=True, slots=True)
class Change:
    """One procedure of a draft, then and now. ``gone``: it is offered no more. The lists hold labels (msgids)."""

    title: str
    gone: bool = False
    new: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    different: tuple[str, ...] = ()


def note(session: Session, digests: dict[str, str], codes: Iterable[str]) -> None:
    """Remember the definitions as they are today, so that a later change can be told."""
    seen = {code: CATALOGUE[code] for code in codes if code in CATALOGUE}
    made = {snapshot.digest(procedure): procedure for procedure in seen.values()}
    for code in [code for code in digests if code not in seen]:
        del digests[code]
    digests.update({procedure.code: digest for digest, procedure in made.items()})
    definitions.keep(session, made)


def changes(session: Session, digests: Mapping[str, str], codes: Iterable[str]) -> tuple[Change, ...]:
    """Every procedure of these that is no longer what it was. A draft that nothing happened to costs no query."""
    differ = {
        code: digests[code]
        for code in codes
        if code in digests and (code not in CATALOGUE or snapshot.digest(CATALOGUE[code]) != digests[code])
    }
    if not differ:
        return ()
    rows = session.execute(
        sa.select(Definition.digest, Definition.content).where(Definition.digest.in_(differ.values()))
    )
    then = {row.digest: row.content for row in rows}
    return tuple(_change(code, then.get(digest)) for code, digest in differ.items())


def _change(code: str, stored: dict[str, object] | None) -> Change:
    today = CATALOGUE.get(code)
    if today is None:
        return Change(str(stored["title"]) if stored else code, gone=True)
    try:
        before = snapshot.load(stored) if stored else None
    except (KeyError, TypeError, ValueError):  # of a kind that this version knows no more
        before = None
    if before is None:
        return Change(today.title)
    return _compared(before, today)


def _compared(before: Procedure, today: Procedure) -> Change:
    old, new = _fields(before), _fields(today)
    return Change(
        today.title,
        new=tuple(new[key].label for key in new if key not in old),
        dropped=tuple(old[key].label for key in old if key not in new),
        different=tuple(new[key].label for key in new if key in old and _words(new[key]) != _words(old[key])),
    )


def _words(field: Field) -> object:
    return field.label, field.kind


def _fields(procedure: Procedure) -> dict[str, Field]:
    return {field.key: field for field in procedure.fields()}
