"""What wards set for procedures: read for every journey and at the door, changed by a ward's own staff."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import tenancy
from counter.models.organisation import BackOffice
from counter.models.overlay import Overlay as Row
from counter.services import audit
from counter.services.writing import insert
from forms.bundle import Overlays
from forms.model import Procedure
from forms.overlays import Overlay, WrongOverlay, derive, dump, load
from forms.procedures import CATALOGUE


class Conflict(Exception):
    """Somebody else changed the settings since they were shown; nothing was written."""


def of(session: Session, codes: Sequence[str]) -> Overlays:
    """What every ward made of these procedures. One statement."""
    return derived(found(session, codes))


def found(session: Session, codes: Sequence[str]) -> dict[tuple[str, str], Overlay]:
    """The settings in force by (code, ward), for pages that show notes or who offers what. One statement."""
    return {(row.procedure, row.ward): _load(row) for row in _current(session, codes)}


def derived(settings: Mapping[tuple[str, str], Overlay]) -> Overlays:
    """The definitions that settings lead to; None where a ward does not take the procedure here."""
    return {
        at: _derive(one.ward, one.procedure, json.dumps(dump(one), ensure_ascii=False, sort_keys=True))
        for at, one in settings.items()
        if one.procedure in CATALOGUE
    }


def offered(session: Session, code: str, ward: str) -> bool:
    """Whether a ward takes this procedure here."""
    overlay = found(session, [code]).get((code, ward))
    return overlay is None or overlay.offered


def of_ward(session: Session, ward: str) -> dict[str, tuple[Overlay, int]]:
    """Procedure → its settings in one ward and their version."""
    with tenancy.tenant(session, ward):
        rows = session.scalars(sa.select(Row).where(Row.current.is_(True)).order_by(Row.procedure)).all()
    return {row.procedure: (load(ward, row.procedure, row.content), row.version) for row in rows}


def history(session: Session, ward: str, code: str) -> list[Row]:
    """Every version of a ward's settings of a procedure, the newest first."""
    with tenancy.tenant(session, ward):
        return list(session.scalars(sa.select(Row).where(Row.procedure == code).order_by(Row.version.desc())))


def change(session: Session, overlay: Overlay, *, seen: int, actor: str) -> int:
    """Put a new version in force; returns its number. Raises Conflict when `seen` is not the latest, WrongOverlay."""
    procedure = CATALOGUE[overlay.procedure]
    derive(procedure, overlay)  # a wrong definition fails here, not in a resident's journey
    _check_office(session, overlay)
    with tenancy.tenant(session, overlay.ward):
        latest = session.scalar(
            sa.select(sa.func.max(Row.version)).where(Row.ward == overlay.ward, Row.procedure == overlay.procedure)
        )
        if (latest or 0) != seen:
            raise Conflict
        session.execute(
            sa.update(Row)
            .where(Row.procedure == overlay.procedure, Row.current.is_(True))
            .values(current=False)
            .execution_options(synchronize_session=False)
        )
        values = {
            "ward": overlay.ward, "procedure": overlay.procedure, "version": seen + 1, "content": dump(overlay),
            "current": True, "by": actor, "at": dt.datetime.now(dt.UTC),
        }  # fmt: skip
        adding = insert(session, Row).values(values).on_conflict_do_nothing().returning(Row.version)
        if session.scalar(adding) is None:  # somebody pressed at the same moment, and has committed
            raise Conflict
    audit.record(
        session, overlay.ward, actor, "overlay.change", overlay.procedure, {"version": seen + 1, "set": dump(overlay)}
    )
    return seen + 1


def version(session: Session, ward: str, code: str, number: int) -> Overlay | None:
    """The settings as they once were."""
    with tenancy.tenant(session, ward):
        row = session.get(Row, (ward, code, number)) if 0 < number < 2**31 else None
    return load(ward, code, row.content) if row is not None else None


def next_name(versions: Iterable[Row], unsaved: Iterable[str]) -> str:
    """A name that no question of the ward's procedure ever had: a key means one thing for ever."""
    used = {one["name"] for row in versions for one in row.content["questions"]} | set(unsaved)
    numbers = [int(name[1:]) for name in used if re.fullmatch(r"q[0-9]{1,4}", name)]
    return f"q{max(numbers, default=0) + 1}"


def option_codes(versions: Iterable[Row]) -> dict[str, dict[str, str]]:
    """The code of every option that a question ever had, by question and Japanese words."""
    found: dict[str, dict[str, str]] = {}
    for row in versions:
        for one in row.content["questions"]:
            found.setdefault(one["name"], {}).update({words["ja"]: code for code, words in one["options"]})
    return found


def _check_office(session: Session, overlay: Overlay) -> None:
    if not overlay.office:
        return
    with tenancy.tenant(session, overlay.ward):
        known = session.scalar(sa.select(BackOffice.code).where(BackOffice.code == overlay.office))
    if known is None:
        raise WrongOverlay("office", "この区にある所管課を選んでください。")


def _current(session: Session, codes: Sequence[str]) -> Sequence[Row]:
    with tenancy.all_wards(session, "a resident may go to any ward, and each may ask its own way"):
        return session.scalars(
            sa.select(Row).where(Row.procedure.in_(codes), Row.current.is_(True)).order_by(Row.procedure, Row.ward)
        ).all()


def _load(row: Row) -> Overlay:
    return load(row.ward, row.procedure, row.content)


@functools.lru_cache(maxsize=2000)
def _derive(ward: str, code: str, content: str) -> Procedure | None:
    """The same object for the same settings, so that digests and walks are made once."""
    overlay = load(ward, code, json.loads(content))
    return derive(CATALOGUE[code], overlay) if overlay.offered else None
