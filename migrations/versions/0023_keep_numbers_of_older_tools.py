"""Keep the number that a ticket or a work order had in an older tool.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = ("tickets", "work_orders")


def upgrade() -> None:
    """Apply."""
    for table in TABLES:
        op.add_column(table, sa.Column("external_ref", sa.String(60), nullable=True))
    with op.get_context().autocommit_block():
        for table in TABLES:
            op.create_index(
                f"ix_{table}_external_ref",
                table,
                ["external_ref"],
                unique=True,
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    """Undo."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_external_ref", table_name=table)
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("external_ref")
