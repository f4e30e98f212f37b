"""The paper twin: a procedure's record laid out on A4 pages in millimetres. Pure: no fonts, no PDF.

What is printed and where it is read come from the same numbers, so they cannot disagree.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from forms.model import About, Ask, Procedure, Section
from forms.paper_boxes import Run, runs
from forms.paper_geometry import A4, Page, Rule, Sheet, Text, Zone, dump, geometry_digest, load
from forms.paper_notes import note
from forms.paper_pages import Block, Group, heading, item_heading, lines, pages
from forms.snapshot import digest

__all__ = ["A4", "Page", "Rule", "Sheet", "Text", "Zone", "dump", "load", "needed_rows", "sheet"]


@functools.lru_cache(maxsize=256)
def sheet(procedure: Procedure, rows: int | None = None) -> Sheet:
    """The procedure on paper. A list has its About's rows; more `rows` add continuation pages behind.

    The digest names the form, not the number of its continuation pages: those repeat one pattern, so a
    sheet laid out with many rows reads every paper of its digest.
    """
    main = pages(_groups(procedure), procedure.title)
    spare = _continuation(procedure, 1, len(main) + 1)
    definition = digest(procedure)
    added: list[Page] = []
    for turn in range(1, _turns(procedure, rows) + 1):
        added += _continuation(procedure, turn, len(main) + len(added) + 1)
    return Sheet(
        procedure=procedure.code,
        definition_digest=definition,
        sheet_digest=geometry_digest(procedure.code, definition, (*main, *spare)),
        pages=(*main, *added),
    )


def needed_rows(procedure: Procedure, record: Mapping[str, Any] | None) -> int | None:
    """How many rows the record's longest list needs; None if the printed ones will do."""
    most = 0
    for about in _lists(procedure):
        members = (record or {}).get(about.record_key)
        if isinstance(members, list) and len(members) > about.rows:
            most = max(most, len(members))
    return most or None


def _lists(procedure: Procedure) -> list[About]:
    return [about for about in procedure.abouts if isinstance(about.who, Section)]


def _turns(procedure: Procedure, rows: int | None) -> int:
    if rows is None:
        return 0
    return max((max(0, -(-rows // about.rows) - 1) for about in _lists(procedure)), default=0)


def _groups(procedure: Procedure) -> Iterator[Group]:
    for number, asks in enumerate(_parts(procedure.asks), 1):
        if isinstance(asks, About):
            yield from _about(asks, number)
        else:
            title = heading(number, asks[0].field.section.title)
            yield from _titled(title, lines(_blocks("", asks)))


def _parts(asks: Iterable[Ask | About]) -> Iterator[About | tuple[Ask, ...]]:
    """Plain questions of one section stand under one heading."""
    waiting: list[Ask] = []
    for item in asks:
        if waiting and (isinstance(item, About) or item.field.section != waiting[0].field.section):
            yield tuple(waiting)
            waiting = []
        if isinstance(item, About):
            yield item
        else:
            waiting.append(item)
    if waiting:
        yield tuple(waiting)


def _about(about: About, number: int) -> Iterator[Group]:
    title = heading(number, about.label, note(about.when) or note(about.where))
    if isinstance(about.who, Section):
        yield from _titled(title, _members(about, range(about.rows)))
    else:
        yield from _titled(title, lines(_blocks(about.record_key, about.asks)))


def _members(about: About, places: Iterable[int]) -> Iterator[Group]:
    """One member a group: nobody is torn over two pages."""
    for place in places:
        written = lines(_blocks(f"{about.record_key}.{place}", about.asks))
        yield (item_heading(place + 1), *(run for group in written for run in group))


def _titled(title: Run, groups: Iterable[Group]) -> Iterator[Group]:
    """A heading never stands alone at the foot of a page."""
    for place, group in enumerate(groups):
        yield group if place else (title, *group)


def _blocks(key: str, asks: Iterable[Ask]) -> Iterator[Block]:
    """The asks of one record key; plain questions stand under their own field key."""
    for item in asks:
        path = f"{key}.{item.field.name}" if key else item.field.key
        made = runs(path, item.field.label, item.field.kind, required=item.required)
        if made:
            yield Block(tuple(made), note(item.when))


def _continuation(procedure: Procedure, turn: int, first: int) -> tuple[Page, ...]:
    """The rows after those of `turn` earlier turns, on pages of their own."""
    groups: list[Group] = []
    for number, about in enumerate(_lists(procedure), 1):
        places = range(about.rows * turn, about.rows * (turn + 1))
        groups += _titled(heading(number, about.label), _members(about, places))
    return pages(groups, procedure.title, first, continued=True) if groups else ()
