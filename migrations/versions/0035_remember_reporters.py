"""Remember which colleague reported a ticket, and which of its deadlines were told.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

MOMENTS = ("near_told_due_at", "missed_told_due_at")


def upgrade() -> None:
    """Apply."""
    op.add_column("tickets", sa.Column("reporter_id", sa.Uuid(), nullable=True))
    for name in MOMENTS:
        op.add_column("tickets", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        for name in (*MOMENTS, "reporter_id"):
            batch_op.drop_column(name)
