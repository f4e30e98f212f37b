"""one clerk a sheet, second looks"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_rule",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("procedure", sa.String(length=40), nullable=False),
        sa.Column("second_look", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_review_rule_ward")),
        sa.PrimaryKeyConstraint("ward", "procedure", name=op.f("pk_review_rule")),
    )
    with op.batch_alter_table("paper_form") as batch_op:
        batch_op.add_column(sa.Column("held_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("first_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("returned", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("paper_form") as batch_op:
        batch_op.drop_column("returned")
        batch_op.drop_column("first_by")
        batch_op.drop_column("held_until")
        batch_op.drop_column("held_by")
    op.drop_table("review_rule")
