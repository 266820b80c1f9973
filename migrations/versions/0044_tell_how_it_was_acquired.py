"""Tell how buildings and parcels came to the office, when, and what was asked in return.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

TABLES = ("buildings", "land_parcels")


def upgrade() -> None:
    """Apply; the defaults are for the previous release, which does not write these."""
    unknown, none = sa.text("'unknown'"), sa.text("''")
    for table in TABLES:
        for column in (
            sa.Column("acquisition", sa.String(40), server_default=unknown, nullable=False),
            sa.Column("acquired_on", sa.Date(), nullable=True),
            sa.Column("acquisition_charge", sa.Text(), server_default=none, nullable=False),
        ):
            op.add_column(table, column)


def downgrade() -> None:
    """Undo."""
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in ("acquisition_charge", "acquired_on", "acquisition"):
                batch_op.drop_column(name)
