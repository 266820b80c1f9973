"""People and their stays for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.api import ApiBlueprint, Page, PageRequest, Step, offer_step, paginate
from app.auth.actor import Actor
from app.auth.needs import needs
from app.clock import Clock
from app.db import UnitOfWork
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.parties import services
from modules.parties.commands import Change, Occupy, PartyFacts
from modules.parties.models import Occupancy, Party
from modules.parties.policies import PartyPermission
from modules.parties.queries.lists import matches_party, select_listed_parties, select_parties
from modules.parties.queries.people import get_party, list_occupancies
from modules.parties.schemas_api import (
    OccupancyEndIn,
    OccupancyIn,
    OccupancyOut,
    PartyIn,
    PartyOut,
    PartyQuery,
    PartyRowOut,
)

parties = ApiBlueprint(
    "parties_api", __name__, url_prefix="/api/v1/parties", description="People, organisations."
)
occupancies = ApiBlueprint(
    "occupancies_api", __name__, url_prefix="/api/v1/occupancies", description="Who is where."
)


def consulted(party_id: UUID) -> Party:
    """Return a party that is read, and note who did."""
    with open_unit_of_work() as uow:
        return services.consult_party(current_actor(), party_id, uow, current_clock())


@parties.route("")
class Parties(MethodView):
    """All parties."""

    @needs(PartyPermission.READ)
    @parties.arguments(PartyQuery, location="query")
    @parties.paged(PartyRowOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Party]:
        """List parties by name, as the page of the list shows them."""
        statement = select_parties(current_actor())
        if query.pop("is_archived"):
            archived = Party.archived_at.is_not(None)
            statement = select_listed_parties(current_actor()).where(archived)
        if words := query.pop("q", ""):
            statement = statement.where(matches_party(words))
        for name, value in query.items():
            statement = statement.where(getattr(Party, name) == value)
        return paginate(reader(), statement.order_by(Party.sort_name, Party.id), page)

    @needs(PartyPermission.CHANGE)
    @parties.arguments(PartyIn)
    @parties.response(201, PartyOut)
    @parties.versioned
    def post(self, facts: PartyFacts) -> Party:
        """Add a party."""
        with open_unit_of_work() as uow:
            return services.create_party(current_actor(), facts, uow, current_clock())


@parties.route("/<uuid:party_id>")
class PartyById(MethodView):
    """One party."""

    @needs(PartyPermission.READ)
    @parties.response(200, PartyOut)
    @parties.versioned
    def get(self, party_id: UUID) -> Party:
        """Read a party; that it was consulted is noted."""
        return consulted(party_id)

    @needs(PartyPermission.CHANGE)
    @parties.arguments(PartyIn)
    @parties.response(200, PartyOut)
    @parties.versioned
    def put(self, facts: PartyFacts, party_id: UUID, expected_version: int) -> Party:
        """Replace the facts of a party."""
        change = Change(party_id, expected_version)
        with open_unit_of_work() as uow:
            return services.change_party(current_actor(), change, facts, uow, current_clock())

    @needs(PartyPermission.ARCHIVE)
    @parties.response(204)
    @parties.versioned
    def delete(self, party_id: UUID, expected_version: int) -> None:
        """Archive a party that is in no lot and that no open work is for."""
        change = Change(party_id, expected_version)
        with open_unit_of_work() as uow:
            services.archive_party(current_actor(), change, uow, current_clock())


def _restore(actor: Actor, party_id: UUID, _data: object, uow: UnitOfWork, clock: Clock) -> Party:
    party = get_party(actor, uow.session, party_id)
    return services.restore_party(actor, Change(party.id, party.version), uow, clock)


offer_step(
    parties,
    Step(
        "/<uuid:party_id>/restoration",
        PartyPermission.ARCHIVE,
        _restore,
        "Bring back an archived party.",
    ),
    PartyOut,
)


@parties.route("/<uuid:party_id>/occupancies")
class PartyOccupancies(MethodView):
    """The stays of a party."""

    @needs(PartyPermission.READ)
    @parties.response(200, OccupancyOut(many=True))
    def get(self, party_id: UUID) -> Sequence[Occupancy]:
        """List the stays of a party, the latest first; noted as a reading of the party."""
        party = consulted(party_id)
        return list_occupancies(reader(), party_id=party.id)


@occupancies.route("")
class Occupancies(MethodView):
    """Stays."""

    @needs(PartyPermission.OCCUPY)
    @occupancies.arguments(OccupancyIn)
    @occupancies.response(201, OccupancyOut)
    def post(self, data: dict[str, Any]) -> Occupancy:
        """Move a party into a lot."""
        with open_unit_of_work() as uow:
            return services.move_in(current_actor(), Occupy(**data), uow, current_clock())


def _move_out(
    actor: Actor, occupancy_id: UUID, data: dict[str, date], uow: UnitOfWork, clock: Clock
) -> Occupancy:
    return services.move_out(actor, occupancy_id, data["ends_on"], uow, clock)


offer_step(
    occupancies,
    Step(
        "/<uuid:occupancy_id>/end",
        PartyPermission.OCCUPY,
        _move_out,
        "Write the last day of a party in a lot.",
        OccupancyEndIn,
    ),
    OccupancyOut,
)
