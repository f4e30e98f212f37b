"""overlays, and how long reviews take"""

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
    with op.batch_alter_table("paper_form") as batch_op:
        batch_op.add_column(sa.Column("review_seconds", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("review_fields", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("paper_form") as batch_op:
        batch_op.drop_column("review_fields")
        batch_op.drop_column("review_seconds")
    op.drop_table("overlay")
