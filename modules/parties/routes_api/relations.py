"""Whom people belong with and how they may be reached, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.api import ApiBlueprint, Step, offer_step
from app.auth.actor import Actor
from app.auth.needs import needs
from app.clock import Clock
from app.db import UnitOfWork
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.parties import services
from modules.parties.commands import AllowChannel, RelatePerson
from modules.parties.enums import Channel
from modules.parties.models import ContactPermission, PartyRelation
from modules.parties.policies import PartyPermission
from modules.parties.queries.people import contact_permissions, list_relations
from modules.parties.routes_api.people import consulted, parties
from modules.parties.schemas_api import ChannelApiIn, ChannelOut, RelationApiIn, RelationOut

relations = ApiBlueprint(
    "relations_api",
    __name__,
    url_prefix="/api/v1/party-relations",
    description="Members of households, contacts, guardians.",
)


@parties.route("/<uuid:party_id>/relations")
class PartyRelations(MethodView):
    """Whom a party belongs with."""

    @needs(PartyPermission.READ)
    @parties.response(200, RelationOut(many=True))
    def get(self, party_id: UUID) -> Sequence[PartyRelation]:
        """List what others are to a party, and it to others, today; noted as a reading of it."""
        party = consulted(party_id)
        found = list_relations(reader(), party.id, current_clock().today())
        return [relation for relation, _other, _is in found]

    @needs(PartyPermission.CHANGE)
    @parties.arguments(RelationApiIn)
    @parties.response(201, RelationOut)
    def post(self, data: dict[str, Any], party_id: UUID) -> PartyRelation:
        """Write that a person belongs to a household or speaks for a party."""
        command = RelatePerson(party_id, **data)
        with open_unit_of_work() as uow:
            return services.relate_person(current_actor(), command, uow, current_clock())


def _end(
    actor: Actor, relation_id: UUID, _data: object, uow: UnitOfWork, clock: Clock
) -> PartyRelation:
    return services.end_relation(actor, relation_id, uow, clock)


offer_step(
    relations,
    Step("/<uuid:relation_id>/end", PartyPermission.CHANGE, _end, "End a relation today."),
    RelationOut,
)


@parties.route("/<uuid:party_id>/channels")
class PartyChannels(MethodView):
    """What a party said about channels."""

    @needs(PartyPermission.READ)
    @parties.response(200, ChannelOut(many=True))
    def get(self, party_id: UUID) -> Sequence[ContactPermission]:
        """List the channels a party allowed or refused; noted as a reading of the party."""
        party = consulted(party_id)
        return contact_permissions(reader(), party.id)


@parties.route("/<uuid:party_id>/channels/<any(phone, sms, email, post):channel>")
class PartyChannel(MethodView):
    """One channel."""

    @needs(PartyPermission.CHANGE)
    @parties.arguments(ChannelApiIn)
    @parties.response(200, ChannelOut)
    def put(self, data: dict[str, Any], party_id: UUID, channel: str) -> ContactPermission:
        """Write whether a party may be reached by a channel, from today."""
        command = AllowChannel(party_id, Channel(channel), **data)
        with open_unit_of_work() as uow:
            return services.allow_channel(current_actor(), command, uow, current_clock())
