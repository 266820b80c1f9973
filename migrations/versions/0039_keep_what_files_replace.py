"""Keep what each file of readings replaces, so that the file can be taken back.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

import app.db.types

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

BATCHES = "energy_ingest_batches"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "energy_reading_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("interval_minutes", sa.Integer(), nullable=False),
        sa.Column("first_register", sa.Integer(), nullable=False),
        sa.Column("last_register", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_energy_reading_changes")),
    )
    op.create_index(
        op.f("ix_energy_reading_changes_batch_id"), "energy_reading_changes", ["batch_id"]
    )
    no, none = sa.false(), sa.text("''")
    columns = (
        sa.Column("keeps_changes", sa.Boolean(), server_default=no, nullable=False),
        sa.Column("undone_at", app.db.types.UtcDateTime(), nullable=True),
        sa.Column("undone_by_name", sa.String(120), server_default=none, nullable=False),
        sa.Column("undone_reason", sa.String(300), server_default=none, nullable=False),
    )
    for column in columns:
        op.add_column(BATCHES, column)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table(BATCHES, schema=None) as batch_op:
        for name in ("undone_reason", "undone_by_name", "undone_at", "keeps_changes"):
            batch_op.drop_column(name)
    op.drop_table("energy_reading_changes")
