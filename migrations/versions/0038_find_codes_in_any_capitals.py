"""Find buildings, lots, plant, land and parties by their codes whatever the capitals.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa

from app.db.indexes import drop_index, make_index

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

CODES = (
    ("buildings", "code"),
    ("lots", "reference"),
    ("installations", "code"),
    ("land_parcels", "reference"),
    ("parties", "reference"),
)


def upgrade() -> None:
    """Apply."""
    for table, column in CODES:
        make_index(f"ix_{table}_{column}_upper", table, [sa.text(f"upper({column})")])


def downgrade() -> None:
    """Undo."""
    for table, column in reversed(CODES):
        drop_index(f"ix_{table}_{column}_upper", table)
