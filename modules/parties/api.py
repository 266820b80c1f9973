"""The front door: what other modules may ask about people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.phones import show_phone
from modules.parties.commands import PartyFacts, PhoneFacts
from modules.parties.enums import (
    CHANNEL_LABELS,
    Channel,
    Language,
    OccupancyRole,
    PartyKind,
    Relation,
    locales_of,
)
from modules.parties.errors import has_open_work
from modules.parties.events import PartyArchived, PartyErased, PartyMerged, PartyMergeUndone
from modules.parties.followers import follow_parties
from modules.parties.models import Party
from modules.parties.policies import PartyPermission
from modules.parties.privacy import find_words
from modules.parties.queries.organisations import (
    OrganisationFacts,
    find_organisation,
    named_organisations,
    organisation_facts,
    organisation_name_sql,
    organisations_called,
)
from modules.parties.queries.people import (
    find_party,
    first_phones,
    get_party,
    lots_of_parties,
    occupants_of_lots,
    parties_in_lots,
    party_labels,
    refused_channels,
    refused_channels_of,
)
from modules.parties.queries.related import Through, lots_through_others
from modules.parties.services.housing import move_in, move_out
from modules.parties.services.people import create_party

__all__ = [
    "CHANNEL_LABELS",
    "Channel",
    "Contact",
    "FoundParty",
    "Language",
    "OccupancyRole",
    "OrganisationFacts",
    "PartyArchived",
    "PartyErased",
    "PartyFacts",
    "PartyKind",
    "PartyMergeUndone",
    "PartyMerged",
    "PartyPermission",
    "PhoneFacts",
    "Relation",
    "Through",
    "contact_of",
    "create_party",
    "find_organisation",
    "find_party",
    "find_words",
    "first_phones",
    "follow_parties",
    "get_party",
    "has_open_work",
    "lots_of_parties",
    "lots_through_others",
    "move_in",
    "move_out",
    "named_organisations",
    "occupants_of_lots",
    "organisation_facts",
    "organisation_name_sql",
    "organisations_called",
    "parties_of_lot",
    "party_labels",
]


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a party: allowed channels only, the first number to try first."""

    party_id: UUID
    name: str
    language: Language
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    refused: dict[Channel, str]
    postal_address: str = ""

    @property
    def email(self) -> str | None:
        """Return the address to write to, or None when there is none or it was refused."""
        return self.emails[0] if self.emails and Channel.EMAIL not in self.refused else None

    @property
    def locales(self) -> tuple[str, ...]:
        """Return the languages to write in: both when the language is unknown."""
        return locales_of(self.language)


@dataclass(frozen=True, slots=True)
class FoundParty:
    """A party found for a caller, with the lots it is in today."""

    id: UUID
    reference: str
    name: str
    language: Language
    phones: tuple[str, ...]
    lot_ids: tuple[UUID, ...]
    # The channels they do not want to be reached by, with the reason of each.
    refused: Mapping[Channel, str]


def parties_of_lot(actor: Actor, session: Session, lot_id: UUID, day: date) -> list[FoundParty]:
    """Return the parties in a lot on a day, with their numbers."""
    return describe(session, parties_in_lots(actor, session, [lot_id], day), day)


def describe(session: Session, parties: Sequence[Party], day: date) -> list[FoundParty]:
    """Turn parties read with their phones into what a caller's screen shows."""
    ids = [party.id for party in parties]
    lots = lots_of_parties(session, ids, day)
    refused = refused_channels_of(session, ids)
    return [
        FoundParty(
            id=party.id,
            reference=party.reference,
            name=party.full_name,
            language=party.language,
            phones=tuple(show_phone(phone.e164) for phone in party.phones),
            lot_ids=tuple(lots.get(party.id, ())),
            refused=refused.get(party.id, {}),
        )
        for party in parties
    ]


def contact_of(session: Session, party_id: UUID) -> Contact | None:
    """Return how to reach a party, whoever asks (a message to a caller is not a reading)."""
    from app.auth.actor import system_actor

    party = find_party(system_actor("contact"), session, party_id)
    if party is None:
        return None
    return Contact(
        party_id=party.id,
        name=party.full_name,
        language=party.language,
        phones=tuple(phone.e164 for phone in party.phones),
        emails=tuple(email.email for email in party.emails),
        refused=refused_channels(session, party.id),
        postal_address=party.postal_address,
    )
