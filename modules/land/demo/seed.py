"""Plant the procedures, by the rules of the services."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import BRUSSELS
from app.db import UnitOfWork
from app.demo import Planting, Seed, invented_id
from app.numbers import reserve_numbers
from app.search.changes import touch_documents
from modules.land.demo.plan import PLANNED, WORKS, Planned, PlannedWork
from modules.land.models import LandWork, LandWorkParcel, Permit, PermitParcel, PermitStep
from modules.land.queries.permits import parcel_ids_of
from modules.land.services.common import EVERY_YEAR
from modules.land.services.permits import SERIES, permit_search_text
from modules.land.services.steps import refresh_standing
from modules.land.services.works import SERIES as WORK_SERIES
from modules.land.services.works import work_search_text
from modules.parties.api import organisations_called
from modules.portfolio.api import LandParcel, Region


def is_planted(session: Session) -> bool:
    """Tell whether there is a procedure already."""
    return (session.scalar(select(func.count()).select_from(Permit)) or 0) > 0


def plant_permits(planting: Planting) -> None:
    """Plant each procedure on the next parcels of its region, with its steps."""
    with planting.database.unit_of_work("demo") as uow:
        land = _land(uow.session)
        here = [planned for planned in PLANNED if land[planned.region]]
        for number, planned in enumerate(here, start=1):
            free = land[planned.region]
            parcels, free[:] = free[: planned.parcels], free[planned.parcels :] or free
            _plant(planting, uow, number, planned, parcels)
        reserve_numbers(SERIES, EVERY_YEAR, len(here), uow.session)
        works = _plant_works(planting, uow)
        touch_documents(uow.session, "permit")
        touch_documents(uow.session, "land_work")
    planting.say(f"{len(here)} permit procedures, {works} works on land")


def _plant_works(planting: Planting, uow: UnitOfWork) -> int:
    """Plant the works whose permit there is, on its parcels, by the firm that does gardens."""
    firm = uow.session.scalar(organisations_called("Groenwerken"))
    permits = {one.file_number: one for one in uow.session.scalars(select(Permit))}
    here = [one for one in WORKS if not one.file_number or one.file_number in permits]
    for number, planned in enumerate(here, start=1):
        permit = permits.get(planned.file_number) if planned.file_number else None
        work = _work(planting, planned, permit)
        work.reference = f"{WORK_SERIES}-{number:04d}"
        # What has not begun is still to be awarded.
        work.contractor_id = firm if planned.begun else None
        work.search_text = work_search_text(work)
        uow.session.add(work)
        uow.flush()
        some = select(LandParcel.id).order_by(LandParcel.reference).limit(1)
        land = parcel_ids_of(uow.session, permit.id) if permit else uow.session.scalars(some)
        uow.session.add_all(LandWorkParcel(work_id=work.id, parcel_id=key) for key in land)
    reserve_numbers(WORK_SERIES, EVERY_YEAR, len(here), uow.session)
    return len(here)


def _work(planting: Planting, planned: PlannedWork, permit: Permit | None) -> LandWork:
    now, today = planting.clock.now(), planting.clock.today(BRUSSELS)

    def ago(days: int | None) -> date | None:
        return None if days is None else today - timedelta(days=days)

    return LandWork(
        id=invented_id(planting.chance),
        kind=planned.kind,
        subject=planned.subject,
        permit_id=permit.id if permit else None,
        no_permit_reason=planned.no_permit_reason,
        planned_on=ago(planned.planned),
        begun_on=ago(planned.begun),
        done_on=ago(planned.done),
        estimated_cents=planned.estimated,
        real_cents=planned.real,
        created_at=now,
        updated_at=now,
    )


def _land(session: Session) -> defaultdict[Region, list[LandParcel]]:
    """Return the parcels by region; a small demo may have them all in one."""
    found: defaultdict[Region, list[LandParcel]] = defaultdict(list)
    for parcel in session.scalars(select(LandParcel).order_by(LandParcel.reference)):
        found[parcel.region].append(parcel)
    return found


def _plant(
    planting: Planting,
    uow: UnitOfWork,
    number: int,
    planned: Planned,
    parcels: list[LandParcel],
) -> None:
    now, today = planting.clock.now(), planting.clock.today(BRUSSELS)
    more = dict(planned.more or {})
    typed_due = more.pop("typed_due", None)
    permit = Permit(
        id=invented_id(planting.chance),
        reference=f"{SERIES}-{number:04d}",
        region=planned.region,
        kind=planned.kind,
        track=planned.track,
        subject=planned.subject,
        authority=planned.authority,
        file_number=planned.file_number,
        typed_due_on=today + timedelta(days=typed_due) if typed_due else None,
        created_at=now,
        updated_at=now,
        **more,
    )
    permit.search_text = permit_search_text(permit)
    uow.session.add(permit)
    uow.flush()
    uow.session.add_all(
        PermitParcel(permit_id=permit.id, parcel_id=parcel.id) for parcel in parcels
    )
    uow.session.add_all(_steps(planting, permit, planned, today))
    uow.flush()
    refresh_standing(uow.session, permit)


def _steps(planting: Planting, permit: Permit, planned: Planned, today: date) -> list[PermitStep]:
    return [
        PermitStep(
            id=invented_id(planting.chance),
            permit_id=permit.id,
            position=position,
            kind=kind,
            happened_on=today - timedelta(days=ago),
            recorded_at=planting.clock.now(),
            actor_id=planting.actor.user_id,
            actor_name=planting.actor.display_name,
        )
        for position, (kind, ago) in enumerate(planned.steps, start=1)
    ]


SEED = Seed("permits", plant_permits, is_planted)
