"""codes and counter sessions"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counter_session",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("how", sa.String(length=10), nullable=True),
        sa.Column("screen_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("screen_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft_id", sa.String(length=17), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_how", sa.String(length=10), nullable=True),
        sa.Column("checked_version", sa.Integer(), nullable=True),
        sa.Column("identity", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_counter_session_ward")),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_counter_session")),
        sa.UniqueConstraint("screen_hash", name=op.f("uq_counter_session_screen_hash")),
    )
    op.create_index("ix_counter_session_open", "counter_session", ["ward", "actor", "ended_at"])
    op.create_table(
        "draft_holder",
        sa.Column("draft_id", sa.String(length=17), nullable=False),
        sa.Column("owner_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_holder_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "owner_hash", name=op.f("pk_draft_holder")),
    )
    op.create_index("ix_draft_holder_owner", "draft_holder", ["owner_hash"])
    op.create_table(
        "take_away",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("draft_id", sa.String(length=17), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_take_away_draft_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_take_away")),
    )
    op.create_index(op.f("ix_take_away_draft_id"), "take_away", ["draft_id"])
    op.create_table(
        "printed_sheet",
        sa.Column("serial", sa.String(length=17), nullable=False),
        sa.Column("nonce", sa.String(length=80), nullable=False),
        sa.Column("procedure", sa.String(length=40), nullable=False),
        sa.Column("addressee", sa.String(length=6), nullable=True),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_printed_sheet")),
    )
    op.create_table(
        "filed",
        sa.Column("nonce", sa.String(length=80), nullable=False),
        sa.Column("procedure", sa.String(length=40), nullable=False),
        sa.Column("bundle_id", sa.String(length=17), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_filed_bundle_id")),
        sa.PrimaryKeyConstraint("nonce", "procedure", name=op.f("pk_filed")),
    )
    with op.batch_alter_table("draft") as batch_op:
        batch_op.add_column(sa.Column("counter_session", sa.String(length=17), nullable=True))
        batch_op.add_column(sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("draft") as batch_op:
        batch_op.drop_column("held_until")
        batch_op.drop_column("counter_session")
    op.drop_table("filed")
    op.drop_table("printed_sheet")
    op.drop_table("take_away")
    op.drop_table("draft_holder")
    op.drop_table("counter_session")
