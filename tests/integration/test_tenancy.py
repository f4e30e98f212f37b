"""One ward never sees another's, whatever the shape of the query; and without a ward nobody sees anything."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from counter import tenancy
from counter.extensions import CounterSession, Store
from counter.models.organisation import BackOffice, Ward
from counter.tenancy import NoTenant, WrongTenant
from tests.conftest import both_backends

KOTO, SHIBUYA = "131083", "131130"
Query = Callable[[], Any]

SHAPES: dict[str, Query] = {
    "entity": lambda: sa.select(BackOffice),
    "column": lambda: sa.select(BackOffice.ward),
    "alias": lambda: sa.select(aliased(BackOffice)),
    "count": lambda: sa.select(sa.func.count()).select_from(BackOffice),
    "subquery": lambda: sa.select(sa.select(BackOffice.ward).subquery().c.ward),
    "cte": lambda: sa.select(sa.select(BackOffice.ward).cte().c.ward),
    "scalar": lambda: sa.select(sa.select(sa.func.count(BackOffice.code)).scalar_subquery()),
    "exists": lambda: sa.select(Ward.code).where(sa.exists().where(BackOffice.ward == Ward.code)),
    "in": lambda: sa.select(Ward.code).where(Ward.code.in_(sa.select(BackOffice.ward))),
    "join": lambda: sa.select(Ward.code).join(BackOffice, BackOffice.ward == Ward.code),
    "outer join": lambda: sa.select(BackOffice.ward).select_from(sa.outerjoin(Ward, BackOffice)),
    "union": lambda: sa.union(sa.select(BackOffice.ward), sa.select(BackOffice.ward)),
    "group": lambda: sa.select(BackOffice.ward, sa.func.count()).group_by(BackOffice.ward),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_without_a_ward_nothing_is_seen(session: CounterSession, shape: str) -> None:
    with pytest.raises(NoTenant):
        session.execute(SHAPES[shape]())


@pytest.mark.parametrize("shape", SHAPES)
@both_backends
def test_a_ward_sees_itself_alone(session: CounterSession, shape: str) -> None:
    tenancy.tenant(session, KOTO)
    mine = len(session.scalars(sa.select(BackOffice)).all())
    found = session.execute(SHAPES[shape]()).all()
    seen = {value.ward if isinstance(value, BackOffice) else value for row in found for value in row}
    foreign = {value for value in seen if isinstance(value, str) and len(value) == 6 and value != KOTO}
    numbers = {value for value in seen if isinstance(value, int)}
    assert not foreign
    assert numbers <= {mine}
    assert found


def test_another_wards_row_is_absent(session: CounterSession) -> None:
    tenancy.tenant(session, KOTO)
    assert session.get(BackOffice, (SHIBUYA, "disaster")) is None
    assert session.get(BackOffice, (KOTO, "disaster")) is not None


def test_a_lazy_look_keeps_the_ward(session: CounterSession) -> None:
    with tenancy.all_wards(session, "test"):
        office = session.get_one(BackOffice, (SHIBUYA, "disaster"))
        session.expire(office)
    tenancy.tenant(session, KOTO)
    assert session.scalars(sa.select(BackOffice.code).where(BackOffice.ward == office.ward)).all() == []


@both_backends
def test_bulk_changes_stay_in_the_ward(store: Store, session: CounterSession) -> None:
    tenancy.tenant(session, KOTO)
    session.execute(sa.update(BackOffice).values(name="変更"))
    session.execute(sa.delete(BackOffice).where(BackOffice.code == "disaster"))
    session.commit()
    with store.scope() as other, tenancy.all_wards(other, "test"):
        assert set(other.scalars(sa.select(BackOffice.ward).where(BackOffice.name == "変更"))) == {KOTO}
        assert other.get(BackOffice, (SHIBUYA, "disaster")) is not None


def test_rows_of_another_ward_are_not_written(session: CounterSession) -> None:
    tenancy.tenant(session, KOTO)
    row = {"ward": SHIBUYA, "code": "new", "name": "x", "way": "inbox"}
    for statement in (sa.insert(BackOffice).values(row), sa.insert(BackOffice).values([row, row])):
        with pytest.raises(WrongTenant):
            session.execute(statement)
    with pytest.raises(WrongTenant):
        session.execute(sa.insert(BackOffice), [{**row, "ward": KOTO}, row])
    session.add(BackOffice(**row))
    with pytest.raises(WrongTenant):
        session.flush()


def test_rows_are_not_written_without_a_ward(session: CounterSession) -> None:
    session.add(BackOffice(ward=KOTO, code="new", name="x"))
    with pytest.raises(NoTenant):
        session.flush()


def test_a_row_does_not_change_its_ward(session: CounterSession) -> None:
    tenancy.tenant(session, KOTO)
    session.get_one(BackOffice, (KOTO, "disaster")).ward = SHIBUYA
    with pytest.raises(WrongTenant):
        session.flush()


def test_bulk_changes_do_not_move_rows(session: CounterSession) -> None:
    tenancy.tenant(session, KOTO)
    with pytest.raises(WrongTenant):
        session.execute(sa.update(BackOffice).values(ward=SHIBUYA))
    with pytest.raises(WrongTenant):
        session.execute(sa.update(BackOffice), [{"ward": SHIBUYA, "code": "disaster", "name": "x"}])
    session.execute(sa.update(BackOffice), [{"ward": KOTO, "code": "disaster", "name": "x"}])


@pytest.mark.parametrize("ward", [None, KOTO])
def test_text_and_bare_tables_are_refused(session: CounterSession, ward: str | None) -> None:
    if ward:
        tenancy.tenant(session, ward)
    for statement in (
        sa.text("SELECT * FROM back_office"),
        sa.text('select name from "Back_Office"'),
        sa.select(BackOffice.__table__),
        sa.select(sa.literal_column("1")).select_from(BackOffice.__table__),
        sa.delete(BackOffice.__table__),
    ):
        with pytest.raises(NoTenant):
            session.execute(statement)


def test_the_ward_ends_with_the_block(session: CounterSession) -> None:
    with tenancy.tenant(session, KOTO):
        with tenancy.all_wards(session, "test"):
            assert len(session.scalars(sa.select(BackOffice.ward).distinct()).all()) == 23
        assert session.scalars(sa.select(BackOffice.ward).distinct()).all() == [KOTO]
    with pytest.raises(NoTenant):
        session.scalars(sa.select(BackOffice))


def test_tables_without_a_ward_need_none(session: CounterSession) -> None:
    assert session.scalar(sa.select(sa.func.count()).select_from(Ward)) == 23
