"""What a ward sets for a procedure without touching code: offered or not, its office, a note, questions of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from forms.kinds import Choice, Choices, Count, Date, LongText, Text
from forms.kinds.base import Kind
from forms.messages import N_
from forms.model import Ask, Field, Procedure, Section
from forms.wards import WARDS

LONGEST_WORDS = 200
LONGEST_NOTE = 1000
MOST_QUESTIONS = 10
MOST_OPTIONS = 20
FROM_WARD = N_("区からの質問")
QUESTION_KINDS: dict[str, str] = {
    "text": N_("一行の文字"),
    "long-text": N_("長い文章"),
    "yes-no": N_("はい・いいえ"),
    "choice": N_("一つ選ぶ"),
    "choices": N_("いくつでも選ぶ"),
    "count": N_("数"),
    "date": N_("日付"),
}
"""What a ward's own question may be answered with."""

Words = Mapping[str, str]
"""Words by language code; ``ja`` is always there."""


class WrongOverlay(ValueError):
    """The overlay cannot be used; ``message`` says to the ward's staff what to mend, ``at`` names where."""

    def __init__(self, at: str, message: str) -> None:
        self.at, self.message = at, message
        super().__init__(f"{at}: {message}")


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question that one ward adds. ``name`` is never used again for another question of that ward."""

    name: str
    kind: str
    words: Words
    hint: Words
    required: bool = False
    options: tuple[tuple[str, Words], ...] = ()


@dataclass(frozen=True, slots=True)
class Overlay:
    """One ward's settings of one procedure. ``office`` empty: the procedure's own."""

    ward: str
    procedure: str
    offered: bool = True
    office: str = ""
    note: Words | None = None
    questions: tuple[OwnQuestion, ...] = ()

    def __post_init__(self) -> None:
        if self.ward not in WARDS:
            raise WrongOverlay("ward", "23区のどれでもありません。")
        if self.note:
            _check_words("note", self.note, LONGEST_NOTE)
        if len(self.questions) > MOST_QUESTIONS:
            raise WrongOverlay("questions", f"区の質問は{MOST_QUESTIONS}個までです。")
        names = [question.name for question in self.questions]
        if len(names) != len(set(names)):
            raise WrongOverlay("questions", "同じ名前の質問が二つあります。")
        for question in self.questions:
            _check_question(question)

    @property
    def own_words(self) -> tuple[tuple[str, str, str], ...]:
        """(Japanese, language, translation) of everything the ward wrote."""
        said = [self.note or {}]
        for question in self.questions:
            said += [question.words, question.hint, *(words for _, words in question.options)]
        return tuple(
            (words["ja"], language, text)
            for words in said
            for language, text in sorted(words.items())
            if language != "ja" and text
        )


def derive(procedure: Procedure, overlay: Overlay) -> Procedure:
    """The procedure as this ward asks it: a definition with a digest of its own; the same one where nothing differs."""
    asks = tuple(_ask(procedure, overlay, question) for question in overlay.questions)
    office = overlay.office or procedure.office
    if not asks and office == procedure.office:
        return procedure
    words = overlay.own_words if asks else ()
    return replace(procedure, ward=overlay.ward, office=office, asks=(*procedure.asks, *asks), own_words=words)


def dump(overlay: Overlay) -> dict[str, Any]:
    """As JSON; ward and procedure are the row's own columns."""
    return {
        "offered": overlay.offered,
        "office": overlay.office,
        "note": dict(overlay.note) if overlay.note else None,
        "questions": [
            {
                "name": one.name, "kind": one.kind, "required": one.required, "words": dict(one.words),
                "hint": dict(one.hint), "options": [[code, dict(words)] for code, words in one.options],
            }
            for one in overlay.questions
        ],
    }  # fmt: skip


def load(ward: str, procedure: str, content: Mapping[str, Any]) -> Overlay:
    """The overlay of a dump; raises WrongOverlay where it says what no ward may say."""
    questions = tuple(
        OwnQuestion(
            one["name"], one["kind"], one["words"], one["hint"], one["required"],
            tuple((code, words) for code, words in one["options"]),
        )
        for one in content["questions"]
    )  # fmt: skip
    return Overlay(ward, procedure, content["offered"], content["office"], content["note"], questions)


def _ask(procedure: Procedure, overlay: Overlay, question: OwnQuestion) -> Ask:
    """In the ward's own section; the name carries the procedure, so that no two procedures' questions merge."""
    section = Section(f"ward-{overlay.ward}", FROM_WARD, order=85)
    name = f"{procedure.code.replace('-', '_')}_{question.name}"
    field = Field(section, name, question.words["ja"], _kind(question), question.hint.get("ja", ""))
    return Ask(field, required=question.required)


def _kind(question: OwnQuestion) -> Kind:
    options = tuple((code, words["ja"]) for code, words in question.options)
    kinds: dict[str, Kind] = {
        "text": Text(200),
        "long-text": LongText(1000, 3),
        "yes-no": Choice(),
        "choice": Choice(options),
        "choices": Choices(options, least=1 if question.required else 0),
        "count": Count(0, 999_999),
        "date": Date(),
    }
    return kinds[question.kind]


def _check_question(question: OwnQuestion) -> None:
    at = question.name
    if not re.fullmatch(r"q[0-9]{1,4}", at):
        raise WrongOverlay("questions", "質問の名前が正しくありません。")
    if question.kind not in QUESTION_KINDS:
        raise WrongOverlay(at, "答え方を選んでください。")
    _check_words(at, question.words, LONGEST_WORDS)
    if question.hint:
        _check_words(at, question.hint, LONGEST_WORDS)
    picks = question.kind in ("choice", "choices")
    if picks and not 2 <= len(question.options) <= MOST_OPTIONS:
        raise WrongOverlay(at, f"選択肢を2個から{MOST_OPTIONS}個まで、1行に一つずつ書いてください。")
    if not picks and question.options:
        raise WrongOverlay(at, "この答え方に選択肢はありません。")
    for _, words in question.options:
        _check_words(at, words, LONGEST_WORDS)
    labels = [words["ja"] for _, words in question.options]
    if len(labels) != len(set(labels)):
        raise WrongOverlay(at, "同じ選択肢が二つあります。")


def _check_words(at: str, words: Words, longest: int) -> None:
    """Plain words only: braces would be taken for ruby, a percent sign for a place to fill."""
    if not words.get("ja", "").strip():
        raise WrongOverlay(at, "日本語の文を入力してください。")
    for text in words.values():
        if len(text) > longest:
            raise WrongOverlay(at, f"{longest}字までで書いてください。")
        if any(mark in text for mark in "{}|%") or not all(char.isprintable() or char == "\n" for char in text):
            raise WrongOverlay(at, "記号 { } | % は使えません。")
