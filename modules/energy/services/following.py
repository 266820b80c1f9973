"""Meters follow the places they feed: another building, another name or address."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, or_, select

from app.audit import changed_fields
from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.energy.models import Meter
from modules.energy.services.meters import note_change
from modules.portfolio.api import Installation, place_facts
from modules.portfolio.events import LotMoved, PlacesRenamed


def follow_lot(event: LotMoved, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Put the meters of a lot in the building it stands in now, archived ones too.

    A plant stays where it stands: a meter that feeds it from elsewhere now feeds it no more.
    """
    place = place_facts(actor, uow.session, building_id=None, lot_id=event.lot_id)
    found = uow.session.scalars(select(Meter).where(Meter.lot_id == event.lot_id)).all()
    for meter in found:
        now_there = {"building_id": place.building_id, "place_label": place.label[:200]}
        changes = changed_fields(meter, now_there) | _left_plant(meter, uow)
        note_change(actor, meter, changes, uow, clock)
    uow.flush()


def _left_plant(meter: Meter, uow: UnitOfWork) -> dict[str, tuple[Any, Any]]:
    """Let go of the plant a meter fed, unless it stands in the same building."""
    fed = meter.installation_id
    plant = uow.session.get_one(Installation, fed) if fed else None
    if plant is None or plant.building_id == meter.building_id:
        return {}
    meter.installation_id = None
    return {"installation": (plant.code, None)}


def follow_names(event: PlacesRenamed, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Call the place of meters as it is called now, of archived ones too."""
    of_building = and_(Meter.building_id == event.building_id, Meter.lot_id.is_(None))
    fed = or_(Meter.lot_id.in_(event.lot_ids), of_building)
    for meter in uow.session.scalars(select(Meter).where(fed)).all():
        place = place_facts(actor, uow.session, building_id=meter.building_id, lot_id=meter.lot_id)
        changes = changed_fields(meter, {"place_label": place.label[:200]})
        note_change(actor, meter, changes, uow, clock)
    uow.flush()
