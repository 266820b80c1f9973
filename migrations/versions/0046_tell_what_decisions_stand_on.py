"""Remember with tickets, orders and alerts the version that decisions stand on: 0, any of before.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

TABLES = ("tickets", "work_orders", "energy_alerts")
NAME = "decided_version"


def upgrade() -> None:
    """Apply."""
    for table in TABLES:
        op.add_column(table, sa.Column(NAME, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Undo."""
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(NAME)
