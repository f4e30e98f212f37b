"""what acceptance was worth"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("reading") as batch_op:
        batch_op.add_column(sa.Column("spot_check", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("correction") as batch_op:
        batch_op.add_column(sa.Column("procedure", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("accepted", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("spot_check", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("seconds", sa.Double(), nullable=True))
        batch_op.create_index("ix_correction_time", ["ward", "at", "id"])


def downgrade() -> None:
    with op.batch_alter_table("correction") as batch_op:
        batch_op.drop_index("ix_correction_time")
        batch_op.drop_column("seconds")
        batch_op.drop_column("spot_check")
        batch_op.drop_column("accepted")
        batch_op.drop_column("procedure")
    with op.batch_alter_table("reading") as batch_op:
        batch_op.drop_column("spot_check")
