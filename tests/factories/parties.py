"""People, made through the services as a user would."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.auth.actor import Actor, system_actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.parties.commands import Occupy, PartyFacts, PhoneFacts
from modules.parties.enums import PartyKind
from modules.parties.models import Occupancy, Party
from modules.parties.services import create_party, move_in

BUILDER = system_actor("Factory")


def make_party(
    uow: UnitOfWork,
    clock: Clock,
    name: str = "Peeters",
    first_name: str = "An",
    actor: Actor = BUILDER,
    **facts: Any,
) -> Party:
    """Make a person; `phones` may be given as plain texts."""
    facts["phones"] = tuple(
        phone if isinstance(phone, PhoneFacts) else PhoneFacts(phone)
        for phone in facts.get("phones", ())
    )
    given: dict[str, Any] = {"kind": PartyKind.PERSON} | facts
    return create_party(actor, PartyFacts(name=name, first_name=first_name, **given), uow, clock)


def house(
    uow: UnitOfWork, clock: Clock, party: Party, lot_id: Any, since: date = date(2025, 1, 1)
) -> Occupancy:
    """Let a party live in a lot."""
    return move_in(BUILDER, Occupy(party.id, lot_id, since), uow, clock)
