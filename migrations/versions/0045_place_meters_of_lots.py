"""Put the meter of a lot in the building of that lot, where a program said none or another.

Must run while the previous release still serves: add first, remove one release later.
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute(
        "UPDATE energy_meters SET building_id ="
        " (SELECT lots.building_id FROM lots WHERE lots.id = energy_meters.lot_id)"
        " WHERE lot_id IS NOT NULL AND (building_id IS NULL OR building_id <>"
        " (SELECT lots.building_id FROM lots WHERE lots.id = energy_meters.lot_id))"
    )


def downgrade() -> None:
    """Undo."""
