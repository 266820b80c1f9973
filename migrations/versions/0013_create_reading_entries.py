"""create reading entries.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "energy_reading_entries",
        sa.Column("meter_id", sa.Uuid(), nullable=False),
        sa.Column("register_id", sa.Uuid(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("old_value", sa.Double(), nullable=True),
        sa.Column("quality", sa.SmallInteger(), nullable=False),
        sa.Column("old_values", sa.LargeBinary(), nullable=False),
        sa.Column("old_quality", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("doubt", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_name", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meter_id"],
            ["energy_meters.id"],
            name=op.f("fk_energy_reading_entries_meter_id_energy_meters"),
        ),
        sa.ForeignKeyConstraint(
            ["register_id"],
            ["energy_registers.id"],
            name=op.f("fk_energy_reading_entries_register_id_energy_registers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_energy_reading_entries")),
    )
    with op.batch_alter_table("energy_reading_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_energy_reading_entries_meter_id_entered_at"),
            ["meter_id", "entered_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_energy_reading_entries_register_id_begins_at"),
            ["register_id", "begins_at"],
            unique=False,
        )

    with op.batch_alter_table("energy_reading_conflicts", schema=None) as batch_op:
        batch_op.alter_column("old_value", existing_type=sa.FLOAT(), nullable=True)

    # Registers take their numbers from a counter now, so that two imports never take the same.
    op.execute(
        "INSERT INTO number_counters (series, year, last) "
        "SELECT 'REG', 0, max(number) FROM energy_registers HAVING max(number) IS NOT NULL"
    )


def downgrade() -> None:
    """Undo."""
    op.execute("DELETE FROM number_counters WHERE series = 'REG'")
    op.execute("DELETE FROM energy_reading_conflicts WHERE old_value IS NULL")
    with op.batch_alter_table("energy_reading_conflicts", schema=None) as batch_op:
        batch_op.alter_column("old_value", existing_type=sa.FLOAT(), nullable=False)

    with op.batch_alter_table("energy_reading_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_energy_reading_entries_register_id_begins_at"))
        batch_op.drop_index(batch_op.f("ix_energy_reading_entries_meter_id_entered_at"))

    op.drop_table("energy_reading_entries")
