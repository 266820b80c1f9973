"""Keep what callers say of the work, and whether they are asked.

Must run while the previous release still serves: add first, remove one release later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ticket_opinion_settings",
        sa.Column("is_asking", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_opinion_settings")),
    )
    op.create_table(
        "ticket_opinions",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link_hash", sa.String(length=64), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_ticket_opinions_score")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_opinions_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_opinions")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_ticket_opinions_link_hash")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_ticket_opinions_ticket_id")),
    )
    with op.batch_alter_table("ticket_opinions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_opinions_asked_at"), ["asked_at"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("ticket_opinions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_opinions_asked_at"))

    op.drop_table("ticket_opinions")
    op.drop_table("ticket_opinion_settings")
