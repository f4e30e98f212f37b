"""notices, links between wards, and visits"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("bundle_id", sa.String(length=17), nullable=False),
        sa.Column("key_id", sa.String(length=17), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_contact_bundle_id")),
        sa.ForeignKeyConstraint(["key_id"], ["vault_key.id"], name=op.f("fk_contact_key_id")),
        sa.PrimaryKeyConstraint("bundle_id", name=op.f("pk_contact")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("bundle_id", sa.String(length=17), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=100), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=100), nullable=True),
        sa.Column("job_id", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_notice_bundle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_bundle", ["bundle_id", "created_at"], unique=False)
        batch_op.create_index("ix_notice_due", ["state", "next_attempt_at"], unique=False)
    op.create_table(
        "visit_booking",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("bundle_id", sa.String(length=17), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("time", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_visit_booking_bundle_id")),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_visit_booking_ward")),
        sa.PrimaryKeyConstraint("ward", "bundle_id", name=op.f("pk_visit_booking")),
    )
    with op.batch_alter_table("visit_booking", schema=None) as batch_op:
        batch_op.create_index("ix_visit_booking_day", ["ward", "day", "state", "time"], unique=False)
        batch_op.create_index("ix_visit_booking_remind", ["day", "state", "reminded_at"], unique=False)
    op.create_table(
        "visit_closure",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_visit_closure_ward")),
        sa.PrimaryKeyConstraint("ward", "office", "day", name=op.f("pk_visit_closure")),
    )
    op.create_table(
        "visit_rule",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=False),
        sa.Column("closes", sa.String(length=5), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_visit_rule_ward")),
        sa.PrimaryKeyConstraint("ward", "office", name=op.f("pk_visit_rule")),
    )
    op.create_table(
        "visit_slot",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("time", sa.String(length=5), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_visit_slot_ward")),
        sa.PrimaryKeyConstraint("ward", "office", "day", "time", name=op.f("pk_visit_slot")),
    )
    op.create_table(
        "link",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("application_id", sa.String(length=17), nullable=False),
        sa.Column("pair", sa.String(length=17), nullable=False),
        sa.Column("clock", sa.String(length=20), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("other_ward", sa.String(length=6), nullable=False),
        sa.Column("other_procedure", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["other_ward"], ["ward.code"], name=op.f("fk_link_other_ward")),
        sa.ForeignKeyConstraint(
            ["ward", "application_id"], ["application.ward", "application.id"], name=op.f("fk_link_ward_application_id")
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_link_ward")),
        sa.PrimaryKeyConstraint("ward", "application_id", "pair", name=op.f("pk_link")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index("ix_link_pair", ["pair"], unique=False)
    op.create_table(
        "notice_about",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("application_id", sa.String(length=17), nullable=False),
        sa.Column("notice_id", sa.String(length=17), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_about_notice_id")),
        sa.ForeignKeyConstraint(
            ["ward", "application_id"],
            ["application.ward", "application.id"],
            name=op.f("fk_notice_about_ward_application_id"),
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_notice_about_ward")),
        sa.PrimaryKeyConstraint("ward", "application_id", "notice_id", name=op.f("pk_notice_about")),
    )
    with op.batch_alter_table("notice_about", schema=None) as batch_op:
        batch_op.create_index("ix_notice_about_notice", ["notice_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("notice_about", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_about_notice")
    op.drop_table("notice_about")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index("ix_link_pair")
    op.drop_table("link")
    op.drop_table("visit_slot")
    op.drop_table("visit_rule")
    op.drop_table("visit_closure")
    with op.batch_alter_table("visit_booking", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_booking_remind")
        batch_op.drop_index("ix_visit_booking_day")
    op.drop_table("visit_booking")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_due")
        batch_op.drop_index("ix_notice_bundle")
    op.drop_table("notice")
    op.drop_table("contact")
