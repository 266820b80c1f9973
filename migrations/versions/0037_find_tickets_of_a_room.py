"""Find the tickets of a room, and check that the rooms there are exist; others may write meanwhile.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

from app.db.indexes import drop_index, make_index

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

INDEX = "ix_tickets_room_id"


def upgrade() -> None:
    """Apply."""
    make_index(INDEX, "tickets", ["room_id"], where=sa.text("room_id IS NOT NULL"))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE tickets VALIDATE CONSTRAINT fk_tickets_room_id_rooms")


def downgrade() -> None:
    """Undo."""
    drop_index(INDEX, "tickets")
