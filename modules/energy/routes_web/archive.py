"""A meter leaves the lists, and comes back."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.errors import Conflict, StaleVersion
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work
from app.web.forms import Form, done
from modules.energy.commands import ArchiveMeter
from modules.energy.models import Meter
from modules.energy.policies import EnergyPermission
from modules.energy.routes_web.blueprint import blueprint
from modules.energy.schemas import ArchiveMeterIn
from modules.energy.services.archiving import archive_meter, restore_meter


@blueprint.post("/meters/<uuid:meter_id>/archive")
@needs(EnergyPermission.METER_CHANGE)
def meter_archive(meter_id: UUID) -> ResponseReturnValue:
    """Take a meter out of the lists; the question of the page asked about one in use."""
    return _moved(meter_id, archive_meter, _("Archived"))


@blueprint.post("/meters/<uuid:meter_id>/restore")
@needs(EnergyPermission.METER_CHANGE)
def meter_restore(meter_id: UUID) -> ResponseReturnValue:
    """Bring an archived meter back."""
    return _moved(meter_id, restore_meter, _("Brought back"))


def _moved(meter_id: UUID, move: Callable[..., Meter], message: str) -> ResponseReturnValue:
    """Do it, or say on the sheet why not."""
    sheet = url_for("energy.meter_detail", meter_id=meter_id)
    try:
        with open_unit_of_work() as uow:
            move(current_actor(), _asked(meter_id), uow, current_clock())
    except (Conflict, StaleVersion) as refusal:
        flash(str(refusal.message), "danger")
        return redirect(sheet, 303)
    return done(sheet, message)


def _asked(meter_id: UUID) -> ArchiveMeter:
    return ArchiveMeter(meter_id, **Form(ArchiveMeterIn, request.form).load())
