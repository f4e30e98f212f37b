"""documents are searched for 個人番号"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "laid_document",
        sa.Column("blob", sa.String(length=17), nullable=False),
        sa.Column("kept", sa.String(length=17), nullable=False),
        sa.Column("preview", sa.LargeBinary(), nullable=True),
        sa.Column("look", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("blob", name=op.f("pk_laid_document")),
        sa.UniqueConstraint("kept", name=op.f("uq_laid_document_kept")),
    )
    op.create_index("ix_laid_document_look", "laid_document", ["look", "created_at"])
    _queue_what_is_here()


def _queue_what_is_here() -> None:
    """Documents sent before are looked at like new ones; their small pictures are made anew."""
    laid = sa.table("laid_document", *map(sa.column, ("blob", "kept", "look", "tries")),
                    sa.column("created_at", sa.DateTime(timezone=True)))  # fmt: skip
    rows = [sa.table(name, sa.column("blob"), sa.column("preview")) for name in ("draft_file", "application_file")]
    names = sa.union(*(sa.select(row.c.blob) for row in rows)).subquery()
    moment = sa.literal(dt.datetime.now(dt.UTC), sa.DateTime(timezone=True))
    found = sa.select(names.c.blob, names.c.blob, sa.literal("waiting"), sa.literal(0), moment)
    op.execute(sa.insert(laid).from_select(["blob", "kept", "look", "tries", "created_at"], found))
    for row in rows:
        op.execute(sa.update(row).values(preview=sa.literal(b"", sa.LargeBinary())))


def downgrade() -> None:
    op.drop_index("ix_laid_document_look", table_name="laid_document")
    op.drop_table("laid_document")
