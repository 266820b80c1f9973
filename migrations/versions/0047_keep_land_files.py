"""Keep files of sales, purchases and lettings of land, their parcels and their steps.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "land_deals",
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("use", sa.String(length=40), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("project", sa.String(length=200), nullable=False),
        sa.Column("counterparty", sa.String(length=200), nullable=False),
        sa.Column("notary", sa.String(length=160), nullable=False),
        sa.Column("expected_cents", sa.BigInteger(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("status_since", sa.Date(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("valued_cents", sa.BigInteger(), nullable=True),
        sa.Column("agreed_cents", sa.BigInteger(), nullable=True),
        sa.Column("offer_count", sa.Integer(), nullable=False),
        sa.Column("search_text", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(use IS NULL) = (kind <> 'letting')", name=op.f("ck_land_deals_use_of_lettings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_land_deals")),
        sa.UniqueConstraint("reference", name=op.f("uq_land_deals_reference")),
    )
    with op.batch_alter_table("land_deals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_land_deals_kind"), ["kind"], unique=False)
        batch_op.create_index(
            "ix_land_deals_status_planned", ["status", "planned_on"], unique=False
        )
        batch_op.create_index(
            "ix_land_deals_reference_upper", [sa.text("upper(reference)")], unique=False
        )

    op.create_table(
        "land_deal_steps",
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
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
            ["deal_id"], ["land_deals.id"], name=op.f("fk_land_deal_steps_deal_id_land_deals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_land_deal_steps")),
        sa.UniqueConstraint(
            "deal_id", "position", name=op.f("uq_land_deal_steps_deal_id_position")
        ),
    )
    op.create_table(
        "land_deal_parcels",
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["land_deals.id"], name=op.f("fk_land_deal_parcels_deal_id_land_deals")
        ),
        sa.ForeignKeyConstraint(
            ["parcel_id"],
            ["land_parcels.id"],
            name=op.f("fk_land_deal_parcels_parcel_id_land_parcels"),
        ),
        sa.PrimaryKeyConstraint("deal_id", "parcel_id", name=op.f("pk_land_deal_parcels")),
    )
    with op.batch_alter_table("land_deal_parcels", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_land_deal_parcels_parcel_id"), ["parcel_id"], unique=False
        )


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("land_deal_parcels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_land_deal_parcels_parcel_id"))

    op.drop_table("land_deal_parcels")
    op.drop_table("land_deal_steps")
    with op.batch_alter_table("land_deals", schema=None) as batch_op:
        batch_op.drop_index("ix_land_deals_reference_upper")
        batch_op.drop_index("ix_land_deals_status_planned")
        batch_op.drop_index(batch_op.f("ix_land_deals_kind"))

    op.drop_table("land_deals")
