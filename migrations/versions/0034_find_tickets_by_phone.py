"""Find tickets by a telephone number, also those there are.

Must run while the previous release still serves: add first, remove one release later.
"""

from itertools import islice

import sqlalchemy as sa
from alembic import op

from app.db.indexes import drop_index, make_index
from app.phones import find_phone

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

PAIRS = (("caller_phone", "caller_e164"), ("contact_phone", "contact_e164"))
AT_ONCE = 1000


def upgrade() -> None:
    """Apply."""
    for _typed, read in PAIRS:
        make_index(f"ix_tickets_{read}", "tickets", [read], where=sa.text(f"{read} IS NOT NULL"))
    for typed, read in PAIRS:
        _read_numbers(typed, read)


def _read_numbers(typed: str, read: str) -> None:
    tickets = sa.table("tickets", *(sa.column(name) for name in ("id", typed, read)))
    unread = sa.select(tickets.c.id, tickets.c[typed]).where(
        tickets.c[typed] != "", tickets.c[read].is_(None)
    )
    known = [(key, find_phone(text)) for key, text in op.get_bind().execute(unread)]
    rows = ({"key": key, "number": number} for key, number in known if number)
    change = (
        sa.update(tickets)
        .where(tickets.c.id == sa.bindparam("key"))
        .values({read: sa.bindparam("number")})
    )
    while batch := list(islice(rows, AT_ONCE)):
        op.get_bind().execute(change, batch)


def downgrade() -> None:
    """Undo."""
    for _typed, read in PAIRS:
        drop_index(f"ix_tickets_{read}", "tickets")
