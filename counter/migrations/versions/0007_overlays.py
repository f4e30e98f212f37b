"""overlays"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "overlay",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("procedure", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_overlay_ward")),
        sa.PrimaryKeyConstraint("ward", "procedure", "version", name=op.f("pk_overlay")),
    )
    op.create_index("ix_overlay_current", "overlay", ["procedure", "current"])


def downgrade() -> None:
    op.drop_table("overlay")
