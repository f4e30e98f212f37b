"""The message ids that a procedure brings along: what must stand in every catalogue before people can use it."""

from __future__ import annotations

from collections.abc import Iterator

from forms.model import About, Field, Procedure


def msgids(procedure: Procedure) -> tuple[str, ...]:
    """Every text of the definition that a resident may read, none twice, in the order of the definition."""
    return tuple(dict.fromkeys(text for text in _texts(procedure) if text))


def _texts(procedure: Procedure) -> Iterator[str]:
    yield from (procedure.title, procedure.summary, procedure.words, *procedure.at_hand)
    for trigger in procedure.triggers:
        yield trigger.reason
        if trigger.deadline is not None:
            yield trigger.deadline.say
    for item in procedure.asks:
        if isinstance(item, About):
            yield item.label
    for field in procedure.fields():
        yield from _of_field(field)
    yield from (must.say for must in procedure.musts)


def _of_field(field: Field) -> Iterator[str]:
    yield from (field.section.title, field.label, field.hint, *field.kind.words())
