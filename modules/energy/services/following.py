"""Meters follow the lot they feed when it turns out to stand in another building."""

from __future__ import annotations

from sqlalchemy import select

from app.audit import changed_fields
from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.energy.models import Meter
from modules.energy.services.meters import note_change
from modules.portfolio.api import place_facts
from modules.portfolio.events import LotMoved


def follow_lot(event: LotMoved, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Put the meters of a lot in the building it stands in now, archived ones too."""
    place = place_facts(actor, uow.session, building_id=None, lot_id=event.lot_id)
    found = uow.session.scalars(select(Meter).where(Meter.lot_id == event.lot_id)).all()
    for meter in found:
        now_there = {"building_id": place.building_id, "place_label": place.label[:200]}
        note_change(actor, meter, changed_fields(meter, now_there), uow, clock)
    uow.flush()
