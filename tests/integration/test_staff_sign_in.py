"""Staff come in by password, get a new session, and are out the moment they are disabled."""

import re

import sqlalchemy as sa
from flask import Flask

from counter.demo import seed_people
from counter.extensions import Store
from counter.models.application import Application
from counter.models.audit import AuditEvent
from counter.models.staff import Staff
from tests.moves import KOTO, SHIBUYA
from tests.staff import PASSWORD, hire, office_clerk, rows, sign_in


def test_a_wrong_password_and_an_unknown_person_look_the_same(app: Flask, store: Store) -> None:
    hire(store, app, "a@example.jp", offices=("child-support",))
    client = app.test_client()
    wrong = client.post("/staff/sign-in", data={"email": "a@example.jp", "password": "wrong password"})
    nobody = client.post("/staff/sign-in", data={"email": "b@example.jp", "password": PASSWORD})
    assert wrong.status_code == nobody.status_code == 401
    plain = [re.sub(r'name="csrf_token" value="[^"]*"|[ab]@example.jp', "", page.text) for page in (wrong, nobody)]
    assert plain[0] == plain[1]
    assert client.get("/office/cases").status_code == 302
    with store.scope(write=False) as session:
        refused = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "staff.sign-in-refused")).all()
    assert len(refused) == 2


def test_signing_in_starts_a_new_session(app: Flask, store: Store) -> None:
    hire(store, app, "a@example.jp", offices=("child-support",))
    client = app.test_client()
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    client.post("/staff/sign-in", data={"email": "a@example.jp", "password": PASSWORD})
    with client.session_transaction() as session:
        assert "planted" not in session
        first = session["sid"]
    client.post("/staff/sign-out")
    with client.session_transaction() as session:
        assert not dict(session)
    client.post("/staff/sign-in", data={"email": "a@example.jp", "password": PASSWORD})
    with client.session_transaction() as session:
        assert session["sid"] != first


def test_a_disabled_person_is_out_at_the_next_click(app: Flask, store: Store) -> None:
    clerk = office_clerk(store, app, "child-support")
    hire(store, app, "boss@example.jp", role="admin")
    boss = sign_in(app, "boss@example.jp")
    assert clerk.get("/office/cases").status_code == 200
    with store.scope(write=False) as session:
        victim = session.scalars(sa.select(Staff.id).where(Staff.email == f"{KOTO}-child-support@example.jp")).one()
    assert boss.post(f"/staff/people/{victim}", data={"active": "no"}).status_code == 302
    assert clerk.get("/office/cases").status_code == 302
    refused = app.test_client().post(
        "/staff/sign-in", data={"email": f"{KOTO}-child-support@example.jp", "password": PASSWORD}
    )
    assert refused.status_code == 401
    boss.post(f"/staff/people/{victim}", data={"active": "yes"})
    assert clerk.get("/office/cases").status_code == 302  # the old session stays dead
    sign_in(app, f"{KOTO}-child-support@example.jp")


def test_an_administrator_reaches_only_their_own_ward_and_never_themselves(app: Flask, store: Store) -> None:
    own = hire(store, app, "boss@example.jp", role="admin", ward=SHIBUYA)
    other = hire(store, app, "koto@example.jp", ward=KOTO)
    boss = sign_in(app, "boss@example.jp")
    assert "koto@example.jp" not in boss.get("/staff/people").text
    assert boss.post(f"/staff/people/{other}", data={"active": "no"}).status_code == 404
    assert boss.post("/staff/people/99999", data={"active": "no"}).status_code == 404
    assert boss.post(f"/staff/people/{own}", data={"active": "no"}).status_code == 404


def test_moving_somebody_moves_what_they_see(app: Flask, store: Store) -> None:
    clerk = office_clerk(store, app, "child-support")
    assert "江東区" in clerk.get("/office/cases").text
    with store.scope() as session:
        session.execute(sa.update(Staff).values(ward=SHIBUYA))
    page = clerk.get("/office/cases").text
    assert "渋谷区" in page
    assert "江東区" not in page


def test_going_on_after_signing_in_stays_on_this_site(app: Flask, store: Store) -> None:
    hire(store, app, "a@example.jp", offices=("child-support",))
    for address in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x",
    ):
        answer = app.test_client().post(
            "/staff/sign-in", data={"email": "a@example.jp", "password": PASSWORD, "next": address}
        )
        assert answer.location in (None, "/staff/"), address
    answer = app.test_client().post(
        "/staff/sign-in", data={"email": "a@example.jp", "password": PASSWORD, "next": "/office/cases?mine=1"}
    )
    assert answer.location == "/office/cases?mine=1"


def test_demo_sign_ins_are_shown_only_in_the_demonstration(app: Flask, store: Store) -> None:
    app.config["DEMO"] = True
    with app.app_context(), store.scope() as session:
        assert seed_people(session) == 12
        assert seed_people(session) == 0
    assert "koto-kosodate@example.jp" in app.test_client().get("/staff/sign-in").text
    app.config["DEMO"] = False
    assert "example.jp" not in app.test_client().get("/staff/sign-in").text
    refused = app.test_cli_runner().invoke(args=["seed-demo"])
    assert refused.exit_code == 1


def test_the_demonstration_can_be_filled_twice(app: Flask, store: Store) -> None:
    app.config["DEMO"] = True
    for _ in range(2):
        assert app.test_cli_runner().invoke(args=["seed-demo"]).exit_code == 0
    assert len(rows(store, KOTO, Application)) == 12
    assert len(rows(store, SHIBUYA, Application)) == 3
