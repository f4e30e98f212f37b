"""A procedure as JSON: its digest, and a full copy that outlives the code it was written in."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from functools import lru_cache
from typing import Any

from forms import conditions, model
from forms.kinds import ALL_KINDS
from forms.kinds.base import Part
from forms.model import Procedure

_CLASSES: dict[str, type] = {
    known.__name__: known
    for known in (
        *ALL_KINDS, Part, model.Section, model.Field, model.Ask, model.About, model.Must, model.Deadline, model.Trigger,
        model.Procedure, conditions.Is, conditions.Age, conditions.Grade, conditions.All, conditions.AnyOf,
        conditions.Differ, conditions.InOrder, conditions.SameWard,
    )
}  # fmt: skip
DIGEST_LENGTH = 16


@lru_cache(maxsize=1024)
def digest(procedure: Procedure) -> str:
    """16 hex characters over msgids and parameters: no locale, no defaults, nothing that only describes it to people.

    Stored with every application; never computed again from a stored copy, whose defaults may be older than today's.
    """
    return digest_of(_dump(procedure, full=False))


def digest_of(value: Any) -> str:
    """The digest of a JSON value, the same on every machine."""
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:DIGEST_LENGTH]


def dump(procedure: Procedure) -> dict[str, Any]:
    """All of it, defaults too, so that a default changed later does not change old applications."""
    dumped: dict[str, Any] = _dump(procedure, full=True)
    return dumped


def load(snapshot: dict[str, Any]) -> Procedure:
    """The procedure of a dump; raises WrongDefinition or KeyError if it is none."""
    loaded = _load(snapshot)
    if not isinstance(loaded, Procedure):
        raise model.WrongDefinition("the snapshot holds no procedure")
    return loaded


def _dump(value: Any, *, full: bool) -> Any:
    if isinstance(value, tuple):
        return [_dump(item, full=full) for item in value]
    if not dataclasses.is_dataclass(value):
        return value
    dumped: dict[str, Any] = {"_": type(value).__name__}
    for field in dataclasses.fields(value):
        content = getattr(value, field.name)
        if full or (content != field.default and field.metadata.get("digest", True)):
            dumped[field.name] = _dump(content, full=full)
    return dumped


def _load(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_load(item) for item in value)
    if not isinstance(value, dict):
        return value
    known = _CLASSES[value["_"]]
    arguments = {name: _load(content) for name, content in value.items() if name != "_"}
    if known is conditions.Is:
        return conditions.Is(arguments["field"], *arguments["values"])
    return known(**arguments)
