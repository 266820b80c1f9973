"""archive departments and entrances, count versions of floors.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LEAVING = ("departments", "entrances")


def upgrade() -> None:
    """Apply."""
    for table in LEAVING:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
            batch.add_column(sa.Column("archived_by_id", sa.Uuid(), nullable=True))
            batch.create_index(batch.f(f"ix_{table}_archived_at"), ["archived_at"])
    with op.batch_alter_table("floors") as batch:
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("floors") as batch:
        batch.drop_column("version")
    for table in reversed(LEAVING):
        with op.batch_alter_table(table) as batch:
            batch.drop_index(batch.f(f"ix_{table}_archived_at"))
            batch.drop_column("archived_by_id")
            batch.drop_column("archived_at")
