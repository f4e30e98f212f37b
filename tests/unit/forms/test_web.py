"""The web face: every kind has one, what was stored comes back, what was typed is kept."""

from __future__ import annotations

import random
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from forms import kinds
from forms.kinds import ALL_KINDS
from forms.kinds.base import Kind
from forms.model import Field, Question, Section
from forms.procedures import CATALOGUE
from forms.web import Context, page_form, shown, web_field
from tests.documents import answer

SECTION = Section("page", "頁")
PEOPLE = (("m1", "山田　花子"), ("m2", "Suharto"))
MADE: dict[str, Kind] = {kind.code: kind() for kind in ALL_KINDS} | {
    "choices": kinds.Choices((("a", "あ"), ("b", "い"))), "date": kinds.Date(partial=True)
}  # fmt: skip
EVERY_KIND = pytest.mark.parametrize("kind", MADE.values(), ids=MADE.keys())


def question(kind: Kind, *, required: bool = True) -> Question:
    return Question("page.answer", Field(SECTION, "answer", "問い", kind, "説明"), required, ("x",))


def value_of(kind: Kind, seed: int) -> Any:
    return "m1" if kind.code == "person" else answer(kind, random.Random(seed))


def before(kind: Kind, value: Any) -> dict[str, Any]:
    """Files are stored before their page is sent."""
    return {"page.answer": value} if kind.code == "file" else {}


def sent(kind: Kind, value: Any) -> MultiDict[str, str]:
    raw = kind.raw(value)
    if isinstance(raw, dict):
        return MultiDict({f"page.answer.{part}": text for part, text in raw.items()})
    return MultiDict([("page.answer", one) for one in (raw if isinstance(raw, list) else [raw])])


def test_no_kind_is_without_a_web_face_of_its_own_or_its_parents() -> None:
    used = {type(found.kind) for one in CATALOGUE.values() for found in one.fields()}
    for kind in {*ALL_KINDS, *used}:
        assert web_field.dispatch(kind) is not web_field.dispatch(Kind), kind.__name__


@EVERY_KIND
def test_what_was_sent_is_the_value_and_a_stored_value_fills_the_same_inputs(kind: Kind) -> None:
    form_class = page_form([question(kind)], people=PEOPLE)
    for seed in range(20):
        value = value_of(kind, seed)
        form = form_class(sent(kind, value), values=before(kind, value))
        assert form.validate(), form.errors
        if kind.code != "date":  # a date keeps how it was written; from parts it is written anew
            assert form.values == {"page.answer": value}
        assert form.values["page.answer"] == form["page.answer"].data
        again = form_class(values=form.values)
        assert again["page.answer"].raw == form["page.answer"].raw
        assert again["page.answer"].data == form["page.answer"].data
        assert again["page.answer"].shown


@EVERY_KIND
def test_a_fresh_form_is_empty(kind: Kind) -> None:
    field = page_form([question(kind)], people=PEOPLE)()["page.answer"]
    assert field.blank() and field.data is None
    assert field.raw in ("", []) or set(field.raw.values()) <= {"", "ad"}


@EVERY_KIND
@pytest.mark.parametrize("required", [True, False])
def test_empty_is_no_value_and_an_error_only_where_it_is_required(kind: Kind, required: bool) -> None:
    form = page_form([question(kind, required=required)], people=PEOPLE)(MultiDict())
    assert form.validate() is not required
    assert form.values == {"page.answer": None} and form.rejected == {}
    assert bool(form.summary) is required


@EVERY_KIND
@pytest.mark.parametrize("text", ["\x00", "\u202eabc", "あ" * 19_000, "<script>", "%s{0}", "\ud800", "'; --"])
def test_bad_input_is_refused_with_a_message_or_kept_as_it_is_and_never_lost(kind: Kind, text: str) -> None:
    names = [f"page.answer.{part.name}" for part in kind.parts()] or ["page.answer"]
    form_class = page_form([question(kind)], people=PEOPLE)
    form = form_class(MultiDict(dict.fromkeys(names, text)))
    if not form.validate():
        assert form.values == {"page.answer": None}
        assert form.summary[0][2]
        kept = form_class(kept=form.rejected)["page.answer"].raw
        if kind.code not in ("declaration", "file") and text.isprintable():
            assert text in (kept if isinstance(kept, list) else kept.values() if isinstance(kept, dict) else [kept])


@EVERY_KIND
def test_an_answer_that_a_newer_definition_no_longer_takes_is_shown_and_not_accepted(kind: Kind) -> None:
    form = page_form([question(kind)], people=PEOPLE)(values={"page.answer": {"unknown": [1]}})
    assert not form.validate()
    assert form.values == {"page.answer": None}


def test_a_person_who_is_not_on_the_page_cannot_be_chosen() -> None:
    form = page_form([question(kinds.Person())], people=PEOPLE)(MultiDict({"page.answer": "m9"}))
    assert not form.validate()


def test_only_the_writers_own_details_are_offered_to_the_browsers_memory() -> None:
    asked = [
        Question(
            f"people.{person}.name", Field(Section("people", "人", many=True), "name", "氏名", kinds.Name()), True, ()
        )
        for person in ("m1", "m2")
    ]
    form = page_form(asked, people=PEOPLE, own="people.m1")()
    tokens = [[part.autocomplete for part in field.parts] for field in form]
    assert tokens == [["family-name", "given-name"], ["off", "off"]]


def test_a_date_is_said_back_in_both_calendars() -> None:
    kind = kinds.Date(past=True)
    context = Context()
    assert shown(kind, kind.parse("平成2年1月5日"), context) == "平成2年1月5日（西暦1990年）"
    assert shown(kind, kind.parse("2019-05-01"), context) == "2019年5月1日（令和元年）"


def test_labels_options_and_errors_pass_through_the_translator() -> None:
    form = page_form([question(kinds.Choice())], translate=lambda text: f"[{text}]")(MultiDict())
    form.validate()
    field = form["page.answer"]
    assert (field.words, field.help, field.problem) == ("[問い]", ["[説明]"], "[選んでください。]")
    assert field.options == [("yes", "[はい]"), ("no", "[いいえ]")]
