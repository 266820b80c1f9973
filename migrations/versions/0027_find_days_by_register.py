"""Find the days of one register without reading those of all, and tell new readings apart.

Their key begins with the day, so that a scan of the meters, some at a time, read every block of the
period for each few of them.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = ("energy_reading_days", "energy_index_days")


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "energy_meters",
        sa.Column("readings_version", sa.Integer(), server_default="0", nullable=False),
    )
    with op.get_context().autocommit_block():
        for table in TABLES:
            op.create_index(
                f"ix_{table}_register_day",
                table,
                ["register", "day"],
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    """Undo."""
    with op.get_context().autocommit_block():
        for table in TABLES:
            op.drop_index(
                f"ix_{table}_register_day",
                table_name=table,
                postgresql_concurrently=True,
                if_exists=True,
            )
    with op.batch_alter_table("energy_meters", schema=None) as batch_op:
        batch_op.drop_column("readings_version")
