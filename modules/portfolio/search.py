"""How places are found in the one search box."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.auth.actor import Actor
from app.db.codes import has_code
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.search.identifiers import Identifier, IdentifierKind
from app.search.providers import Hit
from app.search.statements import IDS, kept_for_readers
from modules.portfolio.enums import BUILDING_KIND_LABELS, LAND_USE_LABELS, LOT_STATUS_LABELS
from modules.portfolio.models import Building, LandParcel, Lot
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.lists import select_buildings, select_lots, select_parcels
from modules.portfolio.queries.places import lot_address


@kept_for_readers
def _buildings(actor: Actor) -> Select[Any]:
    return select_buildings(actor).where(Building.id.in_(IDS))


@kept_for_readers
def _lots(actor: Actor) -> Select[Any]:
    return select_lots(actor).where(Lot.id.in_(IDS))


@kept_for_readers
def _parcels(actor: Actor) -> Select[Any]:
    return select_parcels(actor).where(LandParcel.id.in_(IDS))


def codes_of(identifiers: Sequence[Identifier]) -> list[str]:
    """Return the codes among the numbers typed, in upper case."""
    kinds = {IdentifierKind.CODE, IdentifierKind.NUMBER}
    return [item.value.upper() for item in identifiers if item.kind in kinds]


class BuildingProvider:
    """Buildings by code, name and both street names."""

    kind = "building"
    label: LazyText = _l("Buildings")
    permission: str = PortfolioPermission.READ
    icon = "building"

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Return the building of a code."""
        query = select_buildings(actor).where(has_code(Building.code, codes_of(identifiers)))
        return [self._hit(building) for building in session.scalars(query)]

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return the words of buildings that are not archived."""
        statement = select(Building.id, Building.search_text).where(Building.archived_at.is_(None))
        return _rows(session, statement, Building.id, ids)

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return lines for buildings the actor may see."""
        found = session.scalars(_buildings(actor), {"ids": ids})
        return [self._hit(building) for building in found]

    @staticmethod
    def _hit(building: Building) -> Hit:
        return Hit(
            id=building.id,
            title=building.label(),
            detail=f"{building.code} · {BUILDING_KIND_LABELS[building.kind]}",
            endpoint="portfolio.building_detail",
            params={"building_id": str(building.id)},
            place=building.address.label() if building.name else "",
        )


class LotProvider:
    """Lots by reference, both street names, number and box."""

    kind = "lot"
    label: LazyText = _l("Lots")
    permission: str = PortfolioPermission.READ
    icon = "door"

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Return the lot of a reference."""
        query = select_lots(actor).where(has_code(Lot.reference, codes_of(identifiers)))
        return [self._hit(lot) for lot in session.scalars(query)]

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return the words of lots that are not archived."""
        statement = select(Lot.id, Lot.search_text).where(Lot.archived_at.is_(None))
        return _rows(session, statement, Lot.id, ids)

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return lines for lots the actor may see."""
        return [self._hit(lot) for lot in session.scalars(_lots(actor), {"ids": ids})]

    @staticmethod
    def _hit(lot: Lot) -> Hit:
        return Hit(
            id=lot.id,
            title=lot_address(lot),
            detail=lot.reference,
            endpoint="portfolio.lot_detail",
            params={"lot_id": str(lot.id)},
            badge=str(LOT_STATUS_LABELS[lot.status]),
        )


class ParcelProvider:
    """Land by reference, cadastral number, commune and crop."""

    kind = "parcel"
    label: LazyText = _l("Land")
    permission: str = PortfolioPermission.READ_LAND
    icon = "map"

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Return the parcel of a reference or cadastral number."""
        codes = codes_of(identifiers)
        query = select_parcels(actor).where(
            has_code(LandParcel.reference, codes) | LandParcel.capakey.in_(codes)
        )
        return [self._hit(parcel) for parcel in session.scalars(query)]

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return the words of parcels that are not archived."""
        statement = select(LandParcel.id, LandParcel.search_text).where(
            LandParcel.archived_at.is_(None)
        )
        return _rows(session, statement, LandParcel.id, ids)

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return lines for parcels the actor may see."""
        return [self._hit(parcel) for parcel in session.scalars(_parcels(actor), {"ids": ids})]

    @staticmethod
    def _hit(parcel: LandParcel) -> Hit:
        return Hit(
            id=parcel.id,
            title=f"{parcel.reference} {parcel.commune}".strip(),
            detail=str(LAND_USE_LABELS[parcel.use]),
            endpoint="portfolio.parcel_detail",
            params={"parcel_id": str(parcel.id)},
        )


def _rows(
    session: Session,
    statement: Select[UUID, str],
    key: InstrumentedAttribute[UUID],
    ids: Sequence[UUID] | None,
) -> Iterable[tuple[UUID, str]]:
    """Read the words of all rows, or of some."""
    if ids is not None:
        statement = statement.where(key.in_(ids))
    return [(row_id, text) for row_id, text in session.execute(statement)]
