"""duplicates and watched folders"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("batch") as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(length=10), nullable=False, server_default="upload"))
        batch_op.add_column(sa.Column("state", sa.String(length=10), nullable=False, server_default="running"))
    with op.batch_alter_table("scan_file") as batch_op:
        batch_op.add_column(sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=True))
        batch_op.add_column(sa.Column("twin_id", sa.String(length=17), nullable=True))
        batch_op.add_column(sa.Column("origin", sa.LargeBinary(length=16), nullable=True))
        batch_op.create_unique_constraint(op.f("uq_scan_file_ward_origin"), ["ward", "origin"])
        batch_op.create_index("ix_scan_file_fingerprint", ["ward", "fingerprint"])
        batch_op.create_index("ix_scan_file_waiting", ["state", "ward"])
    with op.batch_alter_table("paper_form") as batch_op:
        batch_op.add_column(sa.Column("twin_id", sa.String(length=17), nullable=True))
        batch_op.add_column(sa.Column("twin_why", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("twin_settled_by", sa.String(length=80), nullable=True))
        batch_op.create_index("ix_paper_form_batch", ["ward", "batch_id", "created_at", "id"])
    with op.batch_alter_table("scan_page") as batch_op:
        batch_op.add_column(sa.Column("trace", sa.LargeBinary(), nullable=True))
        batch_op.create_index("ix_scan_page_batch", ["ward", "batch_id", "created_at"])


def downgrade() -> None:
    with op.batch_alter_table("scan_page") as batch_op:
        batch_op.drop_index("ix_scan_page_batch")
        batch_op.drop_column("trace")
    with op.batch_alter_table("paper_form") as batch_op:
        batch_op.drop_index("ix_paper_form_batch")
        batch_op.drop_column("twin_settled_by")
        batch_op.drop_column("twin_why")
        batch_op.drop_column("twin_id")
    with op.batch_alter_table("scan_file") as batch_op:
        batch_op.drop_index("ix_scan_file_waiting")
        batch_op.drop_index("ix_scan_file_fingerprint")
        batch_op.drop_constraint(op.f("uq_scan_file_ward_origin"), type_="unique")
        batch_op.drop_column("origin")
        batch_op.drop_column("twin_id")
        batch_op.drop_column("fingerprint")
    with op.batch_alter_table("batch") as batch_op:
        batch_op.drop_column("state")
        batch_op.drop_column("source")
