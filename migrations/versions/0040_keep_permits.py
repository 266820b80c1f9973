"""Keep permit procedures on land, their parcels and their steps.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "permits",
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("track", sa.String(length=40), nullable=True),
        sa.Column("authority", sa.String(length=160), nullable=False),
        sa.Column("file_number", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("status_since", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("typed_due_on", sa.Date(), nullable=True),
        sa.Column("due_reason", sa.String(length=300), nullable=False),
        sa.Column("lapses_on", sa.Date(), nullable=True),
        sa.Column("typed_lapses_on", sa.Date(), nullable=True),
        sa.Column("lapses_reason", sa.String(length=300), nullable=False),
        sa.Column("due_told_on", sa.Date(), nullable=True),
        sa.Column("lapse_told_on", sa.Date(), nullable=True),
        sa.Column("search_text", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_by_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permits")),
        sa.UniqueConstraint("reference", name=op.f("uq_permits_reference")),
    )
    with op.batch_alter_table("permits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_permits_file_number"), ["file_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_permits_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_permits_lapses_on"), ["lapses_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_permits_region"), ["region"], unique=False)
        batch_op.create_index("ix_permits_status_due", ["status", "due_on"], unique=False)
        batch_op.create_index(
            "ix_permits_reference_upper", [sa.text("upper(reference)")], unique=False
        )

    op.create_table(
        "permit_steps",
        sa.Column("permit_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_name", sa.String(length=120), nullable=False),
        sa.Column("taken_back_reason", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permit_id"], ["permits.id"], name=op.f("fk_permit_steps_permit_id_permits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permit_steps")),
        sa.UniqueConstraint(
            "permit_id", "position", name=op.f("uq_permit_steps_permit_id_position")
        ),
    )
    op.create_table(
        "permit_parcels",
        sa.Column("permit_id", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parcel_id"],
            ["land_parcels.id"],
            name=op.f("fk_permit_parcels_parcel_id_land_parcels"),
        ),
        sa.ForeignKeyConstraint(
            ["permit_id"], ["permits.id"], name=op.f("fk_permit_parcels_permit_id_permits")
        ),
        sa.PrimaryKeyConstraint("permit_id", "parcel_id", name=op.f("pk_permit_parcels")),
    )
    with op.batch_alter_table("permit_parcels", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_permit_parcels_parcel_id"), ["parcel_id"], unique=False
        )


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("permit_parcels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_permit_parcels_parcel_id"))

    op.drop_table("permit_parcels")
    op.drop_table("permit_steps")
    with op.batch_alter_table("permits", schema=None) as batch_op:
        batch_op.drop_index("ix_permits_reference_upper")
        batch_op.drop_index("ix_permits_status_due")
        batch_op.drop_index(batch_op.f("ix_permits_region"))
        batch_op.drop_index(batch_op.f("ix_permits_lapses_on"))
        batch_op.drop_index(batch_op.f("ix_permits_kind"))
        batch_op.drop_index(batch_op.f("ix_permits_file_number"))

    op.drop_table("permits")
