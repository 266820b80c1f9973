"""Dated facts: the state of the estate on a day, certificates and warnings in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.errors import NotFound
from modules.portfolio.enums import LotCategory, LotKind, LotStatus
from modules.portfolio.models import EnergyCertificate, Lot, LotStatusEvent, PlaceWarning
from modules.portfolio.queries.scope import in_scope

Fact = TypeVar("Fact", EnergyCertificate, PlaceWarning)


@dataclass(frozen=True, slots=True)
class EstateState:
    """How many lots of each kind and category were in each state on a day."""

    day: date
    counts: dict[tuple[LotKind, LotCategory, LotStatus], int]

    @property
    def total(self) -> int:
        """Count all lots that had a state."""
        return sum(self.counts.values())

    def by_status(self) -> dict[LotStatus, int]:
        """Count the lots in each state, in the order of the states."""
        counter: Counter[LotStatus] = Counter()
        for (_kind, _category, status), count in self.counts.items():
            counter[status] += count
        return {status: counter[status] for status in LotStatus if counter[status]}

    def by_kind(self) -> dict[LotKind, Counter[LotStatus]]:
        """Count the lots of each kind in each state, in the order of the kinds."""
        counters: dict[LotKind, Counter[LotStatus]] = {kind: Counter() for kind in LotKind}
        for (kind, _category, status), count in self.counts.items():
            counters[kind][status] += count
        return {kind: counter for kind, counter in counters.items() if counter}


def estate_on(
    actor: Actor, session: Session, day: date, building_id: UUID | None = None
) -> EstateState:
    """Count the lots by kind, category and state on a day: one query on the dated history.

    A lot counts from its first event on, and until its archiving is found in the events.
    """
    statement = (
        select(Lot.kind, Lot.category, LotStatusEvent.status, func.count())
        .join(LotStatusEvent, LotStatusEvent.lot_id == Lot.id)
        .where(
            LotStatusEvent.starts_on <= day,
            or_(LotStatusEvent.ends_on.is_(None), LotStatusEvent.ends_on > day),
        )
        .group_by(Lot.kind, Lot.category, LotStatusEvent.status)
    )
    if building_id is not None:
        statement = statement.where(Lot.building_id == building_id)
    rows = session.execute(in_scope(statement, actor, Lot.building_id)).all()
    return EstateState(day, {(kind, category, status): n for kind, category, status, n in rows})


def status_history(session: Session, lot_id: UUID) -> Sequence[LotStatusEvent]:
    """Return the states of a lot, the latest first."""
    statement = select(LotStatusEvent).where(LotStatusEvent.lot_id == lot_id)
    return session.scalars(statement.order_by(LotStatusEvent.starts_on.desc())).all()


def list_certificates(
    session: Session, *, lot_id: UUID | None = None, building_id: UUID | None = None
) -> Sequence[EnergyCertificate]:
    """Return the certificates of a place, the latest first."""
    statement = select(EnergyCertificate).where(
        EnergyCertificate.archived_at.is_(None),
        EnergyCertificate.lot_id == lot_id
        if lot_id
        else EnergyCertificate.building_id == building_id,
    )
    return session.scalars(statement.order_by(EnergyCertificate.issued_on.desc())).all()


def get_certificate(actor: Actor, session: Session, certificate_id: UUID) -> EnergyCertificate:
    """Return a certificate; NotFound when its lot or building is out of scope."""
    return _of_a_place(EnergyCertificate, actor, session, certificate_id)


def certificate_in_force(
    certificates: Sequence[EnergyCertificate], day: date
) -> EnergyCertificate | None:
    """Return the latest certificate issued and not expired on a day, or None."""
    valid = [c for c in certificates if c.issued_on <= day <= c.expires_on and not c.archived_at]
    return max(valid, key=lambda c: c.issued_on, default=None)


def list_warnings(
    session: Session, day: date, *, building_id: UUID, lot_id: UUID | None = None
) -> Sequence[PlaceWarning]:
    """Return the warnings in force on a day about a building, and about one of its lots."""
    return warnings_of_places(session, day, [building_id], [lot_id] if lot_id else [])


def warnings_of_places(
    session: Session, day: date, building_ids: Collection[UUID], lot_ids: Collection[UUID]
) -> Sequence[PlaceWarning]:
    """Return the warnings in force on a day about any of some places, the latest first."""
    statement = select(PlaceWarning).where(
        or_(PlaceWarning.building_id.in_(building_ids), PlaceWarning.lot_id.in_(lot_ids)),
        PlaceWarning.archived_at.is_(None),
        PlaceWarning.starts_on <= day,
        or_(PlaceWarning.ends_on.is_(None), PlaceWarning.ends_on >= day),
    )
    ordered = statement.order_by(PlaceWarning.starts_on.desc(), PlaceWarning.id)
    return session.scalars(ordered).all()


def get_warning(actor: Actor, session: Session, warning_id: UUID) -> PlaceWarning:
    """Return a warning, lifted or not; NotFound when its lot or building is out of scope."""
    return _of_a_place(PlaceWarning, actor, session, warning_id)


def _of_a_place(model: type[Fact], actor: Actor, session: Session, fact_id: UUID) -> Fact:
    statement = select(model).outerjoin(Lot, model.lot_id == Lot.id).where(model.id == fact_id)
    home = func.coalesce(model.building_id, Lot.building_id)
    found = session.scalars(in_scope(statement, actor, home)).one_or_none()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class LotStay:
    """A time a lot was let, notice included; `ends_on` is the first day it was not, or None."""

    lot_id: UUID
    kind: LotKind
    starts_on: date
    ends_on: date | None


def lot_stays(session: Session) -> list[LotStay]:
    """Return every time a lot was let without a break, by lot and day.

    A notice prolongs the stay it ends: the tenant is still there.
    """
    statement = (
        select(
            Lot.id, Lot.kind, LotStatusEvent.status, LotStatusEvent.starts_on,
            LotStatusEvent.ends_on,
        )
        .join(LotStatusEvent, LotStatusEvent.lot_id == Lot.id)
        .where(LotStatusEvent.status.in_((LotStatus.LET, LotStatus.NOTICE)))
        .order_by(Lot.reference, LotStatusEvent.starts_on)
    )  # fmt: skip
    stays: list[LotStay] = []
    for lot_id, kind, status, starts_on, ends_on in session.execute(statement):
        last = stays[-1] if stays else None
        if last and last.lot_id == lot_id and status is LotStatus.NOTICE:
            stays[-1] = LotStay(lot_id, kind, last.starts_on, ends_on)
        else:
            stays.append(LotStay(lot_id, kind, starts_on, ends_on))
    return stays
