"""Check that the contractors of the work orders there are exist; others may write meanwhile."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "postgresql":
        key = "fk_work_orders_contractor_id_parties"
        op.execute(f"ALTER TABLE work_orders VALIDATE CONSTRAINT {key}")


def downgrade() -> None:
    """Undo nothing: a checked constraint is no other one."""
