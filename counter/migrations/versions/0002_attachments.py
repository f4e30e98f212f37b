"""attachments; which characters an office's system can hold"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft_file",
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("draft_id", sa.String(length=17), nullable=False),
        sa.Column("blob", sa.String(length=17), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("preview", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_file_draft_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_file")),
    )
    op.create_index(op.f("ix_draft_file_draft_id"), "draft_file", ["draft_id"])
    op.create_index(op.f("ix_draft_file_blob"), "draft_file", ["blob"])
    op.create_table(
        "application_file",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("application_id", sa.String(length=17), nullable=False),
        sa.Column("item", sa.String(length=17), nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("blob", sa.String(length=17), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("preview", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_application_file_ward")),
        sa.ForeignKeyConstraint(
            ["ward", "application_id"],
            ["application.ward", "application.id"],
            name=op.f("fk_application_file_ward_application_id"),
        ),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_application_file")),
    )
    op.create_index(op.f("ix_application_file_blob"), "application_file", ["blob"])
    op.create_index("ix_application_file_of", "application_file", ["ward", "application_id", "created_at", "id"])
    with op.batch_alter_table("back_office") as batch_op:
        batch_op.add_column(sa.Column("characters", sa.String(length=12), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("back_office") as batch_op:
        batch_op.drop_column("characters")
    op.drop_index("ix_application_file_of", table_name="application_file")
    op.drop_index(op.f("ix_application_file_blob"), table_name="application_file")
    op.drop_table("application_file")
    op.drop_index(op.f("ix_draft_file_blob"), table_name="draft_file")
    op.drop_index(op.f("ix_draft_file_draft_id"), table_name="draft_file")
    op.drop_table("draft_file")
