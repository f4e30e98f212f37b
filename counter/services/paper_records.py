"""A record as paper holds it: every field by its record path, list rows as they stand, and what the judge says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from forms.bundle import Bundle
from forms.gather import gather
from forms.messages import Message
from forms.model import About, Ask, Field, Procedure, Question

MOST_ROWS = 30

Record = dict[str, Any]


def questions(procedure: Procedure, rows: Mapping[str, int]) -> Iterator[tuple[Question, str]]:
    """Every field the paper has, in its order, named by record path; with the heading it stands under."""
    for item in procedure.asks:
        if isinstance(item, Ask):
            yield _question(procedure, item.field.key, item), ""
        elif isinstance(item.who, Field):
            for ask in item.asks:
                yield _question(procedure, f"{item.record_key}.{ask.field.name}", ask), f"{item.label}の"
        else:
            for row in range(min(rows.get(item.record_key, item.rows), MOST_ROWS)):
                for ask in item.asks:
                    path = f"{item.record_key}.{row}.{ask.field.name}"
                    yield _question(procedure, path, ask), f"{item.label}{row + 1}の"


def fields(procedure: Procedure) -> Iterator[tuple[Question, str]]:
    """Every field with as many rows of each list as anybody may fill."""
    return questions(procedure, {about.record_key: MOST_ROWS for about in lists(procedure)})


def lists(procedure: Procedure) -> tuple[About, ...]:
    """The lists a clerk may lengthen."""
    return tuple(about for about in procedure.abouts if not isinstance(about.who, Field))


def rows_of(procedure: Procedure, record: Mapping[str, Any], asked: Mapping[str, int]) -> dict[str, int]:
    return {
        about.record_key: min(
            MOST_ROWS,
            max(asked.get(about.record_key, 0), len(record.get(about.record_key) or ()), 1 if asked else about.rows),
        )
        for about in lists(procedure)
    }


def _question(procedure: Procedure, path: str, ask: Ask) -> Question:
    """Not marked as required: the judge says what is missing, once conditions are known."""
    return Question(path, ask.field, False, (procedure.code,), ((procedure.code, path),))


def judge(procedure: Procedure, record: Mapping[str, Any]) -> dict[str, Message]:
    """What the same rules as on the web say about a record, by record path; "" for what has no field of its own."""
    dense, before = compact(procedure, record)
    answers = gather(procedure, dense)
    bundle = Bundle((procedure,))
    lands = {question.path: path for question in bundle.asked(answers) for code, path in question.lands}
    told: dict[str, Message] = {}
    for problem in bundle.problems(answers):
        path = lands.get(problem.path) or _nearest(procedure, problem.path)
        told.setdefault(stood(path, before), problem.message)
    return told


def _nearest(procedure: Procedure, path: str) -> str:
    """A problem with a pointer to a person stands at the first field of that person."""
    for about in procedure.abouts:
        if isinstance(about.who, Field) and about.who.key == path and about.asks:
            return f"{about.record_key}.{about.asks[0].field.name}"
    return ""


def put(record: Record, path: str, value: Any) -> None:
    """Write a value at a record path; rows of a list are made as needed."""
    parts = path.split(".")
    if len(parts) == 3 and parts[1].isdigit():
        rows = record.setdefault(parts[0], [])
        while len(rows) <= int(parts[1]):
            rows.append({})
        rows[int(parts[1])][parts[2]] = value
    else:
        record.setdefault(parts[0], {})[parts[1]] = value


def record_from(procedure: Procedure, values: Mapping[str, Any]) -> Record:
    """The record of what a form says, row by row as it stands there."""
    record: Record = {}
    for path, value in values.items():
        if value not in (None, "", [], {}):
            put(record, path, value)
    return record


def compact(procedure: Procedure, record: Mapping[str, Any]) -> tuple[Record, dict[str, str]]:
    """The record without rows in which nothing stands, and where each of its lists' rows stood before."""
    dense: Record = dict(record)
    before: dict[str, str] = {}
    for about in lists(procedure):
        key = about.record_key
        filled = [(number, row) for number, row in enumerate(record.get(key) or ()) if row]
        if key in dense:
            dense[key] = [row for _, row in filled]
        before |= {f"{key}.{new}": f"{key}.{old}" for new, (old, _) in enumerate(filled)}
    return {key: content for key, content in dense.items() if content}, before


def stood(path: str, before: Mapping[str, str]) -> str:
    """Where a path of the compacted record stood before."""
    row, _, name = path.rpartition(".")
    return f"{before[row]}.{name}" if row in before else path


def paths(record: Mapping[str, Any]) -> Iterator[str]:
    """The record path of every value."""
    for key, content in record.items():
        if isinstance(content, list):
            for row, member in enumerate(content):
                yield from (f"{key}.{row}.{name}" for name in member)
        else:
            yield from (f"{key}.{name}" for name in content)
