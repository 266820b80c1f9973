"""Call the pictures there are photos, apart from the column: others work meanwhile.

Must run while the previous release still serves: add first, remove one release later.
"""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("UPDATE attachments SET document_kind = 'photo' WHERE media_type LIKE 'image/%'")


def downgrade() -> None:
    """Undo."""
