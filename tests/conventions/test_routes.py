"""Every route says who may call it, and what it says is what happens."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from counter.extensions import Store
from counter.web import access
from tests.moves import SHIBUYA
from tests.staff import hire, sign_in


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


@pytest.mark.parametrize("role", access.ROLES)
def test_a_role_opens_its_own_routes_alone(app: Flask, store: Store, role: str) -> None:
    """The wrong role is refused, whatever the address; the right one is refused nothing but what does not exist."""
    hire(store, app, "somebody@example.jp", role=role, offices=("child-support",))
    client = sign_in(app, "somebody@example.jp")
    for endpoint, method, path, mark in rules(app):
        if mark and mark.kind == "staff" and "sign" not in endpoint:
            status = client.open(path, method=method).status_code
            if role in mark.roles:
                assert status != 403 and status < 500, f"{method} {endpoint} refused a {role}: {status}"
                assert status in (200, 302, 303, 400, 404, 409, 422), f"{method} {endpoint}: {status}"
            else:
                assert status == 403, f"{method} {endpoint} let a {role} in: {status}"


def test_a_ward_in_the_address_or_the_form_is_ignored(app: Flask, store: Store) -> None:
    hire(store, app, "somebody@example.jp", offices=("child-support",))
    client = sign_in(app, "somebody@example.jp")
    for endpoint, method, path, mark in rules(app):
        if mark and mark.kind == "staff" and "clerk" in mark.roles and method == "GET" and "X" * 17 not in path:
            plain, asked = client.get(path), client.get(f"{path}?ward={SHIBUYA}&office=resident-registry")
            assert asked.status_code in (plain.status_code, 400, 404), endpoint
            assert "渋谷区" not in asked.text, f"{endpoint} shows another ward"


def test_another_ones_draft_is_absent(app: Flask, client: FlaskClient) -> None:
    for endpoint, method, path, mark in rules(app):
        if mark and mark.kind == "draft_owner" and "X" * 17 in path:
            status = client.open(path, method=method).status_code
            assert status in (302, 404), f"{method} {endpoint} answered a stranger {status}"


def test_another_ones_receipt_leads_to_the_look_up_like_one_that_never_was(app: Flask, client: FlaskClient) -> None:
    for endpoint, method, path, mark in rules(app):
        if mark and mark.kind == "receipt_holder":
            assert path.startswith("/status/" + "X" * 17), f"{endpoint} does not stand under its receipt"
            answer = client.open(path, method=method)
            assert answer.status_code == 303, f"{method} {endpoint} answered a stranger {answer.status_code}"
            assert answer.location.startswith("/status/?number="), f"{method} {endpoint}: {answer.location}"


def test_a_stranger_signs_in_before_every_page_of_a_resident(app: Flask, store: Store) -> None:
    """Staff are strangers here too; where signing in is not offered, the pages are not there."""
    hire(store, app, "somebody@example.jp", offices=("child-support",))
    clients = (app.test_client(), sign_in(app, "somebody@example.jp"))
    own = [(endpoint, method, path) for endpoint, method, path, mark in rules(app) if mark and mark.kind == "resident"]
    assert own
    for endpoint, method, path in own:
        assert path.startswith("/my/"), f"{endpoint} does not stand under わたしのページ"
        for client in clients:
            app.config["OIDC_ISSUER"] = ""
            assert client.open(path, method=method).status_code == 404, f"{method} {endpoint}"
            app.config["OIDC_ISSUER"] = "https://provider.example"
            answer = client.open(path, method=method)
            assert answer.status_code == 302, f"{method} {endpoint} answered a stranger {answer.status_code}"
            assert answer.location.startswith("/my/sign-in"), f"{method} {endpoint}: {answer.location}"


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
