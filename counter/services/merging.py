"""Two tabs of one draft: what each page had seen against what is kept now, answer by answer. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from counter.services.drafts import Draft
from forms.path import look_up

_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Merged:
    """What of a page may be taken over, and the paths at which another tab said something else meanwhile."""

    values: dict[str, Any]
    kept: dict[str, Any]
    conflicts: tuple[str, ...] = ()


def seen(draft: Draft, paths: Iterable[str]) -> dict[str, str]:
    """A mark of every answer as a page shows it; the page brings them back."""
    return {path: _mark(draft.id, _stored(draft, path)) for path in paths}


def merge(
    draft: Draft,
    values: Mapping[str, Any],
    kept: Mapping[str, Any],
    *,
    seen: Mapping[str, str],
    tab: str,
    chosen: Mapping[str, str],
) -> Merged:
    """Three ways: untouched here gives way, untouched there is taken, the same twice is no conflict.

    ``chosen`` says of a conflict that was shown which to keep: "mine" or "theirs".
    """
    take: list[str] = []
    conflicts: list[str] = []
    for path in values:
        stored = _stored(draft, path)
        said = ("kept", kept[path]) if path in kept else ("value", values[path])
        now, here, before = _mark(draft.id, stored), _mark(draft.id, said), seen.get(path)
        if chosen.get(path) == "theirs":
            continue
        if (
            chosen.get(path) == "mine"
            or before is None
            or before == now
            or here == now
            or (tab and draft.writers.get(path) == tab)
        ):
            take.append(path)
        elif here != before and not _only_suggested(draft, path, values[path]):
            conflicts.append(path)
    return Merged(
        {path: values[path] for path in take}, {path: kept[path] for path in take if path in kept}, tuple(conflicts)
    )


def note_writer(draft: Draft, before: Mapping[str, str], tab: str) -> None:
    """Which page changed what, beside what stood there before the page was taken over."""
    for path, mark in seen(draft, before).items():
        if mark != before[path]:
            draft.writers[path] = tab


def _stored(draft: Draft, path: str) -> tuple[str, Any]:
    return ("kept", draft.kept[path]) if path in draft.kept else ("value", look_up(draft.answers, path))


def _only_suggested(draft: Draft, path: str, value: Any) -> bool:
    """A suggestion that nobody touched is sent along with the page, and is nobody's answer."""
    suggested = draft.suggested.get(path)
    return isinstance(suggested, dict) and isinstance(value, dict) and suggested.items() >= value.items()


def _mark(draft_id: str, said: tuple[str, Any]) -> str:
    text = json.dumps([draft_id, *said], ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
