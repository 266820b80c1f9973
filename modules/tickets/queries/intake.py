"""What an agent sees before the greeting ends: the place, who is there, what is open there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS, Clock
from modules.parties.api import (
    Channel,
    FoundParty,
    PartyPermission,
    contact_of,
    get_party,
    parties_of_lot,
)
from modules.portfolio.api import (
    PlaceFacts,
    PlaceWarning,
    installation_choices,
    list_warnings,
    lot_labels,
    place_facts,
    room_choices,
)
from modules.tickets.models import Outage, Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.outages import outages_of_place
from modules.tickets.queries.tickets import list_open_on_place


@dataclass(frozen=True, slots=True)
class IntakePlace:
    """Everything about a place that changes what the agent says or asks."""

    place: PlaceFacts
    occupants: Sequence[FoundParty]
    warnings: Sequence[PlaceWarning]
    outages: Sequence[Outage]
    on_lot: Sequence[Ticket]
    in_building: Sequence[Ticket]
    lot_names: dict[UUID, str]
    plants: dict[UUID, str]
    rooms: dict[UUID, str]


@dataclass(frozen=True, slots=True)
class IntakeCaller:
    """Who is on the line, as the file knows them."""

    id: UUID
    name: str
    phones: tuple[str, ...]
    email: str
    locale: str
    language: str
    # The channels they do not want to be reached by, with the reason of each.
    refused: Mapping[Channel, str]

    @property
    def phone(self) -> str:
        """Return the number to try first; empty when there is none."""
        return self.phones[0] if self.phones else ""


def describe_place(
    actor: Actor,
    session: Session,
    *,
    building_id: UUID | None,
    lot_id: UUID | None,
    clock: Clock,
) -> IntakePlace:
    """Gather what is known of a place; NotFound when it is absent or out of scope."""
    require(actor, TicketPermission.OPEN)
    day = clock.today(BRUSSELS)
    place = place_facts(actor, session, building_id=building_id, lot_id=lot_id)
    plants = installation_choices(actor, session, place.building_id, lot_id)
    in_building = list_open_on_place(actor, session, building_id=place.building_id)
    may_see_people = lot_id is not None and actor.can(PartyPermission.READ)
    return IntakePlace(
        place=place,
        occupants=parties_of_lot(actor, session, lot_id, day) if lot_id and may_see_people else [],
        warnings=list_warnings(session, day, building_id=place.building_id, lot_id=lot_id),
        outages=outages_of_place(
            actor, session, building_id=place.building_id, installation_ids=list(plants)
        ),
        on_lot=[t for t in in_building if lot_id is not None and t.lot_id == lot_id],
        in_building=[t for t in in_building if lot_id is None or t.lot_id != lot_id],
        lot_names=lot_labels(session, [t.lot_id for t in in_building if t.lot_id]),
        plants=plants,
        rooms=room_choices(actor, session, place.building_id),
    )


def describe_caller(actor: Actor, session: Session, party_id: UUID) -> IntakeCaller:
    """Return how a known caller is named, reached and written to."""
    party = get_party(actor, session, party_id)
    contact = contact_of(session, party.id)
    return IntakeCaller(
        id=party.id,
        name=party.full_name,
        phones=contact.phones if contact else (),
        email=(contact.email or "") if contact else "",
        locale=contact.locales[0] if contact else "fr",
        language=party.language.value,
        refused=contact.refused if contact else {},
    )
