"""Drop the indexes that lead SQLite astray: nearly every row is empty there.

Lists keep what is not archived, and SQLite takes an index of an equal value, NULL being one, before
any other: it read every building of the estate for one square of the map, and sorted all lots to
show fifty. Which party was merged into which is still looked up; only those that were are kept.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLES = (
    "access_codes", "areas", "attachments", "buildings", "closing_days", "comments", "departments",
    "energy_certificates", "energy_meters", "entrances", "installations", "land_parcels", "lots",
    "office_weeks", "parties", "place_warnings", "rooms", "sites", "ticket_rules", "users",
)  # fmt: skip
MERGED = sa.text("merged_into_id IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    with op.get_context().autocommit_block():
        for table in TABLES:
            drop(f"ix_{table}_archived_at", table)
        drop("ix_parties_merged_into_id", "parties")
        create("parties", "merged_into_id", postgresql_where=MERGED, sqlite_where=MERGED)


def downgrade() -> None:
    """Undo."""
    with op.get_context().autocommit_block():
        drop("ix_parties_merged_into_id", "parties")
        create("parties", "merged_into_id")
        for table in TABLES:
            create(table, "archived_at")


def drop(index: str, table: str) -> None:
    """Drop an index while people work."""
    op.drop_index(index, table_name=table, postgresql_concurrently=True, if_exists=True)


def create(table: str, column: str, **where: sa.TextClause) -> None:
    """Make an index while people work."""
    op.create_index(
        f"ix_{table}_{column}",
        table,
        [column],
        postgresql_concurrently=True,
        if_not_exists=True,
        **where,
    )
