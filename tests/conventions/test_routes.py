"""Every route says who may call it, and what it says is what happens."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from counter.web import access

SAMPLE = {"string": "X" * 17, "int": 1, "path": "x"}


def rules(app: Flask) -> list[tuple[str, str, str, access.Access | None]]:
    """(endpoint, method, address filled with an object that does not exist, mark) of every route."""
    found = []
    for rule in app.url_map.iter_rules():
        kinds = {name: type(converter).__name__ for name, converter in rule._converters.items()}
        values = {name: 1 if "Integer" in kind else "X" * 17 for name, kind in kinds.items()}
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            with app.test_request_context():
                built = rule.build(values, append_unknown=False)
            assert built is not None, rule
            found.append((rule.endpoint, method, built[1], access.of(app, rule.endpoint)))
    return found


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    assert not sorted({endpoint for endpoint, _, _, mark in rules(app) if mark is None})


def test_a_stranger_is_sent_to_sign_in_from_every_staff_route(app: Flask, client: FlaskClient) -> None:
    for endpoint, method, path, mark in rules(app):
        if mark and mark.kind == "staff":
            answer = client.open(path, method=method)
            assert answer.status_code in (302, 401, 403), (
                f"{method} {endpoint} answered a stranger {answer.status_code}"
            )


def test_another_ones_draft_is_absent(app: Flask, client: FlaskClient) -> None:
    for endpoint, method, path, mark in rules(app):
        if mark and mark.kind == "draft_owner" and "X" * 17 in path:
            status = client.open(path, method=method).status_code
            assert status in (302, 404), f"{method} {endpoint} answered a stranger {status}"


def test_an_unmarked_view_is_refused(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/unmarked", "unmarked", lambda: "x") if not app._got_first_request else None
    assert client.get("/unmarked").status_code == 403


def test_every_changing_route_wants_a_csrf_token(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    for endpoint, method, path, mark in rules(app):
        if method in ("POST", "PUT", "PATCH", "DELETE") and mark and mark.kind == "public":
            view = app.view_functions[endpoint]
            if getattr(view, "checks_origin", False):
                continue  # the light 安否 page checks Origin and a signed token instead
            status = client.open(path, method=method).status_code
            assert status in (400, 404), f"{method} {endpoint} answered {status} without a token"


@pytest.mark.parametrize("name", access.ROLES)
def test_roles_are_known(name: str) -> None:
    assert access.staff(name)(lambda: None).access == access.Access("staff", frozenset({name}))


def test_unknown_roles_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown roles"):
        access.staff("mayor")
