"""Find the work orders of a contractor.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa

from app.db.indexes import drop_index, make_index

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

INDEX = "ix_work_orders_contractor"


def upgrade() -> None:
    """Apply."""
    columns, held = ["contractor_id", "status"], sa.text("contractor_id IS NOT NULL")
    make_index(INDEX, "work_orders", columns, where=held)


def downgrade() -> None:
    """Undo."""
    drop_index(INDEX, "work_orders")
