"""The technicians of the demo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Base
from app.demo import DEMO_DOMAIN, Planting, timed_id
from modules.tickets.api import Trade

# Rapid-intervention technicians in two areas, with what each masters.
CREW: tuple[tuple[str, str, int, tuple[Trade, ...]], ...] = (
    ("Ilse Claes", "nl", 0, (Trade.PLUMBING, Trade.HEATING)),
    ("Karim Benali", "fr", 0, (Trade.ELECTRICITY, Trade.LIFT, Trade.FIRE_SAFETY)),
    ("Sophie Lambert", "fr", 0, (Trade.JOINERY, Trade.LOCKS, Trade.GLAZING)),
    ("Tom Janssens", "nl", 1, (Trade.PLUMBING, Trade.ROOFING, Trade.MASONRY)),
    ("Amina Diallo", "fr", 1, (Trade.HEATING, Trade.ELECTRICITY)),
    ("Marc Willems", "nl", 1, (Trade.MULTI_SKILLED, Trade.MASONRY, Trade.PAINTING)),
)
# The demo accounts that work on a tablet.
ACCOUNTS = ("technician", "works.crew")


def make_crew(session: Session, planting: Planting) -> list[dict[str, Any]]:
    """Make the rows of the crew; the first ones are signed in with the demo accounts."""
    people, work_areas = Base.metadata.tables["users"], Base.metadata.tables["areas"]
    users: dict[str, UUID] = dict(session.execute(select(people.c.email, people.c.id)).all())
    areas = session.scalars(select(work_areas.c.id).order_by(work_areas.c.code)).all()
    accounts = [users.get(f"{name}@{DEMO_DOMAIN}") for name in ACCOUNTS]
    now = planting.clock.now()
    rows = []
    for position, (name, locale, area, trades) in enumerate(CREW):
        rows.append(
            {
                "id": timed_id(planting.chance, now),
                "version": 1,
                "created_at": now,
                "updated_at": now,
                "name": name,
                "locale": locale,
                "phone": f"+3247000{position:04d}",
                "day_minutes": 420,
                "is_active": True,
                "user_id": accounts[position] if position < len(accounts) else None,
                "trades": trades,
                "area_id": areas[area % len(areas)] if areas else None,
            }
        )
    return rows
