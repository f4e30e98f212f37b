"""What machines ask."""

import pytest
from flask.testing import FlaskClient

from tests.conftest import both_backends


@both_backends
def test_health_names_version_database_and_queue(client: FlaskClient) -> None:
    body = client.get("/healthz").get_json()
    assert body["database"] == "ok"
    assert body["queue_depth"] == 0
    assert body["version"]


def test_openapi_describes_every_route_that_answers_json(client: FlaskClient) -> None:
    described = client.get("/openapi.json").get_json()["paths"]
    assert {"/healthz", "/openapi.json"} <= set(described)


@pytest.mark.parametrize("path", ["/healthz", "/openapi.json"])
def test_machines_are_not_cached(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"
