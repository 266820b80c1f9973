"""What the estate does by itself: states planned for today come true, certificates expire."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from app.i18n import lazy as _l
from app.jobs import Cron, Job, JobRun
from app.search.changes import touch_documents
from modules.portfolio.models import EnergyCertificate, Lot, LotStatusEvent
from modules.portfolio.queries.places import with_place
from modules.portfolio.services import refresh_energy_class, refresh_status


def refresh_places(run: JobRun) -> None:
    """Bring the states and energy letters shown in lists in line with today's date.

    Only lots whose history says something else than the list are touched.
    """
    today = run.clock.today()
    with run.database.unit_of_work() as uow:
        due = (
            select(Lot)
            .join(
                LotStatusEvent,
                and_(
                    LotStatusEvent.lot_id == Lot.id,
                    LotStatusEvent.starts_on <= today,
                    or_(LotStatusEvent.ends_on.is_(None), LotStatusEvent.ends_on > today),
                ),
            )
            .where(Lot.archived_at.is_(None), Lot.status != LotStatusEvent.status)
            .options(*with_place())
        )
        lots = uow.session.scalars(due).unique().all()
        for lot in lots:
            refresh_status(uow.session, lot, run.clock)
        expired = (
            select(Lot)
            .join(EnergyCertificate, EnergyCertificate.lot_id == Lot.id)
            .where(
                EnergyCertificate.expires_on < today,
                EnergyCertificate.letter == Lot.energy_class,
            )
            .options(*with_place())
        )
        stale = uow.session.scalars(expired).unique().all()
        for lot in stale:
            refresh_energy_class(uow.session, lot, today)
        if lots:
            touch_documents(uow.session, "lot", [lot.id for lot in lots])
    run.progress(len(lots) + len(stale), len(lots) + len(stale), "")


JOBS = (
    Job(
        name="portfolio.refresh_places",
        title=_l("Bring states and certificates up to date"),
        run=refresh_places,
        schedule=Cron(hour=0, minute=20),
        time_limit_s=600,
    ),
)
