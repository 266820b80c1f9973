"""Taking a meter out of the lists, and bringing it back; its readings stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from app.audit import record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.search.changes import touch_documents
from modules.energy import errors
from modules.energy.commands import ArchiveMeter
from modules.energy.enums import AlertState
from modules.energy.models import Alert, Meter
from modules.energy.policies import EnergyPermission
from modules.energy.queries.meters import get_meter
from modules.energy.services.meters import subject_of

# A meter silent for longer is no longer watched either.
IN_USE = timedelta(days=45)


def archive_meter(actor: Actor, command: ArchiveMeter, uow: UnitOfWork, clock: Clock) -> Meter:
    """Take a meter out of the lists, the search and the detection.

    Conflict while an alert of it is open, and for a meter that still counts unless that is said.
    """
    meter = _asked(actor, command, uow)
    if meter.archived_at is not None:
        return meter
    number = uow.session.scalar(
        select(Alert.number).filter_by(meter_id=meter.id, state=AlertState.OPEN).limit(1)
    )
    if number is not None:
        raise errors.alert_open(number)
    if is_in_use(meter, clock.now()) and not command.is_confirmed:
        raise errors.meter_in_use()
    meter.archive(actor.user_id, clock.now())
    return _written(actor, meter, "archive", uow, clock)


def restore_meter(actor: Actor, command: ArchiveMeter, uow: UnitOfWork, clock: Clock) -> Meter:
    """Bring an archived meter back."""
    meter = _asked(actor, command, uow)
    if meter.archived_at is None:
        return meter
    meter.restore()
    return _written(actor, meter, "restore", uow, clock)


def is_in_use(meter: Meter, now: datetime) -> bool:
    """Tell whether readings of a meter still arrive."""
    return meter.last_reading_at is not None and meter.last_reading_at >= now - IN_USE


def _asked(actor: Actor, command: ArchiveMeter, uow: UnitOfWork) -> Meter:
    require(actor, EnergyPermission.METER_CHANGE)
    meter = get_meter(actor, uow.session, command.meter_id)
    meter.require_version(command.version)
    return meter


def _written(actor: Actor, meter: Meter, verb: str, uow: UnitOfWork, clock: Clock) -> Meter:
    meter.updated_at = clock.now()
    uow.flush()
    touch_documents(uow.session, "meter", [meter.id])
    record(
        uow, actor, clock,
        action=f"energy.meter.{verb}", subject=subject_of(meter), building_id=meter.building_id,
    )  # fmt: skip
    return meter
