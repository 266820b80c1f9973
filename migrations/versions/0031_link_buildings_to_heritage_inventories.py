"""Link buildings to an inventory of heritage.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("buildings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("heritage_ref", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("heritage_url", sa.String(length=300), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("buildings", schema=None) as batch_op:
        batch_op.drop_column("heritage_url")
        batch_op.drop_column("heritage_ref")
