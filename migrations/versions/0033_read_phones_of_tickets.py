"""Keep the telephone numbers of a ticket in the one form in which they are found again.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

COLUMNS = ("caller_e164", "contact_e164")


def upgrade() -> None:
    """Apply; the numbers there are, are read by the next migration, which locks nothing."""
    for name in COLUMNS:
        op.add_column("tickets", sa.Column(name, sa.String(20), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        for name in COLUMNS:
            batch_op.drop_column(name)
