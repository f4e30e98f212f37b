"""the lines that readers learn from, and the versions of what they learnt"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seen_line",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("form_id", sa.String(length=17), nullable=False),
        sa.Column("reading_id", sa.String(length=17), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("weights", sa.String(length=8), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ward", "form_id"], ["paper_form.ward", "paper_form.id"], name=op.f("fk_seen_line_ward_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["ward", "reading_id"], ["reading.ward", "reading.id"], name=op.f("fk_seen_line_ward_reading_id")
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_seen_line_ward")),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_seen_line")),
        sa.UniqueConstraint("ward", "reading_id", "position", name=op.f("uq_seen_line_ward_reading_id_position")),
    )
    op.create_index("ix_seen_line_form", "seen_line", ["ward", "form_id"])
    op.create_table(
        "memory_line",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("form_id", sa.String(length=17), nullable=False),
        sa.Column("key_id", sa.String(length=17), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("held_out", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("weights", sa.String(length=8), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("looked", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("labels", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ward", "form_id"], ["paper_form.ward", "paper_form.id"], name=op.f("fk_memory_line_ward_form_id")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["vault_key.id"], name=op.f("fk_memory_line_key_id")),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_memory_line_ward")),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_memory_line")),
    )
    op.create_index("ix_memory_line_form", "memory_line", ["ward", "form_id"])
    op.create_index("ix_memory_line_order", "memory_line", ["ward", "held_out", "confirmed_at", "id"])
    op.create_table(
        "memory_version",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=True),
        sa.Column("held_off", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("lines", "sheets", "added", "gone", "held_lines", "held_sheets",
                         "right_before", "right_after", "won", "lost")
        ),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_memory_version_ward")),
        sa.PrimaryKeyConstraint("ward", "number", name=op.f("pk_memory_version")),
    )
    op.create_index("ix_paper_form_bundle", "paper_form", ["bundle_id"])


def downgrade() -> None:
    op.drop_index("ix_paper_form_bundle", table_name="paper_form")
    op.drop_table("memory_version")
    op.drop_table("memory_line")
    op.drop_table("seen_line")
