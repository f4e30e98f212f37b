"""Hostile text in every input of every page a resident fills, made from the definitions: said plainly, kept, never run."""

from __future__ import annotations

import itertools
import random
import re
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from counter.extensions import Store
from counter.services import drafts
from forms.kinds import City, LongText, Name, Text
from forms.messages import Invalid
from forms.procedures import CATALOGUE
from forms.web import presentable
from tests import hostile
from tests.documents import household
from tests.pages import KINDS, Page, Resident

HOME = [code for code, one in CATALOGUE.items() if one.door == "application" and code != "supplier"]
TEXTS = list(hostile.TEXTS.items())


def with_draft(app: Flask, store: Store, codes: list[str], seed: int) -> tuple[Resident, str]:
    """Somebody whose draft is answered as far as answers go, so that every page is on the path."""
    owner = drafts.new_token()
    with store.scope() as session:
        draft = drafts.begin(session, owner, codes, event="moving", answers=household(
            [CATALOGUE[code] for code in codes], random.Random(seed), people=2))  # fmt: skip
    client = app.test_client()
    client.set_cookie("owner", owner)
    return Resident(client), f"/apply/{draft.id}/"


def pages_of(resident: Resident, tasks: str) -> list[str]:
    resident.open(tasks)
    return sorted(
        href
        for href in resident.page.links.values()
        if href.startswith(tasks) and ("/q/" in href or href.endswith("people"))
    )


def inert(page: Page) -> None:
    """Nothing on the page runs but our own files, whatever was typed."""
    for one in page.tree.iter():
        if one.tag == "script":
            assert (one.get("src") or "").startswith("/static/") or not "".join(one.itertext()).strip()
        assert one.tag not in ("iframe", "object", "embed", "base")
        for name, value in one.attrib.items():
            assert not name.startswith("on"), (one.tag, name)
            assert name not in ("href", "src", "action", "formaction") or not value.strip().lower().startswith(
                ("javascript:", "data:text")
            )


FREE = ("text", "long_text", "file", "declaration")


def may_pass(names: set[str]) -> bool:
    """Nothing on such a page need be refused: free text takes odd text, a consent nobody has to give stays open."""
    return all(name in KINDS and KINDS[name].code in FREE for name in names)


def typed_into(page: Page, texts: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    """Every input of the form with another hostile text in it."""
    _, sent = page.form()
    ticked = {one.get("name", "") for one in page.tree.iter("input") if one.get("type") in ("radio", "checkbox")}
    names = [name for name in sent if name != "csrf_token" and not name.startswith("_")]
    return [(name, next(texts)[1]) for name in [*names, *sorted(ticked - set(names))]]


@pytest.mark.parametrize("codes", [HOME, ["supplier"]], ids=["home", "supplier"])
def test_any_text_in_any_input_of_any_page(app: Flask, store: Store, codes: list[str], long: bool) -> None:
    resident, tasks = with_draft(app, store, codes, 1)
    texts = itertools.cycle(TEXTS)
    addresses = pages_of(resident, tasks)
    assert len(addresses) >= (2 if codes == ["supplier"] else 6)
    for _ in range(len(TEXTS) if long else 2):
        next(texts)  # each round another text meets each input
        for address in addresses:
            page = resident.open(address)
            if resident.address.partition("?")[0] != address:
                continue  # answers of an earlier page took this one off the path
            typed = typed_into(page, texts)
            began = time.monotonic()
            answer = resident.client.post(
                address, data=hostile.form_body(typed), content_type="application/x-www-form-urlencoded"
            )
            assert time.monotonic() - began < 5
            if answer.status_code == 302 and may_pass({name for name, _ in typed}):
                taken = resident.open(address)
                inert(taken)
                assert not {name for name in taken.form()[1] if "consent" in name}, "no text agrees for anybody"
                continue
            assert answer.status_code == 200, f"{address} took all of it"
            shown = Page(answer)
            inert(shown)
            assert shown.title.startswith("エラー：")
            assert shown.texts("sc-error")
            _, kept = shown.form()
            for name, text in typed:
                if name in kept and name not in shown_as_choice(shown) and text != hostile.TEXTS["lone surrogate"]:
                    assert kept[name] == presentable(_as_sent(text)[:20_000]), name
            again = resident.open(address)
            inert(again)
            resident.open(tasks)
            inert(resident.page)


def shown_as_choice(page: Page) -> set[str]:
    return {
        one.get("name", "")
        for one in page.tree.iter()
        if one.tag == "select" or one.get("type") in ("radio", "checkbox")
    }


def _as_sent(text: str) -> str:
    """As the server takes it: line breaks are one character."""
    return re.sub("\r\n?", "\n", text)


def test_a_change_of_language_with_any_text_loses_nothing_that_can_be_shown(app: Flask, store: Store) -> None:
    resident, tasks = with_draft(app, store, HOME, 2)
    texts = itertools.cycle([(name, text) for name, text in TEXTS if name not in ("long", "lone surrogate")])
    for address in pages_of(resident, tasks)[:4]:
        page = resident.open(address)
        typed = [(name, text) for name, text in typed_into(page, texts) if name not in shown_as_choice(page)]
        body = hostile.form_body([*typed, ("_lang", "en")])
        answer = resident.client.post(
            address, data=body, content_type="application/x-www-form-urlencoded", follow_redirects=True
        )
        there = Page(answer)
        inert(there)
        assert there.tree.get("lang") == "en"
        _, kept = there.form()
        for name, text in typed:
            kind_changes_it = re.search(r"kana|postcode|phone|city|\.era$", name)
            if text.strip() and not kind_changes_it:
                assert presentable(_as_sent(text)).strip() in (kept[name], kept[name].strip()), name
        resident.open(f"{tasks}?lang=ja")


@pytest.mark.parametrize("name", [name for name, _ in TEXTS])
def test_the_light_page_takes_or_refuses_any_text(client: FlaskClient, name: str) -> None:
    page = Page(client.get("/safety/"))
    action, sent = page.form()
    typed = [(key, hostile.TEXTS[name]) for key in sent if key.startswith("safety.")]
    for body in (
        [*typed, ("token", sent["token"])],
        [*typed, ("token", hostile.TEXTS[name][:500])],
        [*typed, ("_lang", "en")],
    ):
        answer = client.post(action, data=hostile.form_body(body), content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (200, 400, 413)
        inert(Page(answer))


def test_a_name_of_any_script_goes_all_the_way_unchanged(app: Flask, store: Store) -> None:
    names = [
        "髙橋\U000e0100",
        "神\ufa19",
        "𠮷\U000e0101野",
        "क्\u200dष",
        "O’Brien-<b>Ng</b>",
        "{漢字|かんじ}",
        "%(name)s {0}",
        "=1+1",
        "عبد\u200cالله",
    ]
    resident, tasks = with_draft(app, store, HOME, 3)
    resident.open(f"{tasks}people")
    for name in names:
        path = f"people.{resident.people[0]}.name"
        resident.open(f"{tasks}people")
        resident.send(**{f"{path}.family": name, f"{path}.given": "花"})
        resident.open(f"{tasks}people")
        assert resident.page.form()[1][f"{path}.family"] == name
        for page in (resident.open(tasks), resident.open(f"{tasks}?lang=en"), resident.open(f"{tasks}?lang=ja-easy")):
            inert(page)
            assert name in page.text
        resident.open(f"{tasks}?lang=ja")


@pytest.mark.parametrize("kind", [Text(), LongText(), City(), Name()], ids=lambda kind: kind.code)
@pytest.mark.parametrize(
    "nothing",
    ["\u200b", "\u3164", "\u115f\u1160", "\u2800", "\u00ad\u2060\u200e", "\u00a0\u2003", "\u0301\ufe0f", "\U000e0041"],
)
def test_what_nobody_can_see_is_no_answer(kind: Text, nothing: str) -> None:
    with pytest.raises(Invalid):
        kind.parse(nothing)
    with pytest.raises(Invalid):
        kind.parse(f" {nothing}{nothing} ")


def test_no_text_makes_a_kind_think_for_long() -> None:
    kinds = {id(found.kind): found.kind for one in CATALOGUE.values() for found in one.fields()}.values()
    every = [*kinds, *{part.kind for kind in kinds for part in kind.parts()}]
    long = [
        text * (20_000 // len(text))
        for text in ("a", "-", "9", "a.", "@a", "a@", " 1", "令和", "平成元年", "東京都", "+81", "\u0301", "ﷺ", "１")
    ]
    for kind, text in itertools.product(every, [*hostile.TEXTS.values(), *long]):
        began = time.monotonic()
        for raw in (text, text[:150], {part.name: text for part in kind.parts()} or text):
            try:
                assert kind.valid(kind.parse(raw))
            except Invalid:
                continue
        assert time.monotonic() - began < 1, (kind.code, text[:20])
