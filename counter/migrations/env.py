"""What Alembic runs: on the connection it is handed, for our tables alone (the job engine keeps its own)."""

from typing import Any

from alembic import context

from counter import models
from counter.models.base import Base, Moment

models.load_all()


def _ours(name: str | None, kind: str, _: Any) -> bool:
    return kind != "table" or name in Base.metadata.tables


def _render(kind: str, item: Any, _: Any) -> str | bool:
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_name=_ours,
    render_item=_render,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
