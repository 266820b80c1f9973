"""Let a ticket name a room of a public building.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

KEY = "fk_tickets_room_id_rooms"


def upgrade() -> None:
    """Apply; SQLite takes a foreign key with a new column without making the table anew."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("ALTER TABLE tickets ADD COLUMN room_id CHAR(32) REFERENCES rooms(id)")
    else:
        op.add_column("tickets", sa.Column("room_id", sa.Uuid(), nullable=True))
        columns = (["room_id"], ["id"])
        op.create_foreign_key(KEY, "tickets", "rooms", *columns, postgresql_not_valid=True)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_column("room_id")
