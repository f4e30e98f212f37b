"""The pages of a draft, computed from what is asked: one a section, one a person. Pure; no stored step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from forms.bundle import Bundle, Overlays
from forms.messages import N_, Message
from forms.model import Field, Problem, Procedure, Question
from forms.path import look_up, still

State = Literal["todo", "part", "done"]
ROSTER = "people"
CHECK_INPUT = Message(N_("この欄に書かれた内容を確かめてください。"))


@dataclass(frozen=True, slots=True)
class Page:
    """``key``: a section, ``section.person``, or the roster. ``person``: whose page it is."""

    key: str
    title: str
    questions: tuple[Question, ...]
    state: State
    person: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def minutes(self) -> int:
        """A careful guess: 20 seconds a question."""
        return max(1, round(len(self.questions) / 3))


@dataclass(frozen=True, slots=True)
class Journey:
    """A draft seen as pages in the order to answer them."""

    pages: tuple[Page, ...]
    problems: tuple[Problem, ...]

    def page(self, key: str) -> Page | None:
        return next((page for page in self.pages if page.key == key), None)

    def after(self, key: str) -> Page | None:
        """The next page that is not done, looking forward from here first; None when all are."""
        keys = [page.key for page in self.pages]
        here = keys.index(key) + 1 if key in keys else 0
        rest = (*self.pages[here:], *self.pages[:here])
        return next((page for page in rest if page.state != "done" and page.key != key), None)

    def before(self, key: str) -> Page | None:
        keys = [page.key for page in self.pages]
        here = keys.index(key) if key in keys else 0
        return self.pages[here - 1] if here > 0 else None

    @property
    def first_open(self) -> Page | None:
        return next((page for page in self.pages if page.state != "done"), None)

    @property
    def complete(self) -> bool:
        return bool(self.pages) and not self.problems and self.first_open is None


def journey(
    procedures: Sequence[Procedure],
    answers: Mapping[str, Any],
    kept: Mapping[str, Any],
    overlays: Overlays | None = None,
    confirm: Collection[str] = (),
) -> Journey:
    """Every page of these procedures for these answers, and why they may not be submitted yet.

    ``confirm``: answers carried from so long ago that they count only once their page was sent.
    """
    bundle, answers = Bundle(procedures, overlays), still(answers)
    questions = bundle.asked(answers)
    problems = _with_kept(bundle.problems(answers), questions, kept)
    name = _name_field(procedures)
    groups: dict[str, list[Question]] = {}
    for question in questions:
        if name is None or question.field.key != name.key:
            groups.setdefault(question.path.rpartition(".")[0], []).append(question)
    pages = [_page(key, found, answers, kept, problems, confirm) for key, found in groups.items()]
    if name is not None:
        pages.insert(_roster_place(pages), _roster(name, answers, kept, problems))
    return Journey(tuple(pages), tuple(problems))


def asks_about_people(procedures: Sequence[Procedure]) -> bool:
    return _name_field(procedures) is not None


def urgent_first(procedures: Iterable[Procedure]) -> list[Procedure]:
    """By the days that the law leaves; among equals, what needs a visit comes first."""

    def key(procedure: Procedure) -> tuple[int, bool]:
        days = [trigger.deadline.days for trigger in procedure.triggers if trigger.deadline]
        return (min(days, default=10_000), not procedure.visit)

    return sorted(procedures, key=key)


def roster_questions(procedures: Sequence[Procedure], answers: Mapping[str, Any]) -> tuple[Question, ...]:
    """The name of everybody, asked first and in one place, so that pages can speak of people by name."""
    name = _name_field(procedures)
    people = answers.get(ROSTER) or []
    return tuple(Question(f"{ROSTER}.{person['id']}.{name.name}", name, True, ()) for person in people if name)


def _name_field(procedures: Sequence[Procedure]) -> Field | None:
    for procedure in procedures:
        for field in procedure.fields():
            if field.section.key == ROSTER and field.kind.code == "name":
                return field
    return None


def _with_kept(problems: Iterable[Problem], questions: Iterable[Question], kept: Mapping[str, Any]) -> list[Problem]:
    """What was typed and could not be read must be mended even where an answer is optional."""
    found = list(problems)
    known = {problem.path for problem in found}
    for question in questions:
        if question.path in kept and question.path not in known:
            found.append(Problem(question.path, CHECK_INPUT, "invalid", question.by[0]))
    return found


def _page(
    key: str,
    questions: Sequence[Question],
    answers: Mapping[str, Any],
    kept: Mapping[str, Any],
    problems: Sequence[Problem],
    confirm: Collection[str],
) -> Page:
    person = key.partition(".")[2]
    paths = {question.path for question in questions}
    here = tuple(problem for problem in problems if problem.path in paths)
    shown = [was_shown(answers, path) or path in kept for path in sorted(paths)]
    looked_at = not paths.intersection(confirm)
    state: State = "done" if all(shown) and not here and looked_at else "part" if any(shown) else "todo"
    return Page(key, questions[0].field.section.title, tuple(questions), state, person, here)


def _roster(name: Field, answers: Mapping[str, Any], kept: Mapping[str, Any], problems: Sequence[Problem]) -> Page:
    people = answers.get(ROSTER) or []
    paths = {f"{ROSTER}.{person['id']}.{name.name}" for person in people}
    here = tuple(problem for problem in problems if problem.path == ROSTER or problem.path in paths)
    named = [person for person in people if person.get(name.name)]
    whole = bool(named) and len(named) == len(people) and not here and not paths & set(kept)
    return Page(ROSTER, N_("手続に関わる方のお名前"), (), "done" if whole else "part" if named else "todo", "", here)


def _roster_place(pages: Sequence[Page]) -> int:
    """Before the first page that points to a person or is about one."""
    for index, page in enumerate(pages):
        if page.person or any(question.field.kind.code == "person" for question in page.questions):
            return index
    return len(pages)


def was_shown(answers: Mapping[str, Any], path: str) -> bool:
    """Rule 9: a key with None was shown and left empty; no key was never shown."""
    parts = path.split(".")
    if look_up(answers, path) is not None:
        return True
    section = answers.get(parts[0])
    if len(parts) == 3:
        section = next((item for item in section or () if item.get("id") == parts[1]), None)
    return isinstance(section, Mapping) and parts[-1] in section
