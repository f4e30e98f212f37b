"""profiles"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("subject_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=17), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["vault_key.id"], name=op.f("fk_account_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("subject_hash", name=op.f("uq_account_subject_hash")),
    )
    op.create_table(
        "account_session",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=17), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_session_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_account_session")),
    )
    with op.batch_alter_table("account_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_session_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_session_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "account_bundle",
        sa.Column("bundle_id", sa.String(length=17), nullable=False),
        sa.Column("account_id", sa.String(length=17), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_bundle_account_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_account_bundle_bundle_id")),
        sa.PrimaryKeyConstraint("bundle_id", name=op.f("pk_account_bundle")),
    )
    with op.batch_alter_table("account_bundle", schema=None) as batch_op:
        batch_op.create_index("ix_account_bundle_recent", ["account_id", "at", "bundle_id"], unique=False)

    op.create_table(
        "account_consent",
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("account_id", sa.String(length=17), nullable=False),
        sa.Column("bundle_id", sa.String(length=17), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_consent_account_id")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_account_consent_bundle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_consent")),
    )
    with op.batch_alter_table("account_consent", schema=None) as batch_op:
        batch_op.create_index("ix_account_consent_recent", ["account_id", "given_at", "id"], unique=False)

    op.create_table(
        "account_look",
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("account_id", sa.String(length=17), nullable=False),
        sa.Column("actor", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_look_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_look")),
    )
    with op.batch_alter_table("account_look", schema=None) as batch_op:
        batch_op.create_index("ix_account_look_recent", ["account_id", "at", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("account_look", schema=None) as batch_op:
        batch_op.drop_index("ix_account_look_recent")

    op.drop_table("account_look")
    with op.batch_alter_table("account_consent", schema=None) as batch_op:
        batch_op.drop_index("ix_account_consent_recent")

    op.drop_table("account_consent")
    with op.batch_alter_table("account_bundle", schema=None) as batch_op:
        batch_op.drop_index("ix_account_bundle_recent")

    op.drop_table("account_bundle")
    with op.batch_alter_table("account_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_session_expires_at"))
        batch_op.drop_index(batch_op.f("ix_account_session_account_id"))

    op.drop_table("account_session")
    op.drop_table("account")
