"""Let a firm have a work order instead of a technician, and let mails take files with them.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KEY = "fk_work_orders_contractor_id_parties"


def upgrade() -> None:
    """Apply; SQLite takes a foreign key with a new column without making the table anew."""
    default = sa.Column("enclosure", sa.String(40), nullable=False, server_default="")
    op.add_column("outbox_mails", default)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE work_orders ADD COLUMN contractor_id CHAR(32) REFERENCES parties(id)"
        )
    else:
        op.add_column("work_orders", sa.Column("contractor_id", sa.Uuid(), nullable=True))
        columns = (["contractor_id"], ["id"])
        op.create_foreign_key(KEY, "work_orders", "parties", *columns, postgresql_not_valid=True)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("work_orders", schema=None) as batch_op:
        batch_op.drop_column("contractor_id")
    with op.batch_alter_table("outbox_mails", schema=None) as batch_op:
        batch_op.drop_column("enclosure")
