"""The description of every route that answers JSON, made from the marks on the views."""

from collections.abc import Callable
from typing import Any, TypeVar

import flask

from counter.config import VERSION

View = TypeVar("View", bound=Callable[..., Any])


def answers(summary: str, schema: dict[str, Any]) -> Callable[[View], View]:
    """Mark a view that answers JSON of this schema."""

    def mark(view: View) -> View:
        view.answers = (summary, schema)  # type: ignore[attr-defined]
        return view

    return mark


def describe(app: flask.Flask) -> dict[str, Any]:
    """OpenAPI 3.1 of the app's JSON routes."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        marked = getattr(app.view_functions[rule.endpoint], "answers", None)
        if marked is None:
            continue
        path = rule.rule.replace("<", "{").replace(">", "}")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(_plain(path), {})[method.lower()] = _operation(rule, *marked)
    return {"openapi": "3.1.0", "info": {"title": "スマート電子窓口", "version": VERSION}, "paths": paths}


def _operation(rule: Any, summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": rule.endpoint,
        "summary": summary,
        "responses": {"200": {"description": summary, "content": {"application/json": {"schema": schema}}}},
    }
    if rule.arguments:
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in sorted(rule.arguments)
        ]
    return operation


def _plain(path: str) -> str:
    """{string:name} → {name}."""
    return "/".join(
        "{" + part[1:-1].rpartition(":")[2] + "}" if part.startswith("{") else part for part in path.split("/")
    )
