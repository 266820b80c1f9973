"""What the estate does by itself: planned states come true, certificates expire, sectors fill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.i18n import lazy as _l
from app.jobs import Cron, Job, JobRun
from app.search.changes import touch_documents
from modules.portfolio.models import Building, EnergyCertificate, Lot, LotStatusEvent
from modules.portfolio.queries.places import with_place
from modules.portfolio.services import refresh_energy_class, refresh_status, settle_buildings


def refresh_places(run: JobRun) -> None:
    """Bring the states and energy letters shown in lists in line with today's date.

    Only places whose history says something else than the list are touched, and buildings on the
    map of which nobody wrote the sector or the commune.
    """
    today = run.clock.today()
    with run.database.unit_of_work() as uow:
        lots = _lots_of_another_state(uow.session, today)
        for lot in lots:
            refresh_status(uow.session, lot, run.clock)
        expired = _with_an_expired_letter(uow.session, today)
        for place in expired:
            refresh_energy_class(uow.session, place, today)
        if lots:
            touch_documents(uow.session, "lot", [lot.id for lot in lots])
        settled = settle_buildings(run.actor, uow, run.clock, only_unknown=True)
    count = len(lots) + len(expired) + settled
    run.progress(count, count, "")


def _lots_of_another_state(session: Session, today: date) -> Sequence[Lot]:
    """Return the lots whose list says another state than their history."""
    holds = and_(
        LotStatusEvent.lot_id == Lot.id,
        LotStatusEvent.starts_on <= today,
        or_(LotStatusEvent.ends_on.is_(None), LotStatusEvent.ends_on > today),
    )
    due = (
        select(Lot)
        .join(LotStatusEvent, holds)
        .where(Lot.archived_at.is_(None), Lot.status != LotStatusEvent.status)
    )
    return session.scalars(due.options(*with_place())).unique().all()


def _with_an_expired_letter(session: Session, today: date) -> list[Lot | Building]:
    """Return the lots and buildings that may show the letter of an expired certificate."""
    is_over = EnergyCertificate.expires_on < today
    lots = (
        select(Lot)
        .join(EnergyCertificate, EnergyCertificate.lot_id == Lot.id)
        .where(is_over, EnergyCertificate.letter == Lot.energy_class)
        .options(*with_place())
    )
    buildings = (
        select(Building)
        .join(EnergyCertificate, EnergyCertificate.building_id == Building.id)
        .where(is_over, EnergyCertificate.letter == Building.energy_class)
    )
    return [*session.scalars(lots).unique(), *session.scalars(buildings).unique()]


JOBS = (
    Job(
        name="portfolio.refresh_places",
        title=_l("Bring states and certificates up to date"),
        run=refresh_places,
        schedule=Cron(hour=0, minute=20),
        time_limit_s=600,
    ),
)
