"""What came of a request for a correction: each marked field as it was and as it is, for the case page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from counter.queries.correspondence import Request
from counter.queries.office import View
from counter.services import mending
from counter.web.office.answers import text_of
from forms.gather import record_value


@dataclass(frozen=True, slots=True)
class Change:
    """What a marked field held, and what it holds since the answer."""

    label: str
    reason: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A request and what came of it; without changes while it is open."""

    request: Request
    fields: tuple[Change, ...]
    late: bool

    @property
    def fresh(self) -> bool:
        return self.request.state == "answered" and self.request.seen_at is None


def answered(view: View) -> list[Answered]:
    """The requests of a case, the latest first, each with what changed."""
    return [_answered(view, request) for request in reversed(view.requests)]


def _answered(view: View, request: Request) -> Answered:
    late = any(
        event.kind == "corrected" and event.detail.get("request") == request.id and event.detail.get("late")
        for event in view.history
    )
    after_revision = request.answered_revision
    before = view.former.get(after_revision - 1) if after_revision else None
    later = next((view.former[each] for each in sorted(view.former) if after_revision and each >= after_revision), None)
    now = later.record if later else view.record
    if view.record is None:
        return Answered(request, (), bool(late))
    labels = {item.path: item for item in mending.items(view.definition, view.record)}
    changes = [
        Change(
            label=_label(labels.get(path)),
            reason=request.reason_of(path),
            before=_text(view, labels, path, before.record if before else view.record),
            after=_text(view, labels, path, now) if before and now is not None else "",
        )
        for path in (*request.paths, *_others(request, before.record if before else None, now, labels))
    ]
    return Answered(request, tuple(changes), bool(late))


def _others(
    request: Request,
    before: Mapping[str, object] | None,
    now: Mapping[str, object] | None,
    labels: Mapping[str, mending.Item],
) -> list[str]:
    """Fields beside the marked ones that the answer changed: the same fact elsewhere, or questions it opened."""
    if before is None or now is None:
        return []
    return [
        path for path in labels if path not in request.paths and record_value(before, path) != record_value(now, path)
    ]


def _label(item: mending.Item | None) -> str:
    if item is None:
        return "（この様式にない項目）"
    row = str(item.row) if item.row else ""
    return f"{item.about}{row} {item.question.field.label}".strip()


def _text(view: View, labels: Mapping[str, mending.Item], path: str, record: Mapping[str, object] | None) -> str:
    value = record_value(record, path) if record is not None else None
    item = labels.get(path)
    return text_of(item.question.field.kind, value) if item is not None and value is not None else ""
