"""Tickets, made through the services as an agent would."""

from __future__ import annotations

from typing import Any

from app.auth.actor import Actor, system_actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.portfolio.models import Building, Lot
from modules.tickets.commands import Caller, OpenOutage, OpenTicket, Place
from modules.tickets.models import Outage, Ticket
from modules.tickets.services import open_outage, open_ticket
from tests.factories.portfolio import make_building, make_lot

AGENT = system_actor("Agent")
LEA = Caller(name="Léa Dubois", phone="+32470123456", email="lea@example.org", locale="fr")
PIET = Caller(name="Piet Claes", phone="+32470654321", email="piet@example.org", locale="nl")


def make_ticket(
    uow: UnitOfWork,
    clock: Clock,
    place: Lot | Building | Place | None = None,
    actor: Actor = AGENT,
    **facts: Any,
) -> Ticket:
    """Open a ticket about a leak in a new home, unless told otherwise."""
    place = place or make_lot(uow, clock, make_building(uow, clock))
    if not isinstance(place, Place):
        is_lot = isinstance(place, Lot)
        place = Place(lot_id=place.id) if is_lot else Place(building_id=place.id)
    given: dict[str, Any] = {
        "place": place,
        "category_key": "home.water.leak",
        "description": "De l'eau coule du plafond de la salle de bain.",
        "caller": LEA,
    } | facts
    return open_ticket(actor, OpenTicket(**given), uow, clock)


def make_outage(
    uow: UnitOfWork, clock: Clock, building: Building, actor: Actor = AGENT, **facts: Any
) -> Outage:
    """Announce a lift failure, unless told otherwise."""
    given: dict[str, Any] = {
        "category_key": "common.lift",
        "title": {"fr": "Ascenseur en panne", "nl": "Lift defect"},
        "sentence": {
            "fr": "Le technicien est prévenu, il arrive avant 14 h.",
            "nl": "De technicus is verwittigd, hij komt voor 14 uur.",
        },
        "building_id": building.id,
    } | facts
    return open_outage(actor, OpenOutage(**given), uow, clock)
