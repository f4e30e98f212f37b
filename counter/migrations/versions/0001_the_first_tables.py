"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_chain",
        sa.Column("chain", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_chain")),
    )
    op.create_table(
        "audit_event",
        sa.Column("chain", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=True),
        sa.Column("object_id", sa.String(length=80), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("chain", "sequence", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_object_id"), ["object_id"], unique=False)

    op.create_table(
        "bundle",
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("nonce", sa.String(length=80), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle")),
        sa.UniqueConstraint("nonce", name=op.f("uq_bundle_nonce")),
    )
    op.create_table(
        "company",
        sa.Column("corporate_number", sa.String(length=13), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("first_filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("corporate_number", name=op.f("pk_company")),
    )
    op.create_table(
        "definition",
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("procedure", sa.String(length=40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_definition")),
    )
    op.create_table(
        "guess",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("window", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window", name=op.f("pk_guess")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("master_fingerprint", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("description", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "sheet",
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("procedure", sa.String(length=40), nullable=False),
        sa.Column("definition_digest", sa.String(length=16), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sheet")),
    )
    op.create_table(
        "vault_key",
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("ward", sa.String(length=6), nullable=True),
        sa.Column("root_of", sa.String(length=8), nullable=True),
        sa.Column("parent_id", sa.String(length=17), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shredded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["vault_key.id"], name=op.f("fk_vault_key_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_key")),
        sa.UniqueConstraint("root_of", name=op.f("uq_vault_key_root_of")),
    )
    op.create_table(
        "ward",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("kana", sa.String(length=40), nullable=False),
        sa.Column("romaji", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ward")),
    )
    op.create_table(
        "worker",
        sa.Column("executor", sa.String(length=100), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("executor", name=op.f("pk_worker")),
    )
    op.create_table(
        "application",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("bundle_id", sa.String(length=17), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(length=40), nullable=False),
        sa.Column("definition_digest", sa.String(length=16), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("routing_reason", sa.Text(), nullable=False),
        sa.Column("routing_inputs", sa.JSON(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("key_id", sa.String(length=17), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("assignee", sa.String(length=64), nullable=True),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_application_bundle_id")),
        sa.ForeignKeyConstraint(
            ["definition_digest"], ["definition.digest"], name=op.f("fk_application_definition_digest")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["vault_key.id"], name=op.f("fk_application_key_id")),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_application_ward")),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_application")),
        sa.UniqueConstraint("bundle_id", "line", name=op.f("uq_application_bundle_id_line")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index("ix_application_queue", ["ward", "office", "status", "received_at", "id"], unique=False)
        batch_op.create_index("ix_application_recent", ["ward", "office", "received_at", "id"], unique=False)

    op.create_table(
        "back_office",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_back_office_ward")),
        sa.PrimaryKeyConstraint("ward", "code", name=op.f("pk_back_office")),
    )
    op.create_table(
        "batch",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("counter_date", sa.Date(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_batch_ward")),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_batch")),
        sa.UniqueConstraint("ward", "nonce", name=op.f("uq_batch_ward_nonce")),
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index("ix_batch_recent", ["ward", "created_at", "id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("owner_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=17), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bundle_id", sa.String(length=17), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["vault_key.id"], name=op.f("fk_draft_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("nonce", name=op.f("uq_draft_nonce")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_owner_hash"), ["owner_hash"], unique=False)

    op.create_table(
        "safety_record",
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("nonce", sa.String(length=80), nullable=False),
        sa.Column("definition_digest", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("key_id", sa.String(length=17), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_token", sa.LargeBinary(length=32), nullable=True),
        sa.Column("kana_token", sa.LargeBinary(length=32), nullable=True),
        sa.Column("birth_token", sa.LargeBinary(length=32), nullable=True),
        sa.Column("phone_token", sa.LargeBinary(length=32), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["vault_key.id"], name=op.f("fk_safety_record_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_record")),
        sa.UniqueConstraint("nonce", name=op.f("uq_safety_record_nonce")),
    )
    with op.batch_alter_table("safety_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_safety_record_kana_token"), ["kana_token"], unique=False)
        batch_op.create_index(batch_op.f("ix_safety_record_name_token"), ["name_token"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("offices", sa.JSON(), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("mf_recovery_codes", sa.JSON(), nullable=True),
        sa.Column("create_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_staff_ward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_staff_fs_uniquifier")),
    )
    op.create_table(
        "delivery",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("application_id", sa.String(length=17), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=100), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.Column("job_id", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ward", "application_id"],
            ["application.ward", "application.id"],
            name=op.f("fk_delivery_ward_application_id"),
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_delivery_ward")),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("ward", "application_id", "office", name=op.f("uq_delivery_ward_application_id_office")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_due", ["state", "next_attempt_at"], unique=False)

    op.create_table(
        "event",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("application_id", sa.String(length=17), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ward", "application_id"],
            ["application.ward", "application.id"],
            name=op.f("fk_event_ward_application_id"),
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_event_ward")),
        sa.PrimaryKeyConstraint("ward", "application_id", "seq", name=op.f("pk_event")),
    )
    op.create_table(
        "scan_file",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("batch_id", sa.String(length=17), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=17), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("blob", sa.String(length=17), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["vault_key.id"], name=op.f("fk_scan_file_key_id")),
        sa.ForeignKeyConstraint(
            ["ward", "batch_id"], ["batch.ward", "batch.id"], name=op.f("fk_scan_file_ward_batch_id")
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_scan_file_ward")),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_scan_file")),
        sa.UniqueConstraint("ward", "batch_id", "position", name=op.f("uq_scan_file_ward_batch_id_position")),
    )
    op.create_table(
        "search_token",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("application_id", sa.String(length=17), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("token", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["ward", "application_id"],
            ["application.ward", "application.id"],
            name=op.f("fk_search_token_ward_application_id"),
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_search_token_ward")),
        sa.PrimaryKeyConstraint("ward", "application_id", "purpose", "token", name=op.f("pk_search_token")),
    )
    with op.batch_alter_table("search_token", schema=None) as batch_op:
        batch_op.create_index("ix_search_token_find", ["ward", "purpose", "token"], unique=False)

    op.create_table(
        "staff_role",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_staff_role_role_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_role_staff_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("staff_id", "role_id", name=op.f("pk_staff_role")),
        info={"ownership": "cross"},
    )
    op.create_table(
        "supplier_registration",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("application_id", sa.String(length=17), nullable=False),
        sa.Column("corporate_number", sa.String(length=13), nullable=False),
        sa.Column("approved_from", sa.Date(), nullable=True),
        sa.Column("approved_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["corporate_number"], ["company.corporate_number"], name=op.f("fk_supplier_registration_corporate_number")
        ),
        sa.ForeignKeyConstraint(
            ["ward", "application_id"],
            ["application.ward", "application.id"],
            name=op.f("fk_supplier_registration_ward_application_id"),
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_supplier_registration_ward")),
        sa.PrimaryKeyConstraint("ward", "application_id", name=op.f("pk_supplier_registration")),
    )
    with op.batch_alter_table("supplier_registration", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_supplier_registration_corporate_number"), ["corporate_number"], unique=False
        )

    op.create_table(
        "inbox_item",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("delivery_id", sa.String(length=17), nullable=False),
        sa.Column("application_id", sa.String(length=17), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ward", "application_id"],
            ["application.ward", "application.id"],
            name=op.f("fk_inbox_item_ward_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["ward", "delivery_id"], ["delivery.ward", "delivery.id"], name=op.f("fk_inbox_item_ward_delivery_id")
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_inbox_item_ward")),
        sa.PrimaryKeyConstraint("ward", "delivery_id", name=op.f("pk_inbox_item")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_inbox_item_delivery_id")),
        sa.UniqueConstraint("ward", "application_id", "office", name=op.f("uq_inbox_item_ward_application_id_office")),
    )
    op.create_table(
        "paper_form",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("batch_id", sa.String(length=17), nullable=False),
        sa.Column("file_id", sa.String(length=17), nullable=False),
        sa.Column("key_id", sa.String(length=17), nullable=False),
        sa.Column("serial", sa.String(length=17), nullable=True),
        sa.Column("procedure", sa.String(length=40), nullable=True),
        sa.Column("sheet_digest", sa.String(length=16), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("bundle_id", sa.String(length=17), nullable=True),
        sa.Column("touched_by", sa.String(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["vault_key.id"], name=op.f("fk_paper_form_key_id")),
        sa.ForeignKeyConstraint(
            ["ward", "batch_id"], ["batch.ward", "batch.id"], name=op.f("fk_paper_form_ward_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["ward", "file_id"], ["scan_file.ward", "scan_file.id"], name=op.f("fk_paper_form_ward_file_id")
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_paper_form_ward")),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_paper_form")),
    )
    with op.batch_alter_table("paper_form", schema=None) as batch_op:
        batch_op.create_index("ix_paper_form_queue", ["ward", "state", "created_at", "id"], unique=False)
        batch_op.create_index("ix_paper_form_serial", ["ward", "serial"], unique=False)

    op.create_table(
        "scan_page",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("batch_id", sa.String(length=17), nullable=False),
        sa.Column("file_id", sa.String(length=17), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.String(length=17), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("blob", sa.String(length=17), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ward", "file_id"], ["scan_file.ward", "scan_file.id"], name=op.f("fk_scan_page_ward_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["ward", "form_id"], ["paper_form.ward", "paper_form.id"], name=op.f("fk_scan_page_ward_form_id")
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_scan_page_ward")),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_scan_page")),
        sa.UniqueConstraint("ward", "file_id", "position", name=op.f("uq_scan_page_ward_file_id_position")),
    )
    with op.batch_alter_table("scan_page", schema=None) as batch_op:
        batch_op.create_index("ix_scan_page_form", ["ward", "form_id", "page"], unique=False)

    op.create_table(
        "reading",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("page_id", sa.String(length=17), nullable=False),
        sa.Column("form_id", sa.String(length=17), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("part", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("crop", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ward", "form_id"], ["paper_form.ward", "paper_form.id"], name=op.f("fk_reading_ward_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["ward", "page_id"], ["scan_page.ward", "scan_page.id"], name=op.f("fk_reading_ward_page_id")
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_reading_ward")),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_reading")),
        sa.UniqueConstraint("ward", "page_id", "key", name=op.f("uq_reading_ward_page_id_key")),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index("ix_reading_form", ["ward", "form_id"], unique=False)

    op.create_table(
        "correction",
        sa.Column("ward", sa.String(length=6), nullable=False),
        sa.Column("id", sa.String(length=17), nullable=False),
        sa.Column("form_id", sa.String(length=17), nullable=False),
        sa.Column("reading_id", sa.String(length=17), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ward", "form_id"], ["paper_form.ward", "paper_form.id"], name=op.f("fk_correction_ward_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["ward", "reading_id"], ["reading.ward", "reading.id"], name=op.f("fk_correction_ward_reading_id")
        ),
        sa.ForeignKeyConstraint(["ward"], ["ward.code"], name=op.f("fk_correction_ward")),
        sa.PrimaryKeyConstraint("ward", "id", name=op.f("pk_correction")),
        sa.UniqueConstraint("ward", "reading_id", name=op.f("uq_correction_ward_reading_id")),
    )


def downgrade() -> None:
    op.drop_table("correction")
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.drop_index("ix_reading_form")

    op.drop_table("reading")
    with op.batch_alter_table("scan_page", schema=None) as batch_op:
        batch_op.drop_index("ix_scan_page_form")

    op.drop_table("scan_page")
    with op.batch_alter_table("paper_form", schema=None) as batch_op:
        batch_op.drop_index("ix_paper_form_serial")
        batch_op.drop_index("ix_paper_form_queue")

    op.drop_table("paper_form")
    op.drop_table("inbox_item")
    with op.batch_alter_table("supplier_registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supplier_registration_corporate_number"))

    op.drop_table("supplier_registration")
    op.drop_table("staff_role")
    with op.batch_alter_table("search_token", schema=None) as batch_op:
        batch_op.drop_index("ix_search_token_find")

    op.drop_table("search_token")
    op.drop_table("scan_file")
    op.drop_table("event")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_due")

    op.drop_table("delivery")
    op.drop_table("staff")
    with op.batch_alter_table("safety_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_safety_record_name_token"))
        batch_op.drop_index(batch_op.f("ix_safety_record_kana_token"))

    op.drop_table("safety_record")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_owner_hash"))
        batch_op.drop_index(batch_op.f("ix_draft_expires_at"))

    op.drop_table("draft")
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_index("ix_batch_recent")

    op.drop_table("batch")
    op.drop_table("back_office")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index("ix_application_recent")
        batch_op.drop_index("ix_application_queue")

    op.drop_table("application")
    op.drop_table("worker")
    op.drop_table("ward")
    op.drop_table("vault_key")
    op.drop_table("sheet")
    op.drop_table("role")
    op.drop_table("installation")
    op.drop_table("guess")
    op.drop_table("definition")
    op.drop_table("company")
    op.drop_table("bundle")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_object_id"))

    op.drop_table("audit_event")
    op.drop_table("audit_chain")
