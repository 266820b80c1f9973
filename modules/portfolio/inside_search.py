"""How plant, rooms and sites are found in the one search box."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.db.codes import has_code
from app.i18n import LOCALES, LazyText, use_locale
from app.i18n import lazy as _l
from app.search.identifiers import Identifier
from app.search.normalise import index_text
from app.search.providers import Hit
from app.search.statements import IDS, kept_for_readers
from modules.portfolio.enums import INSTALLATION_KIND_LABELS, ROOM_USE_LABELS, Grouping
from modules.portfolio.models import Building, Installation, Room, Site
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.groupings import select_grouped
from modules.portfolio.queries.insides import select_rooms
from modules.portfolio.queries.topology import select_installations
from modules.portfolio.search import codes_of


@kept_for_readers
def _installations(actor: Actor) -> Select[Any]:
    return select_installations(actor).where(Installation.id.in_(IDS))


@kept_for_readers
def _rooms(actor: Actor) -> Select[Any]:
    return select_rooms(actor).where(Room.id.in_(IDS))


@kept_for_readers
def _sites(actor: Actor) -> Select[Any]:
    return select_grouped(actor, Grouping.SITE).where(Site.id.in_(IDS))


class InstallationProvider:
    """Plant by code, kind in each language, name, spot, and the words of its building."""

    kind = "installation"
    label: LazyText = _l("Installations")
    permission: str = PortfolioPermission.READ
    icon = "tool"

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Return the installation of a code."""
        named = has_code(Installation.code, codes_of(identifiers))
        return self._hits(session.execute(select_installations(actor).where(named)))

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return the words of installations in use."""
        own = (Installation.code, Installation.kind, Installation.name, Installation.location)
        for id_, code, kind, name, spot, building in _of_buildings(session, Installation, own, ids):
            kinds = _in_each_language(INSTALLATION_KIND_LABELS[kind])
            yield id_, index_text(code, *kinds, name, spot, building)

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return lines for installations the actor may see."""
        return self._hits(session.execute(_installations(actor), {"ids": ids}))

    @staticmethod
    def _hits(rows: Iterable[Any]) -> list[Hit]:
        return [
            Hit(
                id=row.id,
                title=f"{row.code} · {row.name or INSTALLATION_KIND_LABELS[row.kind]}",
                detail=f"{row.address} · {row.building}",
                endpoint="portfolio.installation_detail",
                params={"installation_id": str(row.id)},
            )
            for row in rows
        ]


class RoomProvider:
    """Rooms of public buildings by number, name, use in each language, and their building."""

    kind = "room"
    label: LazyText = _l("Rooms")
    permission: str = PortfolioPermission.READ
    icon = "door"

    def exact(
        self, _actor: Actor, _session: Session, _identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Return nothing: the number of a room says little without its building."""
        return ()

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return the words of rooms in use."""
        own = (Room.code, Room.use, Room.name)
        for id_, code, use, name, building in _of_buildings(session, Room, own, ids):
            uses = _in_each_language(ROOM_USE_LABELS[use])
            yield id_, index_text(code, *uses, *(name or {}).values(), building)

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return lines for rooms the actor may see."""
        return [
            Hit(
                id=row.id,
                title=f"{row.code} · {row.name or ROOM_USE_LABELS[row.use]}",
                detail=f"{row.address} · {row.building}",
                endpoint="portfolio.room_detail",
                params={"room_id": str(row.id)},
            )
            for row in session.execute(_rooms(actor), {"ids": ids})
        ]


class SiteProvider:
    """Sites by code and name."""

    kind = "site"
    label: LazyText = _l("Sites")
    permission: str = PortfolioPermission.READ
    icon = "map-2"

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Return the site of a code."""
        named = has_code(Site.code, codes_of(identifiers))
        return self._hits(session.scalars(select_grouped(actor, Grouping.SITE).where(named)))

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return the words of sites in use."""
        query = select(Site).where(Site.archived_at.is_(None))
        for site in session.scalars(query if ids is None else query.where(Site.id.in_(ids))):
            yield site.id, index_text(site.code, *site.name.values())

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return lines for sites the actor may see."""
        return self._hits(session.scalars(_sites(actor), {"ids": ids}))

    @staticmethod
    def _hits(sites: Iterable[Any]) -> list[Hit]:
        return [
            Hit(
                id=site.id,
                title=str(site.name),
                detail=site.code,
                endpoint="portfolio.grouping_detail",
                params={"kind": Grouping.SITE.value, "grouping_id": str(site.id)},
            )
            for site in sites
        ]


def _of_buildings(
    session: Session, model: Any, own: tuple[Any, ...], ids: Sequence[UUID] | None
) -> Iterable[Any]:
    """Read identifier, own columns and the building's words of what is in use."""
    query = (
        select(model.id, *own, Building.search_text)
        .join(Building, model.building_id == Building.id)
        .where(model.archived_at.is_(None), Building.archived_at.is_(None))
    )
    return session.execute(query if ids is None else query.where(model.id.in_(ids)))


def _in_each_language(label: LazyText) -> list[str]:
    found = []
    for locale in LOCALES:
        with use_locale(locale):
            found.append(str(label))
    return found
