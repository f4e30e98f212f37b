"""Default deny: a session sees rows of wards only after it was told whose, and then only those."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import TableClause, TextClause, event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors

from counter.models.base import WardOwned

EVERY_WARD = "*"
_KEY = "ward"


class NoTenant(Exception):
    """A query on ward-owned rows before the session was told which ward it works for."""


class WrongTenant(Exception):
    """A row of another ward was to be written."""


def tenant(session: Session, ward: str) -> AbstractContextManager[None]:
    """From here on this session sees `ward` alone; as a `with` block, until its end."""
    return _work_for(session, ward)


def all_wards(session: Session, reason: str) -> AbstractContextManager[None]:
    """For the few verbs that serve several wards at once; the reason is for the reader of the code."""
    if not reason:
        raise ValueError("say why every ward is needed")
    return _work_for(session, EVERY_WARD)


def current(session: Session) -> str | None:
    ward: str | None = session.info.get(_KEY)
    return ward


def _work_for(session: Session, ward: str) -> AbstractContextManager[None]:
    before = current(session)
    session.info[_KEY] = ward

    @contextmanager
    def until() -> Iterator[None]:
        try:
            yield
        finally:
            session.info[_KEY] = before

    return until()


def guard(sessions: type[Session] | Any) -> None:
    """Put the filter on a session factory."""
    event.listen(sessions, "do_orm_execute", _filter)
    event.listen(sessions, "before_flush", _check_writes)


def _filter(state: ORMExecuteState) -> None:
    if isinstance(state.statement, TextClause):
        _refuse_text(state.statement)
        return
    ward = current(state.session)
    if ward == EVERY_WARD or state.is_column_load:
        return
    if (ward is None or not state.is_orm_statement) and not _touches_wards(state):
        return
    if ward is None:
        raise NoTenant(f"say tenant() or all_wards() before: {state.statement}")
    if (state.is_insert or state.is_update) and _touches_wards(state):
        _check_rows(state, ward)
    if state.is_insert:
        return
    if not state.is_orm_statement:
        raise NoTenant(f"select mapped classes, not bare tables, of ward-owned rows: {state.statement}")
    state.statement = state.statement.options(
        with_loader_criteria(WardOwned, lambda owned: owned.ward == ward, include_aliases=True)
    )


def _touches_wards(state: ORMExecuteState) -> bool:
    return any(
        isinstance(element, TableClause) and element.name in WardOwned.TABLES
        for element in visitors.iterate(state.statement)
    )


def _refuse_text(statement: TextClause) -> None:
    words = set("".join(c if c.isalnum() or c == "_" else " " for c in statement.text.lower()).split())
    if found := words & WardOwned.TABLES:
        raise NoTenant(f"textual SQL on ward-owned {', '.join(sorted(found))}")


def _check_rows(state: ORMExecuteState, ward: str) -> None:
    """Rows given one by one must be of this ward; an UPDATE of many may not move them to another."""
    one_by_one = state.is_insert or isinstance(state.parameters, list)
    parameters = state.parameters or state.statement.compile().params
    rows: list[Mapping[str, Any]] = [parameters] if isinstance(parameters, Mapping) else list(parameters)
    wards = {value for row in rows for name, value in row.items() if name == "ward" or name.startswith("ward_m")}
    if wards != {ward} and (one_by_one or wards):
        raise WrongTenant(f"a session of {ward} writes rows of {sorted(map(str, wards)) or 'no ward'}")


def _check_writes(session: Session, context: UOWTransaction, instances: Any) -> None:
    ward = current(session)
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, WardOwned) or ward == EVERY_WARD:
            continue
        if ward is None:
            raise NoTenant(f"say tenant() or all_wards() before writing {type(row).__name__}")
        if row.ward != ward:
            raise WrongTenant(f"a session of {ward} writes a {type(row).__name__} of {row.ward}")
