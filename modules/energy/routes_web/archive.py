"""A meter leaves the lists, and comes back."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.db import UnitOfWork
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock
from app.web.forms import Form, done_or_why
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
    sheet = url_for("energy.meter_detail", meter_id=meter_id)

    def do(uow: UnitOfWork) -> None:
        command = ArchiveMeter(meter_id, **Form(ArchiveMeterIn, request.form).load())
        move(current_actor(), command, uow, current_clock())

    return done_or_why(sheet, message, do)
