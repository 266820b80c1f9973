"""Meters follow the lot they feed when it turns out to stand in another building."""

from __future__ import annotations

from sqlalchemy import select

from app.audit import changed_fields, record
from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.search.changes import touch_documents
from modules.energy.models import Meter
from modules.energy.services.meters import subject_of
from modules.portfolio.api import place_facts
from modules.portfolio.events import LotMoved


def follow_lot(event: LotMoved, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Put the meters of a lot in the building it stands in now, archived ones too."""
    place = place_facts(actor, uow.session, building_id=None, lot_id=event.lot_id)
    found = uow.session.scalars(select(Meter).where(Meter.lot_id == event.lot_id)).all()
    for meter in found:
        now_there = {"building_id": place.building_id, "place_label": place.label[:200]}
        changes = changed_fields(meter, now_there)
        meter.updated_at = clock.now()
        record(
            uow,
            actor,
            clock,
            action="energy.meter.change",
            subject=subject_of(meter),
            changes={name: pair for name, pair in changes.items() if name == "place_label"},
            building_id=meter.building_id,
        )
    if found:
        uow.flush()
        touch_documents(uow.session, "meter", [meter.id for meter in found])
