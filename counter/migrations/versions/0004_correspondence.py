"""correspondence"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column("application", sa.Column("paused_days", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("subject", sa.String(length=10), server_default="filed", nullable=False))
        batch_op.drop_constraint(op.f("uq_delivery_ward_application_id_office"), type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_delivery_ward_application_id_office_revision"), ["ward", "application_id", "office", "revision"]
        )
    with op.batch_alter_table("inbox_item") as batch_op:
        batch_op.drop_constraint(op.f("uq_inbox_item_ward_application_id_office"), type_="unique")
        batch_op.create_index("ix_inbox_item_application", ["ward", "application_id"])
    op.create_table(
        "correction_request",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("application_id", sa.String(length=17), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_revision", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        *_of_an_application("correction_request"),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_correction_request")),
        sa.UniqueConstraint(
            "ward", "application_id", "round", name=op.f("uq_correction_request_ward_application_id_round")
        ),
    )
    op.create_index(
        "ix_correction_request_unread", "correction_request", ["ward", "state", "seen_at", "application_id"]
    )
    op.create_table(
        "former_record",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("application_id", sa.String(length=17), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        *_of_an_application("former_record"),
        sa.PrimaryKeyConstraint("ward", "application_id", "revision", name=op.f("pk_former_record")),
    )
    op.create_table(
        "message",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("application_id", sa.String(length=17), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        *_of_an_application("message"),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_message")),
        sa.UniqueConstraint("ward", "application_id", "nonce", name=op.f("uq_message_ward_application_id_nonce")),
    )
    op.create_index("ix_message_thread", "message", ["ward", "application_id", "at", "id"])
    op.create_index("ix_message_unread", "message", ["ward", "side", "read_at", "application_id"])


def downgrade() -> None:
    for table in ("message", "former_record", "correction_request"):
        op.drop_table(table)
    inbox, delivery = sa.table("inbox_item", sa.column("delivery_id")), _delivery()
    later = sa.select(delivery.c.id).where(delivery.c.revision > 1)
    op.execute(inbox.delete().where(inbox.c.delivery_id.in_(later)))
    op.execute(delivery.delete().where(delivery.c.revision > 1))
    with op.batch_alter_table("inbox_item") as batch_op:
        batch_op.drop_index("ix_inbox_item_application")
        batch_op.create_unique_constraint(
            op.f("uq_inbox_item_ward_application_id_office"), ["ward", "application_id", "office"]
        )
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.drop_constraint(op.f("uq_delivery_ward_application_id_office_revision"), type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_delivery_ward_application_id_office"), ["ward", "application_id", "office"]
        )
        batch_op.drop_column("subject")
        batch_op.drop_column("revision")
    op.drop_column("application", "paused_days")
    op.drop_column("application", "revision")


def _of_an_application(table: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["ward", "application_id"],
            ["application.ward", "application.id"],
            name=op.f(f"fk_{table}_ward_application_id"),
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f(f"fk_{table}_ward")),
    )


def _delivery() -> sa.TableClause:
    return sa.table("delivery", sa.column("id"), sa.column("revision"))
