"""Keep development works on land, and their parcels.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "land_works",
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("permit_id", sa.Uuid(), nullable=True),
        sa.Column("no_permit_reason", sa.String(length=300), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("begun_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("contractor_id", sa.Uuid(), nullable=True),
        sa.Column("estimated_cents", sa.BigInteger(), nullable=True),
        sa.Column("real_cents", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("search_text", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contractor_id"], ["parties.id"], name=op.f("fk_land_works_contractor_id_parties")
        ),
        sa.ForeignKeyConstraint(
            ["permit_id"], ["permits.id"], name=op.f("fk_land_works_permit_id_permits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_land_works")),
        sa.UniqueConstraint("reference", name=op.f("uq_land_works_reference")),
    )
    with op.batch_alter_table("land_works", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_land_works_contractor_id"), ["contractor_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_land_works_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_land_works_permit_id"), ["permit_id"], unique=False)
        batch_op.create_index("ix_land_works_reference_upper", [sa.text("upper(reference)")])
        batch_op.create_index(batch_op.f("ix_land_works_planned_on"), ["planned_on"], unique=False)

    op.create_table(
        "land_work_parcels",
        sa.Column("work_id", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parcel_id"],
            ["land_parcels.id"],
            name=op.f("fk_land_work_parcels_parcel_id_land_parcels"),
        ),
        sa.ForeignKeyConstraint(
            ["work_id"], ["land_works.id"], name=op.f("fk_land_work_parcels_work_id_land_works")
        ),
        sa.PrimaryKeyConstraint("work_id", "parcel_id", name=op.f("pk_land_work_parcels")),
    )
    with op.batch_alter_table("land_work_parcels", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_land_work_parcels_parcel_id"), ["parcel_id"], unique=False
        )


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("land_work_parcels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_land_work_parcels_parcel_id"))

    op.drop_table("land_work_parcels")
    with op.batch_alter_table("land_works", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_land_works_planned_on"))
        batch_op.drop_index("ix_land_works_reference_upper")
        batch_op.drop_index(batch_op.f("ix_land_works_permit_id"))
        batch_op.drop_index(batch_op.f("ix_land_works_kind"))
        batch_op.drop_index(batch_op.f("ix_land_works_contractor_id"))

    op.drop_table("land_works")
