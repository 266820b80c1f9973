"""Find the days of one register without reading those of all, and tell new readings apart.

Their key begins with the day, so that a scan of the meters, some at a time, read every block of the
period for each few of them.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

from app.db.indexes import drop_index, make_index

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = ("energy_reading_days", "energy_index_days")


def upgrade() -> None:
    """Apply."""
    for table in TABLES:
        make_index(f"ix_{table}_register_day", table, ["register", "day"])
    op.add_column(
        "energy_meters",
        sa.Column("readings_version", sa.Integer(), server_default="0", nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    for table in TABLES:
        drop_index(f"ix_{table}_register_day", table)
    with op.batch_alter_table("energy_meters", schema=None) as batch_op:
        batch_op.drop_column("readings_version")
