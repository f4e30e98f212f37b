"""the ward's own paper"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "own_form",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("line", sa.String(length=17), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("procedure", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("recognised", sa.Boolean(), nullable=False),
        sa.Column("key_id", sa.String(length=17), nullable=False),
        sa.Column("source", sa.String(length=17), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("looked_over", sa.Boolean(), nullable=False),
        sa.Column("drawing", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition_digest", sa.String(length=16), nullable=True),
        sa.Column("sheet_digest", sa.String(length=16), nullable=True),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("touched_by", sa.String(length=80), nullable=True),
        sa.Column("touched_at", MOMENT, nullable=True),
        sa.Column("activated_by", sa.String(length=80), nullable=True),
        sa.Column("activated_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_own_form_ward")),
        sa.ForeignKeyConstraint(["key_id"], ["vault_key.id"], name=op.f("fk_own_form_key_id")),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_own_form")),
        sa.UniqueConstraint("ward", "line", "number", name=op.f("uq_own_form_ward_line_number")),
    )
    op.create_index("ix_own_form_recognised", "own_form", ["ward", "recognised"])
    op.create_index("ix_own_form_sheet", "own_form", ["ward", "sheet_digest"])
    op.create_table(
        "own_form_page",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("form_id", sa.String(length=17), nullable=False),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("blob", sa.String(length=17), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_own_form_page_ward")),
        sa.ForeignKeyConstraint(
            ["ward", "form_id"], ["own_form.ward", "own_form.id"], name=op.f("fk_own_form_page_ward_form_id")
        ),
        sa.PrimaryKeyConstraint("ward", "form_id", "page", name=op.f("pk_own_form_page")),
    )
    op.create_table(
        "own_form_trial",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("form_id", sa.String(length=17), nullable=False),
        sa.Column("key_id", sa.String(length=17), nullable=False),
        sa.Column("source", sa.String(length=17), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("blobs", sa.JSON(), nullable=False),
        sa.Column("seen", sa.LargeBinary(), nullable=True),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_own_form_trial_ward")),
        sa.ForeignKeyConstraint(["key_id"], ["vault_key.id"], name=op.f("fk_own_form_trial_key_id")),
        sa.ForeignKeyConstraint(
            ["ward", "form_id"], ["own_form.ward", "own_form.id"], name=op.f("fk_own_form_trial_ward_form_id")
        ),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_own_form_trial")),
    )
    op.create_index("ix_own_form_trial_form", "own_form_trial", ["ward", "form_id", "created_at"])
    op.create_index("ix_paper_form_sheet", "paper_form", ["ward", "sheet_digest", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_paper_form_sheet", "paper_form")
    op.drop_table("own_form_trial")
    op.drop_table("own_form_page")
    op.drop_table("own_form")
