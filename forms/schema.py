"""JSON Schema (draft 2020-12) of an office's record. Describes it, but is not the judge: it cannot say ages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from forms.conditions import All, AnyOf, Condition, Is
from forms.kinds.choices import Person
from forms.model import About, Ask, Field, Procedure
from forms.snapshot import digest

Schema = dict[str, Any]


def schema(procedure: Procedure) -> Schema:
    """The record of ``procedure``; conditional questions as ``if``/``then`` where a schema can say the condition."""
    properties: dict[str, Schema] = {}
    required: list[str] = []
    conditional: list[Schema] = []
    sections: dict[str, list[Ask]] = {}
    for item in procedure.top_asks:
        sections.setdefault(item.field.section.key, []).append(item)
    for key, asks in sections.items():
        properties[key] = _object(asks, key="")
        if any(item.required and item.when is None for item in asks):
            required.append(key)
        conditional.extend(_conditional(item, nested=True) for item in asks if item.required and _sayable(item.when))
    for about in procedure.abouts:
        properties[about.record_key] = _about(about)
        if about.required and about.when is None:
            required.append(about.record_key)
        elif about.required and _sayable(about.when):
            assert about.when is not None
            conditional.append({"if": _holds(about.when, nested=True), "then": {"required": [about.record_key]}})
    found: Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:smart-counter:{procedure.code}:{digest(procedure)}",
        "title": procedure.title,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    if conditional:
        found["allOf"] = conditional
    return found


def _about(about: About) -> Schema:
    person = _object(about.asks, key=about.label)
    inner = [_conditional(item, nested=False) for item in about.asks if item.required and _sayable(item.when)]
    if inner:
        person["allOf"] = inner
    if isinstance(about.who, Field):
        return person
    found: Schema = {"type": "array", "title": about.label, "items": person}
    if about.required:
        found["minItems"] = 1
    return found


def _object(asks: Iterable[Ask], key: str) -> Schema:
    asks = list(asks)
    found: Schema = {
        "type": "object",
        "properties": {item.field.name: {"title": item.field.label, **item.field.kind.schema()} for item in asks},
        "required": [item.field.name for item in asks if item.required and item.when is None],
        "additionalProperties": False,
    }
    if key:
        found["title"] = key
    return found


def _sayable(when: Condition | None) -> bool:
    if isinstance(when, (All, AnyOf)):
        return all(_sayable(part) for part in when.parts)
    return isinstance(when, Is) and not isinstance(when.field.kind, Person)


def _conditional(item: Ask, *, nested: bool) -> Schema:
    assert item.when is not None
    then: Schema = {"required": [item.field.name]}
    if nested:
        section = item.field.section.key
        then = {"required": [section], "properties": {section: then}}
    return {"if": _holds(item.when, nested=nested), "then": then}


def _holds(when: Condition, *, nested: bool) -> Schema:
    if isinstance(when, All):
        return {"allOf": [_holds(part, nested=nested) for part in when.parts]}
    if isinstance(when, AnyOf):
        return {"anyOf": [_holds(part, nested=nested) for part in when.parts]}
    assert isinstance(when, Is)
    value: Schema = {"enum": list(when.values)}
    if when.field.kind.code in ("choices", "wards"):
        value = {"contains": value}
    field = when.field
    holds: Schema = {"required": [field.name], "properties": {field.name: value}}
    if nested:
        holds = {"required": [field.section.key], "properties": {field.section.key: holds}}
    return holds
