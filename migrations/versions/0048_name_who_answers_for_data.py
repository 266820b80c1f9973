"""Let the office name whom people write to about their data.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    column = sa.Column("privacy_contact", sa.String(200), nullable=False, server_default="")
    op.add_column("organisations", column)


def downgrade() -> None:
    """Undo."""
    op.drop_column("organisations", "privacy_contact")
