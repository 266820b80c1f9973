"""How procedures, works and land files are found in the one search box, by references and words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.search.identifiers import Identifier
from app.search.providers import Hit
from app.search.statements import IDS, kept_for_readers
from modules.land.enums import (
    DEAL_KIND_LABELS,
    DEAL_STATUS_LABELS,
    PERMIT_KIND_LABELS,
    PERMIT_STATUS_LABELS,
    WORK_KIND_LABELS,
    WORK_STATUS_LABELS,
)
from modules.land.models import Deal, LandWork, Permit
from modules.land.queries.deals import visible_deals
from modules.land.queries.permits import visible_permits
from modules.land.queries.works import visible_works
from modules.portfolio.api import PortfolioPermission

MOST = 20


@kept_for_readers
def _permits(actor: Actor) -> Select[Any]:
    living = select(Permit).where(Permit.id.in_(IDS), Permit.archived_at.is_(None))
    return visible_permits(actor, living)


@kept_for_readers
def _works(actor: Actor) -> Select[Any]:
    living = select(LandWork).where(LandWork.id.in_(IDS), LandWork.archived_at.is_(None))
    return visible_works(actor, living)


@kept_for_readers
def _deals(actor: Actor) -> Select[Any]:
    living = select(Deal).where(Deal.id.in_(IDS), Deal.archived_at.is_(None))
    return visible_deals(actor, living)


class PermitProvider:
    """Procedures."""

    kind = "permit"
    label: LazyText = _l("Permits")
    permission: str = PortfolioPermission.READ_LAND
    icon = "file-text"

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Return the procedures of a reference or of a file number of the authority."""
        typed = {one.value.upper() for one in identifiers}
        called = or_(
            func.upper(Permit.reference).in_(typed), func.upper(Permit.file_number).in_(typed)
        )
        living = select(Permit).where(called, Permit.archived_at.is_(None)).limit(MOST)
        return [_hit(permit) for permit in session.scalars(visible_permits(actor, living))]

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return the words of procedures that are not archived."""
        statement = select(Permit.id, Permit.search_text).where(Permit.archived_at.is_(None))
        if ids is not None:
            statement = statement.where(Permit.id.in_(ids))
        return [(key, text) for key, text in session.execute(statement)]

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return lines for procedures the actor may see."""
        return [_hit(permit) for permit in session.scalars(_permits(actor), {"ids": ids})]


def _hit(permit: Permit) -> Hit:
    return Hit(
        id=permit.id,
        title=f"{permit.reference} {permit.subject}",
        detail=" · ".join(filter(None, (str(PERMIT_KIND_LABELS[permit.kind]), permit.file_number))),
        endpoint="land.permit_detail",
        params={"permit_id": str(permit.id)},
        badge=str(PERMIT_STATUS_LABELS[permit.status]),
    )


class WorkProvider:
    """Works on land."""

    kind = "land_work"
    label: LazyText = _l("Works on land")
    permission: str = PortfolioPermission.READ_LAND
    icon = "tool"

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Return the works of a reference."""
        typed = {one.value.upper() for one in identifiers}
        called = func.upper(LandWork.reference).in_(typed)
        living = select(LandWork).where(called, LandWork.archived_at.is_(None)).limit(MOST)
        return [_work_hit(work) for work in session.scalars(visible_works(actor, living))]

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return the words of works that are not archived."""
        living = LandWork.archived_at.is_(None)
        statement = select(LandWork.id, LandWork.search_text).where(living)
        if ids is not None:
            statement = statement.where(LandWork.id.in_(ids))
        return [(key, text) for key, text in session.execute(statement)]

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return lines for works the actor may see."""
        return [_work_hit(work) for work in session.scalars(_works(actor), {"ids": ids})]


def _work_hit(work: LandWork) -> Hit:
    return Hit(
        id=work.id,
        title=f"{work.reference} {work.subject}",
        detail=str(WORK_KIND_LABELS[work.kind]),
        endpoint="land.work_detail",
        params={"work_id": str(work.id)},
        badge=str(WORK_STATUS_LABELS[work.status]),
    )


class DealProvider:
    """Land files."""

    kind = "land_deal"
    label: LazyText = _l("Land files")
    permission: str = PortfolioPermission.READ_LAND
    icon = "writing-sign"

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Return the land file of a reference."""
        typed = {one.value.upper() for one in identifiers}
        called = func.upper(Deal.reference).in_(typed)
        living = select(Deal).where(called, Deal.archived_at.is_(None)).limit(MOST)
        return [_deal_hit(deal) for deal in session.scalars(visible_deals(actor, living))]

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return the words of land files that are not archived."""
        statement = select(Deal.id, Deal.search_text).where(Deal.archived_at.is_(None))
        if ids is not None:
            statement = statement.where(Deal.id.in_(ids))
        return [(key, text) for key, text in session.execute(statement)]

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return lines for land files the actor may see."""
        return [_deal_hit(deal) for deal in session.scalars(_deals(actor), {"ids": ids})]


def _deal_hit(deal: Deal) -> Hit:
    return Hit(
        id=deal.id,
        title=f"{deal.reference} {deal.subject}",
        detail=str(DEAL_KIND_LABELS[deal.kind]),
        endpoint="land.deal_detail",
        params={"deal_id": str(deal.id)},
        badge=str(DEAL_STATUS_LABELS[deal.status]),
    )
