"""What makes a definition wrong, found when it is imported."""

from __future__ import annotations

import re

from forms.conditions import Age, All, AnyOf, Condition, Grade, Is
from forms.kinds.choices import Choice, Person
from forms.model import About, Ask, Field, Procedure, Section, WrongDefinition


def check(procedure: Procedure) -> None:
    """Raise WrongDefinition, saying what to mend, if the procedure contradicts itself."""
    if not re.fullmatch(r"[a-z][a-z0-9-]*", procedure.code):
        raise WrongDefinition(f"a code is lower case: {procedure.code!r}")
    _check_destination(procedure)
    _check_asked_once(procedure)
    earlier: set[str] = set()
    for item in procedure.asks:
        if isinstance(item, Ask):
            if item.field.section.many:
                raise WrongDefinition(f"{item.field.key} belongs to a list: ask it in an About")
            _check_when(procedure, item.when, item.field.section, earlier)
            earlier.add(item.field.key)
        else:
            _check_about(procedure, item, earlier)
    asked = {found.key for found in procedure.fields()}
    for must in procedure.musts:
        for found in (must.holds.first, must.holds.second, must.at):
            if found.key not in asked:
                raise WrongDefinition(f"{procedure.code}: a rule speaks of {found.key}, which is not asked")


def check_described(procedure: Procedure) -> None:
    """What describes a procedure of the catalogue to people names events, categories and questions that there are."""
    from forms.guide import CATEGORIES, LIFE_EVENTS

    if procedure.category and procedure.category not in CATEGORIES:
        raise WrongDefinition(f"{procedure.code}: {procedure.category} is no category")
    for trigger in procedure.triggers:
        if trigger.event not in LIFE_EVENTS:
            raise WrongDefinition(f"{procedure.code}: {trigger.event} is no life event")
        event = LIFE_EVENTS[trigger.event]
        if trigger.apart and trigger.within or (trigger.apart or trigger.within) and len(event.places) < 2:
            raise WrongDefinition(f"{procedure.code}: apart and within speak of the two places of an event")
        asked = {item.field.key for item in event.asks}
        looked_at = trigger.when.fields() if trigger.when else ()
        for found in (*looked_at, *((trigger.deadline.after,) if trigger.deadline else ())):
            if found.key not in asked:
                raise WrongDefinition(f"{procedure.code}: the guide to {trigger.event} does not ask {found.key}")


def _check_destination(procedure: Procedure) -> None:
    """Rule 6: the answer that names the ward is always asked; of several, exactly one, whatever decides."""
    asked = {item.field.key: item for item in procedure.top_asks if item.required}
    asks = [asked.get(found.key) for found in procedure.destinations]
    if len(asks) == 1 and asks[0] is not None and asks[0].when is None:
        return
    whens = [item.when for item in asks if item is not None and isinstance(item.when, Is)]
    decided_by = {when.field.key: when.field for when in whens}
    if len(asks) > 1 and len(whens) == len(asks) and len(decided_by) == 1:
        [(key, field)] = decided_by.items()
        values = sorted(value for when in whens for value in when.values)
        options = sorted(code for code, _ in field.kind.options) if isinstance(field.kind, Choice) else []
        if values == options and key in asked and asked[key].when is None:
            return
    raise WrongDefinition(
        f"{procedure.code}: {procedure.to.key} names the ward, so it (or one of or_to) is always asked"
    )


def _check_asked_once(procedure: Procedure) -> None:
    """No two items may land at one place of the record."""
    lands = [item.field.key if isinstance(item, Ask) else item.record_key for item in procedure.asks]
    lands += {item.field.section.key for item in procedure.top_asks}
    for land in lands:
        if lands.count(land) > 1:
            raise WrongDefinition(f"{procedure.code}: {land} stands in the record twice")


def _check_when(procedure: Procedure, when: Condition | None, section: Section, earlier: set[str]) -> None:
    """Rules 3 and 5: conditions look back only, to sections that come no later."""
    for found in when.fields() if when else ():
        if found.key not in earlier:
            raise WrongDefinition(f"{procedure.code}: a condition looks at {found.key}, which is not asked before it")
        if found.section.order > section.order:
            raise WrongDefinition(f"{procedure.code}: {section.key} depends on the later section {found.section.key}")


def _check_about(procedure: Procedure, about: About, earlier: set[str]) -> None:
    who = about.who
    if isinstance(who, Field):
        if not isinstance(who.kind, Person):
            raise WrongDefinition(f"{procedure.code}: {who.key} points to nobody")
        if about.where is not None:
            raise WrongDefinition(f"{procedure.code}: {who.key} is one person; where chooses among many")
    elif not who.many:
        raise WrongDefinition(f"{procedure.code}: {who.key} is no list")
    if not about.asks:
        raise WrongDefinition(f"{procedure.code}: nothing is asked about {about.record_key}")
    section = about.asks[0].field.section
    if isinstance(who, Field) and who.section.order > section.order:
        raise WrongDefinition(f"{procedure.code}: {section.key} depends on the later section {who.section.key}")
    _check_when(procedure, about.when, section, earlier)
    inner: set[str] = set()
    for item in about.asks:
        if item.field.section.key != about.section_key:
            raise WrongDefinition(f"{procedure.code}: {item.field.key} is no fact of {about.section_key}")
        if item.field.key in inner:
            raise WrongDefinition(f"{procedure.code}: {item.field.key} is asked twice about {about.record_key}")
        _check_when(procedure, item.when, section, inner)
        inner.add(item.field.key)
    if about.where is not None:
        _check_where(procedure, about, about.where, section, earlier, inner)


def _check_where(
    procedure: Procedure, about: About, where: Condition, section: Section, earlier: set[str], inner: set[str]
) -> None:
    for found in where.fields():
        if found.section.key == about.section_key:
            continue
        _check_when(procedure, Is(found), section, earlier)
    for found in _not_implied_by_paper(where, about.section_key):
        if found.section.key == about.section_key and found.key not in inner:
            raise WrongDefinition(f"{procedure.code}: paper cannot imply {found.key}, so {about.record_key} asks it")


def _not_implied_by_paper(where: Condition, section: str) -> tuple[Field, ...]:
    """Rule 7: a row on paper says that ``Is`` holds, but not an age or grade.

    Of an ``|`` it says that the side about the list holds, unless there are several such sides.
    """
    only = where.of_list(section) if isinstance(where, AnyOf) else None
    if only is not None:
        return _not_implied_by_paper(only, section)
    if isinstance(where, (Age, Grade, AnyOf)):
        return where.fields()
    if isinstance(where, All):
        return tuple(found for part in where.parts for found in _not_implied_by_paper(part, section))
    return ()
