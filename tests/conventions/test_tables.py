"""Whose the rows of a table are is said, and what is said is true."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from counter import models
from counter.models.base import Base, WardOwned

models.load_all()
MAPPERS = sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)
TABLES = list(Base.metadata.sorted_tables)


@pytest.mark.parametrize("model", [mapper.class_ for mapper in MAPPERS], ids=lambda model: model.__name__)
def test_every_model_says_whose_it_is(model: type[Base]) -> None:
    assert "__ownership__" in vars(model) or issubclass(model, WardOwned), f"{model.__name__}: ward, platform or cross?"
    assert model.__ownership__ in ("ward", "platform", "cross")
    assert (model.__ownership__ == "ward") == issubclass(model, WardOwned)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_belongs_to_a_model_or_says_whose_it_is(table: sa.Table) -> None:
    mapped = {mapper.local_table for mapper in MAPPERS}
    assert table in mapped or table.info.get("ownership") in ("platform", "cross")


@pytest.mark.parametrize("table", [table for table in TABLES if table.name in WardOwned.TABLES], ids=lambda t: t.name)
def test_a_wards_row_has_the_ward_in_its_key_and_in_what_points_to_it(table: sa.Table) -> None:
    assert table.primary_key.columns.keys()[0] == "ward"
    for constraint in table.foreign_key_constraints:
        if constraint.referred_table.name in WardOwned.TABLES:
            assert "ward" in constraint.column_keys, f"{constraint.name} could point into another ward"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_nobody_else_points_at_a_wards_row_without_naming_the_ward(table: sa.Table) -> None:
    for constraint in table.foreign_key_constraints:
        if constraint.referred_table.name in WardOwned.TABLES:
            assert len(constraint.column_keys) >= 2


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_moments_know_their_zone(table: sa.Table) -> None:
    naive = [
        column.name for column in table.columns if isinstance(column.type, sa.DateTime) and not column.type.timezone
    ]
    assert not naive


def test_models_live_in_the_package_that_loads_them_all() -> None:
    assert {Path(mapper.class_.__module__.replace(".", "/")).parent for mapper in MAPPERS} == {Path("counter/models")}
