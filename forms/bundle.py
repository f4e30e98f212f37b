"""ワンストップ申請: several procedures answered at once; asks each fact once and judges what may be submitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from forms.gather import project
from forms.messages import N_, Invalid, Message
from forms.model import Application, Must, Problem, Procedure, Question
from forms.path import Document, Step, Walk, destination, look_up, members, still, valid_answer, walk
from forms.snapshot import digest
from forms.wards import WARDS

NOBODY = N_("「%(list)s」にあたる方がいません。あたる方を加えるか、この手続を外してください。")
NOT_OURS = N_(
    "この住所には、このサービスで届けられる区がありません。東京23区の区名を確かめるか、この手続を外してください。"
)
NOT_OFFERED = N_(
    "%(ward)sでは、この手続をこのサービスで受け付けていません。区役所に問い合わせるか、この手続を外してください。"
)
MISSING = N_("「%(label)s」に答えてください。")

Overlays = Mapping[tuple[str, str], Procedure | None]
"""What wards have made of procedures, by (code, ward): a derived definition, or None where it is switched off."""


class Incomplete(ValueError):
    """The answers do not make applications yet; ``problems`` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problems")


@dataclass(frozen=True)
class Bundle:
    """Procedures filed together, each as if it were filed alone, and each as the ward it goes to asks it."""

    procedures: tuple[Procedure, ...]
    overlays: Overlays

    def __init__(self, procedures: Sequence[Procedure], overlays: Overlays | None = None) -> None:
        object.__setattr__(self, "procedures", tuple(procedures))
        object.__setattr__(self, "overlays", overlays or {})

    @cached_property
    def _by_code(self) -> dict[str, Procedure]:
        return {procedure.code: procedure for procedure in self.procedures}

    def definition(self, code: str, ward: str) -> Procedure:
        """A procedure of the bundle as ``ward`` asks it."""
        return self.overlays.get((code, ward)) or self._by_code[code]

    def definitions(self, answers: Document) -> list[Procedure]:
        """Every definition that the answers lead to: one a ward that differs; the common one while no ward is named."""
        found: list[Procedure] = []
        for procedure in self.procedures:
            wards = _wards(procedure, answers) if self.overlays else ()
            own = {id(one): one for ward in wards for one in (self.definition(procedure.code, ward),)}
            found.extend(own.values() or (procedure,))
        return found

    def asked(self, answers: Document) -> list[Question]:
        """Every question on the path of any procedure, in page order: section by section, person by person.

        Required if any procedure that asks it here requires it; choosing only if all do no more than choose by it.
        """
        answers = still(answers)
        known = answers.asked.get(self._same)
        if known is None:
            known = answers.asked[self._same] = self, tuple(self._asked(answers))
        return list(known[1])

    @cached_property
    def _same(self) -> tuple[int, ...]:
        """What bundles that ask the same have in common; the memory keeps the objects, so their ids stay theirs."""
        own = [one for key in sorted(self.overlays) for one in (self.overlays[key],) if one is not None]
        off = [hash(key) for key in sorted(self.overlays) if self.overlays[key] is None]
        return (*map(id, self.procedures), *map(id, own), *off)

    def _asked(self, answers: Document) -> list[Question]:
        asked_by: dict[str, list[tuple[str, Step]]] = {}
        for procedure, walked in self._walks(answers):
            for step in walked.steps:
                asked_by.setdefault(step.path, []).append((procedure.code, step))
        return sorted(map(_merged, asked_by.values()), key=_page_order(answers, list(asked_by)))

    def problems(self, answers: Document) -> list[Problem]:
        """Why the answers may not be submitted yet, in page order; empty when they may."""
        answers = still(answers)
        questions = self.asked(answers)
        found = [problem for question in questions if (problem := _problem_of(question, answers))]
        for procedure, walked in self._walks(answers):
            found.extend(_empty_lists(procedure, walked))
            found.extend(_broken_musts(procedure, walked, answers))
            found.extend(_not_ours(procedure, answers))
        return [*found, *self._not_offered(answers)]

    def applications(self, answers: Document) -> list[Application]:
        """One application a (procedure, ward); raises Incomplete while there are problems."""
        answers = still(answers)
        problems = self.problems(answers)
        if problems:
            raise Incomplete(problems)
        return [application for procedure in self.procedures for application in self._of(procedure, answers)]

    def _of(self, procedure: Procedure, answers: Document) -> Iterator[Application]:
        to, named = destination(procedure, answers)
        for ward in to.kind.wards(named):
            definition = self.definition(procedure.code, ward)
            record, origins = project(definition, answers)
            if isinstance(named, list):  # an office learns of no other ward that was chosen beside it
                record[to.section.key][to.name] = [ward]
            yield Application(procedure.code, ward, definition.office, digest(definition), record, origins)

    def _not_offered(self, answers: Document) -> Iterator[Problem]:
        for procedure in self.procedures if self.overlays else ():
            for ward in _wards(procedure, answers):
                if self.overlays.get((procedure.code, ward), procedure) is None:
                    message = Message(NOT_OFFERED, (("ward", Message(WARDS[ward].name)),))
                    yield Problem(destination(procedure, answers)[0].key, message, "not-offered", procedure.code)

    def _walks(self, answers: Document) -> list[tuple[Procedure, Walk]]:
        return [(procedure, walk(procedure, answers)) for procedure in self.definitions(answers)]


def _merged(steps: Sequence[tuple[str, Step]]) -> Question:
    """One question of all the steps at one place of the document."""
    first = steps[0][1]
    return Question(
        first.path,
        first.field,
        required=any(step.required for _, step in steps),
        by=tuple(dict.fromkeys(code for code, _ in steps)),
        lands=tuple((code, step.land) for code, step in steps if step.land),
        choosing=all(step.choosing for _, step in steps),
    )


def _wards(procedure: Procedure, answers: Document) -> tuple[str, ...]:
    """The wards that the answers name as its destination, so far."""
    to, named = destination(procedure, answers)
    return to.kind.wards(named) if named is not None else ()


def _page_order(answers: Document, first_asked: list[str]) -> Callable[[Question], Any]:
    asked_at = {path: index for index, path in enumerate(first_asked)}
    places: dict[str, dict[str, int]] = {}

    def key(question: Question) -> tuple[int, str, int, int, int]:
        section, name = question.field.section, question.field.name
        place = 0
        if section.many:
            if section.key not in places:
                places[section.key] = {item["id"]: index for index, item in enumerate(members(answers, section.key))}
            place = places[section.key][question.path.split(".")[1]]
        begins = section.first.index(name) if name in section.first else len(section.first)
        return (section.order, section.key, place, begins, asked_at[question.path])

    return key


def _problem_of(question: Question, answers: Document) -> Problem | None:
    value = look_up(answers, question.path)
    if value is None:
        if not question.required:
            return None
        message = Message(MISSING, (("label", Message(question.field.label)),))
        return Problem(question.path, message, "missing", question.by[0])
    if valid_answer(answers, question.path, question.field) is not None:
        return None
    part, message = "", Message(MISSING, (("label", Message(question.field.label)),))
    try:
        question.field.kind.parse(value.get("as_written", value) if isinstance(value, dict) else value)
    except Invalid as invalid:
        part, message = invalid.part, invalid.message
    except (TypeError, KeyError, AttributeError, ValueError):
        pass
    return Problem(question.path, message, "invalid", question.by[0], part)


def _empty_lists(procedure: Procedure, walked: Walk) -> Iterator[Problem]:
    for group in walked.groups:
        if group.about.required and not group.members and not group.undecided:
            message = Message(NOBODY, (("list", Message(group.about.label)),))
            yield Problem(group.about.section_key, message, "nobody", procedure.code)


def _broken_musts(procedure: Procedure, walked: Walk, answers: Document) -> Iterator[Problem]:
    paths: dict[str, list[str]] = {}
    for step in walked.steps:
        if step.path not in paths.setdefault(step.field.key, []):
            paths[step.field.key].append(step.path)
    fields = {step.path: step.field for step in walked.steps}
    for must in procedure.musts:
        if must.holds.first.section.many:
            pairs = _pairs_in_one_item(must, paths)
        else:
            pairs = [(a, b) for a in paths.get(must.holds.first.key, ()) for b in paths.get(must.holds.second.key, ())]
        for first, second in pairs:
            one, other = valid_answer(answers, first, fields[first]), valid_answer(answers, second, fields[second])
            if one is not None and other is not None and not must.holds.holds(one, other):
                at = second if must.at == must.holds.second else first
                yield Problem(at, Message(must.say), "must", procedure.code)


def _pairs_in_one_item(must: Must, paths: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Two facts of the same member; facts of different people are never held against each other."""
    seconds = {path.rpartition(".")[0]: path for path in paths.get(must.holds.second.key, ())}
    firsts = paths.get(must.holds.first.key, ())
    return [(path, seconds[item]) for path in firsts if (item := path.rpartition(".")[0]) in seconds]


def _not_ours(procedure: Procedure, answers: Document) -> Iterator[Problem]:
    to, named = destination(procedure, answers)
    if named is not None and not to.kind.wards(named):
        yield Problem(to.key, Message(NOT_OURS), "not-ours", procedure.code)
