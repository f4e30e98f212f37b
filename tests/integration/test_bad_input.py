"""What may come in by a form: hostile text, old tokens, wrong addresses. Always a page that says what to do, never a 5xx."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from tests import moves
from tests.pages import Page, Resident

TEXTS = {
    "nul": "山\x00田",
    "bidi": "\u202e山田",
    "long": "あ" * 100_000,
    "full width": "１２３－４５６７",
    "half-width kana": "ﾔﾏﾀﾞ",
    "lone surrogate bytes": "\udcff",
    "zalgo": "a" + "\u0301" * 50,
    "markup": "<script>alert(1)</script>",
    "template": "{{ 7*7 }} %s {0} ${x} {漢字|かんじ}",
    "four bytes": "𠮷\U000e0100",
    "lines": "一\r\n二",
    "percent": "%(name)s 100%",
}


@pytest.fixture
def resident(client: FlaskClient) -> Resident:
    return Resident(client)


def begin(resident: Resident) -> str:
    resident.begin(*moves.MOVE, **moves.BEGIN)
    return resident.address


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_any_text_in_any_input_is_answered_with_a_page(resident: Resident, text: str) -> None:
    tasks = begin(resident)
    for page in ("people", "q/move", "q/who", "q/health-insurance", "q/event"):
        resident.open(f"{tasks}{page}")
        _, sent = resident.page.form()
        names = [name for name in sent if name != "csrf_token"]
        body = "&".join(
            f"{name}={_quoted(text)}"
            for name in [*names, *_unchecked(resident.page)][: 6 if len(text) > 1000 else None]
        )
        response = resident.client.post(
            f"{tasks}{page}", data=body, content_type="application/x-www-form-urlencoded", follow_redirects=True
        )
        assert response.status_code in (200, 413)
        Page(response)


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogateescape"))


def _unchecked(page: Page) -> set[str]:
    return {one.get("name", "") for one in page.tree.iter("input") if one.get("type") in ("radio", "checkbox")}


def test_names_stay_as_they_were_written(resident: Resident) -> None:
    tasks = begin(resident)
    resident.open(f"{tasks}people")
    person = resident.people[0]
    for family in ("髙橋", "神\ufa19", "𠮷\U000e0100野", "O’Brien", "नमस्ते", "<b>"):
        resident.open(f"{tasks}people")
        resident.send(**{f"people.{person}.name.family": family})
        resident.open(f"{tasks}people")
        assert resident.page.form()[1][f"people.{person}.name.family"] == family


class TestTokens:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"WTF_CSRF_ENABLED": True}

    @pytest.mark.parametrize("token", [None, "", "foreign", "\x00"])
    def test_a_form_with_an_old_token_can_be_sent_again_with_all_that_was_typed(
        self, app: Flask, resident: Resident, token: str | None
    ) -> None:
        tasks = begin(resident)
        resident.open(f"{tasks}people")
        action, sent = resident.page.form()
        name = next(name for name in sent if name.endswith("family"))
        sent[name] = "山田 <太郎>"
        sent.pop("csrf_token")
        if token is not None:
            sent["csrf_token"] = token
        response = resident.client.post(action, data=sent, headers={"Origin": "http://localhost"})
        assert response.status_code == 400
        again = Page(response)
        assert again.heading == "もう一度送信してください"
        address, kept = again.form(action)
        assert kept[name] == "山田 <太郎>"
        assert resident.client.post(address, data=kept).status_code == 302
        resident.open(f"{tasks}people")
        assert resident.page.form()[1][name] == "山田 <太郎>"

    def test_what_another_site_sent_is_not_offered_for_sending(self, resident: Resident) -> None:
        tasks = begin(resident)
        response = resident.client.post(
            f"{tasks}people", data={"people.x.name.family": "evil"}, headers={"Origin": "https://evil.example"}
        )
        assert response.status_code == 400
        assert "evil" not in response.text

    def test_the_light_page_needs_no_cookie_but_its_own_token(self, client: FlaskClient) -> None:
        page = Page(client.get("/safety/"))
        action, sent = page.form()
        answers = {"safety.ward": moves.KOTO, "safety.name.family": "山田", "safety.state": "hurt", "safety.hide_from_family": "no",
                   "safety.hide_from_friends": "no", "safety.publish": "yes"}  # fmt: skip
        for name, value in answers.items():
            sent[name] = value
        client.delete_cookie("counter")
        opened = Page(client.post(action, data=sent))
        assert opened.heading == "登録しました"
        number = opened.texts("sc-number")
        assert Page(client.post(action, data=sent)).texts("sc-number") == number, "a resend is the same registration"
        for changes in ({"token": "x"}, {"token": ""}):
            refused = client.post(action, data={**answers, **changes})
            assert refused.status_code == 400
            assert Page(refused).form()[1]["safety.name.family"] == "山田"
        foreign = client.post(action, data=sent, headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 400


@pytest.mark.parametrize("address", [
    "/start/nothing", "/start/moving?old_address=%00&new_address=%ff", "/procedures?q=%ff%00%e2%80%ae", "/apply/../x/",
    "/apply/%00/", "/apply/x/q/%ff", "/apply/postcode/abc", "/apply/postcode/１３５００１６", "/status/?number=%00%ff",
    "/status/%e3%81%82", "/?lang=xx", "/?lang=%00", "/apply/x/paper/y.pdf",
])  # fmt: skip
def test_any_address_is_answered(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code < 500
    if response.mimetype == "text/html":
        Page(client.get(address, follow_redirects=True))


def test_hostile_choices_begin_nothing(client: FlaskClient) -> None:
    for form in ({}, {"procedure": "nothing"}, {"procedure": ["safety", "\x00"]}, {"event": "../../x", "procedure": "x"},
                 {"event": "moving", "old_address": "\x00" * 1000}):  # fmt: skip
        response = client.post("/apply/", data=form)
        assert response.status_code == 302
        assert "owner" not in response.headers.get("Set-Cookie", "")


def test_a_page_off_the_path_or_of_somebody_elses_person_leads_to_the_task_list(resident: Resident) -> None:
    tasks = begin(resident)
    for key in ("people.m000000", "supplier", "safety", "x", "people", "home", "move.x.y.z"):
        response = resident.client.get(f"{tasks}q/{key}")
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/apply/")
        response = resident.client.post(
            f"{tasks}q/{key}", data={"people.m000000.name.family": "x", "supplier.wards": "131083"}
        )
        assert response.status_code == 302
    resident.open(f"{tasks}q/move")
    resident.send(
        **{"people.m000000.name.family": "x", "supplier.wards": "131083", "move.__class__": "x", "who.applicant": "m0"}
    )
    assert "supplier" not in resident.page.response.text


def test_wrong_numbers_get_one_answer_and_guessing_is_slowed(app: Flask) -> None:
    client = app.test_client()
    pages = [
        client.post("/status/", data={"number": number, "secret": secret})
        for number, secret in itertools.product(("", "x", "0" * 17, "\x00", "あ" * 500), ("", "y", "A" * 100))
    ]
    texts = {re.sub(r'value="[^"]*"|nonce-[\w-]+', "", page.text) for page in pages if page.status_code == 200}
    assert len(texts) == 1
    for _ in range(40):
        last = client.post("/status/", data={"number": "0" * 17, "secret": "AAAA"})
    assert last.status_code == 429
    assert "しばらく見られません" in Page(last).text


def test_a_body_that_is_no_form_is_answered(resident: Resident) -> None:
    tasks = begin(resident)
    for kind, body in (("application/json", b'{"a": 1}'), ("multipart/form-data", b"--x"), ("multipart/form-data; boundary=x", b"--x\r\n\r\n"),
                       ("text/plain", b"\xff" * 100), ("application/x-www-form-urlencoded", b"\xff=\xff&%ff=%00")):  # fmt: skip
        for rest in ("people", "q/move", "procedures"):
            response = resident.client.post(f"{tasks}{rest}", data=body, content_type=kind, follow_redirects=True)
            assert response.status_code < 500
            Page(response)


def test_too_many_people_is_said_and_not_stored(resident: Resident) -> None:
    tasks = begin(resident)
    resident.open(f"{tasks}people")
    for _ in range(25):
        resident.client.post(f"{tasks}people", data=MultiDict({"_do": "add"}))
    resident.open(f"{tasks}people")
    assert len(resident.people) == 20
    assert "ここまでです" in resident.page.text
