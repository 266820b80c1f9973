"""Parties that look alike, and their merges, for programs."""

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
from modules.parties.commands import MergeParties
from modules.parties.models import PartyDuplicate, PartyMerge
from modules.parties.policies import PartyPermission
from modules.parties.queries.lists import merges_of, open_pairs
from modules.parties.queries.people import get_party
from modules.parties.schemas_api import DuplicateOut, MergeApiIn, MergeOut, MergeQuery

duplicates = ApiBlueprint(
    "duplicates_api",
    __name__,
    url_prefix="/api/v1/party-duplicates",
    description="Parties that look like one.",
)
merges = ApiBlueprint(
    "merges_api",
    __name__,
    url_prefix="/api/v1/party-merges",
    description="Parties merged into others; each merge can be undone.",
)


@duplicates.route("")
class Duplicates(MethodView):
    """Pairs to decide on."""

    @needs(PartyPermission.MERGE)
    @duplicates.response(200, DuplicateOut(many=True))
    def get(self) -> Sequence[PartyDuplicate]:
        """List the hundred pairs that look most alike and were not decided on."""
        return open_pairs(current_actor(), reader())


@merges.route("")
class Merges(MethodView):
    """Merges."""

    @needs(PartyPermission.MERGE)
    @merges.arguments(MergeQuery, location="query")
    @merges.response(200, MergeOut(many=True))
    def get(self, query: dict[str, Any]) -> Sequence[PartyMerge]:
        """List the merges into a party that were not undone, the latest first."""
        party = get_party(current_actor(), reader(), query["kept_id"])
        return merges_of(reader(), party.id)

    @needs(PartyPermission.MERGE)
    @merges.arguments(MergeApiIn)
    @merges.response(201, MergeOut)
    def post(self, data: dict[str, Any]) -> PartyMerge:
        """Merge one party into another: every link moves, gaps are filled."""
        command = MergeParties(**data)
        with open_unit_of_work() as uow:
            return services.merge_parties(current_actor(), command, uow, current_clock())


def _dismiss(
    actor: Actor, duplicate_id: UUID, _data: object, uow: UnitOfWork, clock: Clock
) -> PartyDuplicate:
    return services.dismiss_duplicate(actor, duplicate_id, uow, clock)


def _undo(actor: Actor, merge_id: UUID, _data: object, uow: UnitOfWork, clock: Clock) -> PartyMerge:
    return services.undo_merge(actor, merge_id, uow, clock)


offer_step(
    duplicates,
    Step(
        "/<uuid:duplicate_id>/dismissal",
        PartyPermission.MERGE,
        _dismiss,
        "Write that two parties are not the same.",
    ),
    DuplicateOut,
)
offer_step(
    merges,
    Step(
        "/<uuid:merge_id>/undo",
        PartyPermission.MERGE,
        _undo,
        "Take a merge back: what was moved returns.",
    ),
    MergeOut,
)
