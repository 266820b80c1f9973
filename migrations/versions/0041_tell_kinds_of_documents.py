"""Tell what each document is; until somebody says it, it is another one.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    kind = sa.Column("document_kind", sa.String(length=20), server_default="other", nullable=False)
    op.add_column("attachments", kind)


def downgrade() -> None:
    """Undo."""
    op.drop_column("attachments", "document_kind")
