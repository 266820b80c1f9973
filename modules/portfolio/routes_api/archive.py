"""The way back from the archive for programs: one operation a kind, with the right it asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from app.api import ApiBlueprint, Step, offer_step
from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.portfolio import services
from modules.portfolio.commands import Change
from modules.portfolio.enums import Grouping
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.access import get_access_code
from modules.portfolio.queries.groupings import get_grouping
from modules.portfolio.queries.history import get_certificate
from modules.portfolio.queries.insides import get_entrance, get_room
from modules.portfolio.queries.places import get_building, get_lot, get_parcel
from modules.portfolio.queries.topology import get_installation
from modules.portfolio.schemas_api_facts import RestoredOut

archive = ApiBlueprint(
    "archive_api", __name__, url_prefix="/api/v1", description="The way back from the archive."
)
Way = tuple[str, PortfolioPermission, Callable[..., Any], Callable[..., Any]]


def _grouping(folder: str, kind: Grouping) -> Way:
    def find(actor: Any, session: Any, identifier: UUID) -> Any:
        return get_grouping(actor, session, kind, identifier)

    def restore(actor: Any, change: Change, uow: Any, clock: Any) -> Any:
        return services.restore_grouping(actor, kind, change, uow, clock)

    return f"{folder}/<uuid:grouping_id>", PortfolioPermission.ARCHIVE, find, restore


# What can come back: its address, the right its archiving asks, how it is found, the service.
WAYS: tuple[Way, ...] = (
    (
        "buildings/<uuid:building_id>",
        PortfolioPermission.ARCHIVE,
        get_building,
        services.restore_building,
    ),
    ("lots/<uuid:lot_id>", PortfolioPermission.ARCHIVE, get_lot, services.restore_lot),
    (
        "entrances/<uuid:entrance_id>",
        PortfolioPermission.CHANGE,
        get_entrance,
        services.restore_entrance,
    ),
    ("rooms/<uuid:room_id>", PortfolioPermission.CHANGE, get_room, services.restore_room),
    (
        "installations/<uuid:installation_id>",
        PortfolioPermission.CHANGE,
        get_installation,
        services.restore_installation,
    ),
    (
        "certificates/<uuid:certificate_id>",
        PortfolioPermission.CERTIFY,
        get_certificate,
        services.restore_certificate,
    ),
    (
        "access-codes/<uuid:code_id>",
        PortfolioPermission.CHANGE_ACCESS,
        get_access_code,
        services.restore_access_code,
    ),
    (
        "land-parcels/<uuid:parcel_id>",
        PortfolioPermission.CHANGE_LAND,
        get_parcel,
        services.restore_parcel,
    ),
    _grouping("sites", Grouping.SITE),
    _grouping("areas", Grouping.AREA),
    _grouping("departments", Grouping.DEPARTMENT),
)


def _offer(address: str, right: PortfolioPermission, find: Any, restore: Any) -> None:
    def take(actor: Actor, record_id: UUID, _data: object, uow: UnitOfWork, clock: Clock) -> Any:
        row = find(actor, uow.session, record_id)
        return restore(actor, Change(row.id, row.version), uow, clock)

    says = f"Bring back one of the archived {address.partition('/')[0].replace('-', ' ')}."
    offer_step(archive, Step(f"/{address}/restoration", right, take, says), RestoredOut)


for _way in WAYS:
    _offer(*_way)
